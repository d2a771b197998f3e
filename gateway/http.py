"""The smallest HTTP/1.1 server that health and metrics need: one GET or HEAD per connection, everything bounded."""

import asyncio
import errno
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import h11

from drivers.link.group import Group

log = logging.getLogger(__name__)

REQUEST_DEADLINE_SECONDS = 5.0
"""From the connection to the end of the answer; a silent or slow peer is cut off then."""
CONNECTIONS_LIMIT = 16
HEADER_LIMIT_BYTES = 8_192
_READ_BYTES = 4_096
_UNREAD_LIMIT_BYTES = 65_536


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

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= CONNECTIONS_LIMIT:
            writer.transport.abort()
            return
        self._open += 1
        self.group.create_task(self._serve_one(reader, writer))

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_DEADLINE_SECONDS):
                await _exchange(reader, writer, self._routes)
        except (OSError, TimeoutError) as error:
            log.debug("http peer left or was too slow: %r", error)
        finally:
            # What is still unsent has had its deadline: a peer that does not read must not hold memory.
            writer.transport.abort()
            self._open -= 1


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, routes: Routes) -> None:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_LIMIT_BYTES)
    try:
        request = await _read_request(reader, connection)
    except h11.RemoteProtocolError as error:
        response = _plain(HTTPStatus(error.error_status_hint))
        is_head = False
    else:
        if request is None:
            return
        response = _respond(request, routes)
        is_head = request.method == b"HEAD"
    writer.transport.set_write_buffer_limits(high=0)  # so that drain() means that all of it is sent
    writer.write(_encode(connection, response, is_head=is_head))
    await writer.drain()
    writer.write_eof()
    await _discard_unread(reader)


async def _read_request(reader: asyncio.StreamReader, connection: h11.Connection) -> h11.Request | None:
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        connection.receive_data(await reader.read(_READ_BYTES))


async def _discard_unread(reader: asyncio.StreamReader) -> None:
    """Read on until the peer closes: closing over unread bytes would reset the connection and lose the answer."""
    unread = 0
    while unread < _UNREAD_LIMIT_BYTES and (data := await reader.read(_READ_BYTES)):
        unread += len(data)


def _respond(request: h11.Request, routes: Routes) -> Response:
    if request.method not in (b"GET", b"HEAD"):
        return _plain(HTTPStatus.METHOD_NOT_ALLOWED)
    path = request.target.split(b"?", 1)[0].decode("ascii")
    respond = routes.get(path)
    return respond() if respond else _plain(HTTPStatus.NOT_FOUND)


def _plain(status: HTTPStatus) -> Response:
    return Response(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())


def _encode(connection: h11.Connection, response: Response, *, is_head: bool) -> bytes:
    headers = [
        ("content-type", response.content_type),
        ("content-length", str(len(response.body))),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ]
    if response.status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("allow", "GET, HEAD"))
    parts = [connection.send(h11.Response(status_code=response.status, reason=response.status.phrase, headers=headers))]
    if not is_head:
        parts.append(connection.send(h11.Data(data=response.body)))
    parts.append(connection.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)
