"""A wire between a client and its server that a test can cut, stall, slow down and look into."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from simulator.ports import LOOPBACK, free_port

_SLOW_PIECE_BYTES = 128


class Proxy:
    """Forwards TCP from its own `port` to `target`. The port stays the same while the wire is cut and mended.

    `deaf`: what the client says is taken and thrown away, while it still hears the server; `dumb`: the other way round.
    `bytes_per_second`: how fast each direction is, None for as fast as it goes.
    `tap`: is shown each chunk before it is forwarded, and whether it goes up to the server.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.target = target
        self.deaf = False
        self.dumb = False
        self.bytes_per_second: float | None = None
        self.tap: Callable[[bytes, bool], None] | None = None
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def mend(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._forward, LOOPBACK, self.port)

    def cut(self) -> None:
        """Refuse connections and tear those that are open."""
        if self._server is not None:
            self._server.close()
        self.tear()

    def tear(self) -> None:
        """Tear the connections that are open; new ones are accepted."""
        for writer in self._open:
            writer.transport.abort()

    def stall(self) -> None:
        """Deliver nothing more, in neither direction, with every connection left open; nothing is lost."""
        self._flowing.clear()

    def resume(self) -> None:
        """Deliver again, beginning with what waited."""
        self._flowing.set()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
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
            while data := await reader.read(_SLOW_PIECE_BYTES if self.bytes_per_second else 65_536):
                await self._flowing.wait()
                if self.bytes_per_second:
                    await asyncio.sleep(len(data) / self.bytes_per_second)
                if self.tap is not None:
                    self.tap(data, upward)
                if not (self.deaf if upward else self.dumb):
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
        wire.resume()
        wire.cut()
