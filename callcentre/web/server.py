"""The desk's web server: routes, headers that keep strangers out, and uvicorn inside our own TaskGroup."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcentre.store.schema import StoreError
from callcentre.web.alarms import desk_state, list_alarms, list_homes, one_alarm, step
from callcentre.web.desk import Desk
from callcentre.web.health import healthz, metrics
from callcentre.web.identity import home_page, sign_in, sign_out
from callcentre.web.page import page_part
from callcentre.web.stream import Stream

CONNECTION_LIMIT = 1_000
_SHUTDOWN_SECONDS = 2
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ROUTES = [
    Route("/", home_page),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/page/{name}", page_part),
    Route("/api/alarms", list_alarms),
    Route("/api/alarms/{key}", one_alarm),
    Route("/api/alarms/{key}/{action}", step, methods=["POST"]),
    Route("/api/homes", list_homes),
    Route("/api/desk", desk_state),
    Route("/api/stream", Stream()),
    Route("/healthz", healthz),
    Route("/metrics", metrics),
]


class _SafeHeaders:
    """Headers for every response: no foreign scripts, no framing, nothing of the API in a cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = _CONTENT_POLICY
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the desk's own decide when it stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_app(desk: Desk) -> Starlette:
    """The desk's web application."""
    app = Starlette(
        routes=_ROUTES,
        middleware=[Middleware(_SafeHeaders)],
        exception_handlers={HTTPException: _refused, StoreError: _store_down},
    )
    app.state.desk = desk
    return app


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else starts. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=256)


def make_server(desk: Desk) -> uvicorn.Server:
    """A server to be run with `serve(sockets=[…])` and stopped with `should_exit`."""
    return _Server(
        uvicorn.Config(
            make_app(desk),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTION_LIMIT,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


def _store_down(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "the desk's database cannot be used just now"}, status_code=503)
