"""A TCP port that devices dial: a bounded number of connections, each with a bounded buffer and a deadline.

Anybody may dial a port that watches reach by their mobile network. So a connection that has not shown itself to be of
an enrolled device (`vouch`) has a short life, and is the first to go where there are too many.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from drivers.link.group import Group

CONNECTIONS_LIMIT = 64
STRANGER_SECONDS = 60.0
"""How long a connection may last that nobody vouches for."""
UNSENT_LIMIT_BYTES = 4_096
"""A device that takes no answers is not worth more memory than this."""
_READ_BYTES = 4_096
_IDLE_SECONDS = 0.05


class ListenError(Exception):
    """The port cannot be opened. The text names it and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one listener grants. `silence_seconds` closes a connection that says nothing for so long."""

    silence_seconds: float
    connections: int = CONNECTIONS_LIMIT
    stranger_seconds: float = STRANGER_SECONDS


class Connection:
    """One device on the line; made by `listen` only."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._opened = self.last_heard = self._loop.time()
        self.is_known = False

    def vouch(self) -> None:
        """It is an enrolled device: it may stay for as long as it speaks."""
        self.is_known = True

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they arrive, and b"" whenever the line falls idle after some, until it is closed or too late."""
        heard = False
        while (patience := self._patience()) > 0:
            try:
                async with asyncio.timeout(min(patience, _IDLE_SECONDS) if heard else patience):
                    chunk = await self._reader.read(_READ_BYTES)
            except TimeoutError:
                if not heard:
                    return
                heard = False
                yield b""
                continue
            except OSError:
                return
            if not chunk:
                return
            heard, self.last_heard = True, self._loop.time()
            yield chunk

    def send(self, data: bytes) -> None:
        """Answer, without waiting; a device that takes nothing is cut off. Nothing happens where it has gone."""
        if self._writer.is_closing():
            return
        self._writer.write(data)
        if self._writer.transport.get_write_buffer_size() > UNSENT_LIMIT_BYTES:
            self.close()

    def close(self) -> None:
        """End it now."""
        self._writer.transport.abort()

    def _patience(self) -> float:
        silent = self.last_heard + self._limits.silence_seconds - self._loop.time()
        return (
            silent if self.is_known else min(silent, self._opened + self._limits.stranger_seconds - self._loop.time())
        )


Serve = Callable[[Connection], Awaitable[None]]


async def listen(host: str, port: int, limits: Limits, serve: Serve, ready: Callable[[int], None]) -> None:
    """Serve whoever dials, for ever; `ready` is given the port once it is open (0 takes a free one).

    Raises ListenError where the port cannot be opened. When cancelled every connection is closed.
    """
    crowd = _Crowd(limits, serve)
    try:
        server = await asyncio.start_server(crowd.welcome, host, port, limit=_READ_BYTES, start_serving=False)
    except OSError as error:
        raise ListenError(
            f"{host}:{port} cannot be opened; another program has it, or this machine has no such address ({error})"
        ) from error
    try:
        async with Group() as group:
            crowd.group = group
            await server.start_serving()
            ready(server.sockets[0].getsockname()[1])
            await asyncio.get_running_loop().create_future()
    finally:
        server.close()


class _Crowd:
    def __init__(self, limits: Limits, serve: Serve) -> None:
        self.group: asyncio.TaskGroup | None = None
        self._limits = limits
        self._serve = serve
        self._connections: set[Connection] = set()

    def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, self._limits)
        if self.group is None:
            connection.close()
            return
        self._make_room()
        self._connections.add(connection)
        task = self.group.create_task(self._attend(connection), name="connection")
        task.add_done_callback(partial(self._forget, connection))

    def _make_room(self) -> None:
        """Send away who has been silent the longest, strangers first: a watch that dials again must get in."""
        if len(self._connections) >= self._limits.connections:
            longest = min(self._connections, key=lambda connection: (connection.is_known, connection.last_heard))
            longest.close()
            self._connections.discard(longest)

    async def _attend(self, connection: Connection) -> None:
        with contextlib.closing(connection):
            await self._serve(connection)

    def _forget(self, connection: Connection, _done: "asyncio.Task[None]") -> None:
        connection.close()  # also where the task was cancelled before it began
        self._connections.discard(connection)
