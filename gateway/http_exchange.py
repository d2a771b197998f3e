"""One request and its answer over HTTP/1.1, by h11."""

import asyncio
from http import HTTPStatus

import h11

from gateway.http import HEADER_LIMIT_BYTES, Response, Routes

_READ_BYTES = 4_096
_UNREAD_LIMIT_BYTES = 65_536


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, routes: Routes) -> None:
    """Read one request and answer it. Raises OSError where the peer goes."""
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
