"""`GET /api/stream`: changed alarms as server-sent events, each with the whole row."""

import asyncio
from contextlib import suppress

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from callcentre.hub import Hub, Watcher
from callcentre.web.desk import desk_of
from callcentre.web.identity import require_person
from drivers.link.group import Group

HEARTBEAT_SECONDS = 10.0
SEND_LIMIT_SECONDS = 10.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class _GoneError(Exception):
    """The client left, cannot follow, or the desk stops."""


class Stream:
    """One response: an ASGI endpoint of its own, so that a client that does not read can be let go."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client until it is gone."""
        request = Request(scope, receive)
        await require_person(request)
        hub: Hub = desk_of(request).hub
        if hub.full:
            raise HTTPException(503, "too many pages are open", headers={"Retry-After": "10"})
        with hub.watcher() as watcher:
            try:
                async with Group() as tasks:
                    tasks.create_task(_until_disconnect(receive))
                    tasks.create_task(_feed(watcher, send))
            except* _GoneError:
                pass
        with suppress(OSError):
            await _send(send, {"type": "http.response.body", "body": b"", "more_body": False})


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise _GoneError


async def _feed(watcher: Watcher, send: Send) -> None:
    await _send(send, {"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _send_part(send, b": listening\n\n")
    while True:
        try:
            row = await watcher.next(HEARTBEAT_SECONDS)
        except TimeoutError:
            await _send_part(send, b": alive\n\n")
            continue
        if row is None:
            raise _GoneError
        await _send_part(send, b"data: " + msgspec.json.encode(row) + b"\n\n")


async def _send_part(send: Send, body: bytes) -> None:
    await _send(send, {"type": "http.response.body", "body": body, "more_body": True})


async def _send(send: Send, message: dict[str, object]) -> None:
    try:
        async with asyncio.timeout(SEND_LIMIT_SECONDS):
            await send(message)
    except TimeoutError:
        raise _GoneError from None
