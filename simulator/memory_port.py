"""Serial ports that need no kernel: what a device says is at the gateway's own `Port` at once, and the other way round.

For thousands of homes in one process, and for time that is simulated. A real line is `drivers.link.pty`.
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.link.serial import Port, PortError, PortTrouble


class MemoryPort:
    """One port and the device at its far end. `heard` is told what the gateway writes."""

    def __init__(self, path: str, heard: Callable[[bytes], None] = lambda _data: None) -> None:
        self.path = path
        self.is_plugged = True
        self._heard = heard
        self._near: Port | None = None

    def say(self, data: bytes) -> None:
        """The device sends bytes; nobody hears them while the port is not open."""
        if self._near is not None:
            self._near.data_received(data)

    def unplug(self) -> None:
        """Take the device away."""
        self.is_plugged = False
        if self._near is not None:
            self._near.connection_lost(OSError(errno.EIO, "unplugged"))

    def plug(self) -> None:
        """Plug it in again."""
        self.is_plugged = True

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Port]:
        """The gateway's side for a block. Raises PortError where it is unplugged or open already."""
        if not self.is_plugged:
            raise PortError(self.path, PortTrouble.MISSING, "unplugged")
        if self._near is not None:
            raise PortError(self.path, PortTrouble.BUSY, "open already")
        self._near = port = Port(self.path)
        port.connection_made(_Wire(self))
        try:
            yield port
        finally:
            self._near = None

    def hear(self, data: bytes) -> None:
        """The gateway has written bytes."""
        if self.is_plugged:
            self._heard(data)


class MemoryPorts:
    """All ports of a machine by path; `open` stands in for `drivers.link.serial.open_port`."""

    def __init__(self, *ports: MemoryPort) -> None:
        self._ports = {port.path: port for port in ports}

    @asynccontextmanager
    async def open(self, path: str, baud_rate: int) -> AsyncIterator[Port]:  # noqa: ARG002 - memory knows no speed
        """Open one for a block. Raises PortError."""
        if path not in self._ports:
            raise PortError(path, PortTrouble.MISSING, "no such port in memory")
        async with self._ports[path].open() as port:
            yield port


class _Wire(asyncio.Transport):
    """What a `Port` writes to: memory takes everything at once, and has no need of a pause."""

    def __init__(self, far: MemoryPort) -> None:
        super().__init__()
        self._far = far

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._far.hear(bytes(data))

    def pause_reading(self) -> None:
        return

    def resume_reading(self) -> None:
        return
