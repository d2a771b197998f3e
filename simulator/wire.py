"""The line between a house and its district: a TCP relay that can be cut, so that a broker runs and nobody hears it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers.link.group import Group
from simulator.ports import LOOPBACK

_CHUNK_BYTES = 65_536


class Wire:
    """Made by `wire`. While it is cut nothing is delivered and every connection stays open, as in a dead network."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._flows = asyncio.Event()
        self._flows.set()
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Deliver nothing more."""
        self._flows.clear()

    def mend(self) -> None:
        """Deliver again, beginning with what waited."""
        self._flows.set()

    def tear(self) -> None:
        """End every connection."""
        self.mend()
        for writer in self._open:
            writer.transport.abort()

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until one of its sides goes."""
        self._open.add(writer)
        try:
            await self._flows.wait()
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
            async with Group() as tasks:
                tasks.create_task(self._pump(reader, far_writer))
                tasks.create_task(self._pump(far_reader, writer))
        except OSError:
            return  # nobody there: the house is told so by the end of its connection
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(_CHUNK_BYTES):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            return  # one side went away: the other is closed with it
        finally:
            writer.transport.abort()


@asynccontextmanager
async def wire(port: int, target: int) -> AsyncIterator[Wire]:
    """A line from one loopback port to another for the block. Raises OSError where the port is taken."""
    line = Wire(target)
    server = await asyncio.start_server(line.relay, LOOPBACK, port)
    try:
        yield line
    finally:
        server.close()
        line.tear()
