"""A wire between a client and its server that a test can cut, in whole or in one direction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulator.ports import LOOPBACK, free_port


class Proxy:
    """Forwards TCP from its own `port` to `target`. The port stays the same while the wire is cut and mended.

    `deaf`: what the client says is taken and thrown away, while it still hears the server.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.deaf = False
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._forward, LOOPBACK, self.port)

    def cut(self) -> None:
        """Refuse connections and tear those that are open."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, far_writer, upward=True))
                tasks.create_task(self._pump(far_reader, writer, upward=False))
        finally:
            self._open -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upward: bool) -> None:
        try:
            while data := await reader.read(65_536):
                if not (upward and self.deaf):
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass  # one side went away: the other is closed below
        finally:
            writer.transport.abort()


@asynccontextmanager
async def proxy(target: int, *, cut: bool = False) -> AsyncIterator[Proxy]:
    """A wire to a port of this machine, cut again when the block ends; `cut` begins it cut."""
    wire = Proxy(target)
    if not cut:
        await wire.mend()
    try:
        yield wire
    finally:
        wire.cut()
