"""The smallest HTTP/1.1 server that health and metrics need: one GET or HEAD per connection, everything bounded.

What reads a request and words an answer is loaded with the first connection, in a thread: a start is sooner without it.
"""

import asyncio
import errno
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module

from drivers.link.group import Group

log = logging.getLogger(__name__)

REQUEST_DEADLINE_SECONDS = 5.0
"""From the connection to the end of the answer; a silent or slow peer is cut off then."""
CONNECTIONS_LIMIT = 16
HEADER_LIMIT_BYTES = 8_192
_ON_DEMAND = ("gateway.http_exchange", "prometheus_client.exposition")


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    status: HTTPStatus
    content_type: str
    body: bytes


Routes = Mapping[str, Callable[[], Response]]
"""Path to what makes its answer; it runs in the event loop and must not block."""


class ListenError(OSError):
    """The address cannot be listened on; the text names it and the remedy. The gateway works without it."""


async def serve(host: str, port: int, routes: Routes, on_listening: Callable[[int], None]) -> None:
    """Answer requests until cancelled. `port` 0 takes a free one; `on_listening` is told which.

    Raises ListenError where the address cannot be had. No peer can make it raise.
    """
    connections = _Connections(routes)
    server = await _listen(host, port, connections)
    async with Group() as group:
        connections.group = group
        await server.start_serving()
        try:
            on_listening(server.sockets[0].getsockname()[1])
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()


async def _listen(host: str, port: int, connections: "_Connections") -> asyncio.Server:
    try:
        return await asyncio.start_server(connections.accept, host, port, limit=HEADER_LIMIT_BYTES, start_serving=False)
    except OSError as error:
        raise ListenError(f"cannot listen on {host}:{port}: {_remedy(error)}") from error


def _remedy(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program uses this port; set another one as port in [http], 0 takes any free one"
    if error.errno == errno.EACCES:
        return "ports below 1024 need special rights; set a higher one as port in [http]"
    return f"{error.strerror or error}; set an address of this machine as host in [http]"


class _Connections:
    """The connections that are open now, each a task of `group`."""

    group: asyncio.TaskGroup

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._open = 0
        self._is_loaded = False

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= CONNECTIONS_LIMIT:
            writer.transport.abort()
            return
        self._open += 1
        self.group.create_task(self._serve_one(reader, writer))

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_DEADLINE_SECONDS):
                if not self._is_loaded:
                    await asyncio.to_thread(_load)
                    self._is_loaded = True
                from gateway.http_exchange import exchange

                await exchange(reader, writer, self._routes)
        except (OSError, TimeoutError) as error:
            log.debug("http peer left or was too slow: %r", error)
        finally:
            # What is still unsent has had its deadline: a peer that does not read must not hold memory.
            writer.transport.abort()
            self._open -= 1


def _load() -> None:
    for name in _ON_DEMAND:
        import_module(name)
