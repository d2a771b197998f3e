"""The page's server, on loopback alone: the plan, a stream of what changes, and what a visitor does."""

import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.deeds import DEEDS
from simulator.play.live import Live, UnknownDeedError
from simulator.play.view import View
from simulator.play.world import PlayWorld
from simulator.ports import LOOPBACK

_FOLDER = Path(__file__).parent / "page"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_SERVED = frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES)
_REQUEST_LIMIT_BYTES = 2_048
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class PlaySite:
    """What the page asks for and does."""

    def __init__(self, live: Live, world: PlayWorld, view: View) -> None:
        self._live = live
        self._world = world
        self._view = view

    def app(self) -> Starlette:
        """The web application. Only by a loopback name: a foreign one that leads here is another site's script."""
        routes = [
            Route("/", self._index),
            Route("/api/plan", self._plan),
            Route("/api/state", self._state),
            Route("/api/stream", self._stream),
            Route("/api/do", self._do, methods=["POST"]),
            Route("/{name}", self._part),
        ]
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])
        return Starlette(routes=routes, middleware=[hosts])

    async def _index(self, _request: Request) -> Response:
        return _file("index.html")

    async def _part(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _SERVED:
            raise HTTPException(404, "no such file")
        return _file(name)

    async def _plan(self, _request: Request) -> Response:
        plan = self._live.plan
        devices = [
            {key: getattr(device, key) for key in ("id", "family", "room", "x", "y")}
            | {"deeds": [name for name, deed in DEEDS.items() if device.family in deed.families]}
            for device in plan.devices
        ]
        body = {
            "rooms": [asdict(room) for room in plan.rooms],
            "devices": devices,
            "desk": f"http://{LOOPBACK}:{self._world.desk.port}/",
        }
        return JSONResponse(body, headers=_HEADERS)

    async def _state(self, _request: Request) -> Response:
        return JSONResponse(self._now(), headers=_HEADERS)

    async def _stream(self, _request: Request) -> Response:
        return StreamingResponse(self._news(), media_type="text/event-stream", headers=_HEADERS)

    async def _news(self) -> AsyncIterator[str]:
        while True:
            changed = self._view.changed
            yield f"data: {json.dumps(self._now())}\n\n"
            await changed.wait()

    async def _do(self, request: Request) -> Response:
        # Another site can have a browser post a form here, but no JSON.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise HTTPException(415, "send application/json")
        if int(request.headers.get("content-length") or _REQUEST_LIMIT_BYTES + 1) > _REQUEST_LIMIT_BYTES:
            raise HTTPException(413, "too long")
        try:
            asked = await request.json()
            words = {key: str(value) for key, value in asked.items() if key not in ("do", "device")}
            self._live.do(str(asked["do"]), asked.get("device"), words)
        except (ValueError, KeyError, AttributeError, UnknownDeedError) as error:
            return JSONResponse({"error": str(error)}, status_code=422, headers=_HEADERS)
        self._view.tell()
        return Response(status_code=204, headers=_HEADERS)

    def _now(self) -> dict[str, Any]:
        return self._view.state(self._live, self._world.works)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: whoever runs it decides when it stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(site: PlaySite, port: int) -> None:
    """Serve until cancelled. Raises OSError where the port is taken."""
    listening = socket.create_server((LOOPBACK, port))
    config = uvicorn.Config(site.app(), lifespan="off", log_config=None, access_log=False, ws="none", http="h11")
    server = _Server(config)
    try:
        await server.serve(sockets=[listening])
    finally:
        server.force_exit = True
        listening.close()


def _file(name: str) -> Response:
    path = _FOLDER / name
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=_HEADERS)
