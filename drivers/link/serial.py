"""One serial port over serialx: the only file that imports it.

serialx opens off the loop, takes the port for itself (flock), sets the driver's low-latency mode where there is one,
and drops what had arrived before the opening. While nobody takes the bytes, reading stops: then at most 320 KiB wait in
memory and the rest in the kernel, which discards what its own buffer cannot hold.
There is no reopening in here: whoever owns the port decides when to try again.
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum
from typing import TypeVar, cast

import serialx

_FULL_BYTES = 64 * 1024
"""Reading stops above this; one more read of serialx (256 KiB at most) may lie on top."""


class PortTrouble(StrEnum):
    """Why a port cannot be used."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    BUSY = "busy"
    UNPLUGGED = "unplugged"
    UNUSABLE = "unusable"


_REMEDY = {
    PortTrouble.MISSING: "there is no such port; plug the device in or correct the path",
    PortTrouble.FORBIDDEN: "may not be opened; add the gateway's user to the port's group (usually dialout)",
    PortTrouble.BUSY: "is in use by another program; stop that program",
    PortTrouble.UNPLUGGED: "the device has gone; plug it in again and look at its cable and power supply",
    PortTrouble.UNUSABLE: "is no serial port with these settings; correct the path or the baud rate",
}

_BY_ERRNO = {
    errno.ENOENT: PortTrouble.MISSING,
    errno.ENODEV: PortTrouble.MISSING,
    errno.ENXIO: PortTrouble.MISSING,
    errno.EACCES: PortTrouble.FORBIDDEN,
    errno.EPERM: PortTrouble.FORBIDDEN,
    errno.EBUSY: PortTrouble.BUSY,
    errno.EIO: PortTrouble.UNPLUGGED,
}


class PortError(Exception):
    """A port cannot be opened, or is gone. The text names the path and the remedy."""

    def __init__(self, path: str, trouble: PortTrouble, detail: str) -> None:
        super().__init__(f"{path}: {_REMEDY[trouble]} ({detail})")
        self.path = path
        self.trouble = trouble


class Port(asyncio.Protocol):
    """An open port; made by `open_port` only.

    A protocol of its own and no asyncio.StreamReader, because that one forgets what arrived just before an unplugging.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._arrived = bytearray()
        self._error: Exception | None = None
        self._changed = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    # -- for the owner ------------------------------------------------------------------------------------------------

    async def chunks(self, idle_seconds: float = 0.05) -> AsyncIterator[bytes]:
        """The bytes as they arrive, without end; and b"" once whenever the line falls idle after some.

        The empty chunk tells a splitter that nothing follows soon, so that it can let go of a half frame.
        Raises PortError when the device goes, after everything that it had sent.
        """
        heard = False
        while True:
            try:
                async with asyncio.timeout(idle_seconds if heard else None):
                    chunk = await self._take()
            except TimeoutError:
                chunk = b""
            heard = bool(chunk)
            yield chunk

    async def write(self, data: bytes) -> None:
        """Send bytes to the device; waits while it takes none. Raises PortError when it is gone."""
        await self._writable.wait()
        if self._error is not None:
            raise port_error(self.path, self._error, PortTrouble.UNPLUGGED)
        try:
            self._transport.write(data)
        except PORT_ERRORS as error:  # gone, and connection_lost not called yet
            raise port_error(self.path, error, PortTrouble.UNPLUGGED) from error

    async def _take(self) -> bytes:
        while not self._arrived:
            if self._error is not None:
                raise port_error(self.path, self._error, PortTrouble.UNPLUGGED)
            self._changed.clear()
            await self._changed.wait()
        chunk = bytes(self._arrived)
        self._arrived.clear()
        self._transport.resume_reading()
        return chunk

    # -- asyncio's callbacks ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        self._arrived += data
        if len(self._arrived) > _FULL_BYTES:
            self._transport.pause_reading()
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The device has gone, or the port was closed."""
        self._error = exc or OSError(errno.EIO, "closed")
        self._changed.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """The device takes no bytes for now."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The device takes bytes again."""
        self._writable.set()


OpenPort = Callable[[str, int], AbstractAsyncContextManager[Port]]
"""Opens a port (path, baud rate) for a block, as `open_port` does, and with its errors."""
PORT_ERRORS = (OSError, serialx.SerialException)
"""What reading from or writing to a port may raise once it is gone."""

Spoken = TypeVar("Spoken", bound=asyncio.Protocol)


@asynccontextmanager
async def open_port(path: str, baud_rate: int) -> AsyncIterator[Port]:
    """Open a port (8 data bits, no parity, 1 stop bit) for the block. Raises PortError."""
    async with open_with(lambda: Port(path), path, baud_rate) as port:
        yield port


@asynccontextmanager
async def open_with(protocol: Callable[[], Spoken], path: str, baud_rate: int) -> AsyncIterator[Spoken]:
    """The same for a protocol of one's own. Raises PortError while opening; a loss is told to the protocol."""
    loop = asyncio.get_running_loop()
    spoken = protocol()
    try:
        transport, _ = await serialx.create_serial_connection(loop, lambda: spoken, path, baud_rate)
    except (OSError, serialx.SerialException, ValueError) as error:
        raise port_error(path, error, PortTrouble.UNUSABLE) from error
    try:
        yield spoken
    finally:
        transport.abort()
        await transport.wait_closed()


def port_error(path: str, error: Exception, otherwise: PortTrouble) -> PortError:
    """The error of a port in our words; `otherwise` where the system gave no number."""
    number = error.errno if isinstance(error, OSError) else None
    return PortError(path, _BY_ERRNO.get(number or 0, otherwise), str(error))
