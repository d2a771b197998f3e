"""A wire that knows what passes over it: every byte and every packet, acknowledgements and their headers included."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulator.ports import LOOPBACK

SEGMENT_BYTES = 1_400
"""What mobile networks carry in one packet; loopback would carry all at once."""
HEADER_BYTES = 52
"""IPv4 and TCP with timestamps, in each packet."""
OPEN_AND_CLOSE_BYTES = 3 * 60 + 4 * HEADER_BYTES
"""The handshake and the farewell of TCP itself, which the kernel's counters leave out."""
_SLOW_PIECE_BYTES = 64
_ACKED_AT = 120
_COUNTERS = struct.Struct("=QQII")  # struct tcp_info of <linux/tcp.h>: bytes acked and received, segments out and in


class CountingWire:
    """Forwards TCP from `port` to `target`; counts what is on the client's side of it."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.says = 0
        """How often the client has said something."""
        self.bytes_per_second: float | None = None
        """How fast each direction is, None for as fast as it goes."""
        self._target = target
        self._done = 0
        self._lines: set[socket.socket] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()

    @property
    def spent(self) -> int:
        """All bytes on the wire until now, in both directions."""
        return self._done + sum(map(_bytes_on, self._lines))

    def tear(self) -> None:
        """Cut what is connected now."""
        for line in list(self._lines):
            self._note_end(line)
        for writer in self._writers:
            writer.transport.abort()

    async def end(self) -> None:
        """Cut it for good, and wait until nobody serves it any more."""
        while self._writers:
            self._ended.clear()
            self.tear()
            await self._ended.wait()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends."""
        line: socket.socket = writer.get_extra_info("socket")
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
        self._lines.add(line)
        self._writers |= {writer, far_writer}
        ways = [
            asyncio.ensure_future(self._pump(reader, far_writer, upward=True)),
            asyncio.ensure_future(self._pump(far_reader, writer, upward=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._note_end(line)
            writer.transport.abort()
            far_writer.transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)
            self._writers -= {writer, far_writer}
            self._ended.set()

    def _note_end(self, line: socket.socket) -> None:
        if line in self._lines:
            self._lines.discard(line)
            self._done += _bytes_on(line) + OPEN_AND_CLOSE_BYTES

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upward: bool) -> None:
        while data := await reader.read(_SLOW_PIECE_BYTES if self.bytes_per_second else 65_536):
            self.says += upward
            if self.bytes_per_second:
                await asyncio.sleep(len(data) / self.bytes_per_second)
            writer.write(data)
            await writer.drain()


def _bytes_on(line: socket.socket) -> int:
    info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    acked, received, segments_out, segments_in = _COUNTERS.unpack_from(info, _ACKED_AT)
    return int(acked + received + (segments_out + segments_in) * HEADER_BYTES)


@asynccontextmanager
async def counting_wire(target: int) -> AsyncIterator[CountingWire]:
    """Such a wire to a port of this machine."""
    wire = CountingWire(target)
    listening = socket.create_server((LOOPBACK, 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
    server = await asyncio.start_server(wire.forward, sock=listening)
    wire.port = listening.getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.end()
