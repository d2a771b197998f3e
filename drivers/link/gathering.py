"""A socket that gathers: many small writes become one, and one read takes all that has come.

paho asks for single bytes and writes each acknowledgement by itself. On a house's broker each of these system calls
costs more than the message's own work: with a thousand messages a second they were the larger half of it.
"""

import fcntl
import socket
import ssl
import sys
import termios
from contextlib import suppress

from drivers.link.endpoint import Inbound
from drivers.link.publish_packet import puback, read_publish
from drivers.link.tls import pending

_CHUNK_BYTES = 65_536
_WRITE_LIMIT_BYTES = 65_536
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class GatheringSocket:
    """Reads ahead from `connected` and holds back what is written until `flush`. Never blocks once told not to."""

    def __init__(self, connected: socket.socket) -> None:
        self.connected = connected
        self._heard = b""
        self._taken = 0
        self._failure: OSError | None = None
        self._said = bytearray()

    def recv(self, limit: int) -> bytes:
        """The next bytes, at most `limit`; empty at the end. Raises what the socket raises."""
        if self._taken >= len(self._heard):
            self._read_ahead()
        taken = self._heard[self._taken : self._taken + limit]
        self._taken += len(taken)
        return taken

    def next_publish(self) -> Inbound | None:
        """The message that begins at the next byte, where it is whole and plain; else None and nothing is taken.

        Only for who knows that a packet begins here. Raises what the socket raises.
        """
        if self._taken >= len(self._heard):
            self._read_ahead()
        found = read_publish(self._heard, self._taken)
        if found is None:
            return None
        inbound, self._taken = found
        return inbound

    @property
    def holds_more(self) -> bool:
        """Whether bytes lie here that would never wake a selector: read ahead, or decrypted with others."""
        return self._taken < len(self._heard) or pending(self.connected)

    def send(self, data: bytes | bytearray) -> int:
        """Take as many bytes as there is room for and say how many. Raises BlockingIOError where there is none."""
        room = _WRITE_LIMIT_BYTES - len(self._said)
        if room <= 0:
            raise BlockingIOError("the line takes no more now")
        taken = memoryview(data)[:room]
        self._said += taken
        return len(taken)

    def acknowledge(self, mid: int) -> None:
        """Hold back the acknowledgement of a message. Only for who knows that no packet is half said."""
        self._said += puback(mid)

    def flush(self) -> bool:
        """Write what was held back; whether all of it went. Raises OSError where the line is gone."""
        while self._said:
            try:
                sent = self.connected.send(self._said)
            except NOT_NOW:
                return False
            del self._said[:sent]
        return True

    @property
    def unsent_bytes(self) -> int:
        """How much of what was said the other side's system has not acknowledged; of a line that moves it shrinks."""
        if self.fileno() < 0:
            return 0
        queued = fcntl.ioctl(self.fileno(), termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(queued, sys.byteorder) + len(self._said)

    def fileno(self) -> int:
        """The socket's descriptor, -1 once it is closed."""
        return self.connected.fileno()

    def setblocking(self, flag: bool) -> None:
        """As the socket does."""
        self.connected.setblocking(flag)

    def close(self) -> None:
        """Write what the line still takes (a goodbye), then close."""
        with suppress(OSError):
            self.flush()
        self.connected.close()

    def _read_ahead(self) -> None:
        if self._failure is not None:
            raise self._failure  # TLS says why only once, and whoever asks next wants to know it, too
        try:
            self._heard, self._taken = self.connected.recv(_CHUNK_BYTES), 0
        except NOT_NOW:
            raise
        except OSError as error:
            self._failure = error
            raise
        self._acknowledge_at_once()

    def _acknowledge_at_once(self) -> None:
        """Ask TCP to acknowledge now, not 40 ms later (Linux forgets this with every read).

        A broker that leaves Nagle's algorithm on, as Mosquitto does by default, holds its next small packet until
        then: measured, the centre's answer came 44 ms later without this.
        """
        if self.connected.fileno() >= 0 and hasattr(socket, "TCP_QUICKACK"):
            self.connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
