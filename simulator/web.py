"""The least of an HTTP/1.1 client for loopback: JSON answers, and a stream of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import h11

from simulator.ports import LOOPBACK

_CHUNK_BYTES = 65_536
_LONGEST_ANSWER_BYTES = 4 * 1024 * 1024
_PATIENCE_SECONDS = 10.0


class WebError(Exception):
    """The server did not answer, or not as HTTP asks for."""


@dataclass(frozen=True, slots=True)
class Site:
    """A server on loopback, and the bearer token that we show it."""

    port: int
    token: str = ""

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text. Raises WebError."""
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: dict[str, Any]) -> int:
        """Send JSON; the answer's status. Raises WebError."""
        status, _ = await self._ask("POST", path, json.dumps(body).encode())
        return status

    async def events(self, path: str) -> AsyncIterator[dict[str, Any]]:
        """First an empty object once the server listens to us, then each event's data. Raises WebError at the end."""
        async with _exchange(self, "GET", path, None) as exchange:
            if (await exchange.head()).status_code != 200:
                raise WebError(f"{path} is refused")
            yield {}
            rest = b""
            while chunk := await exchange.data():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    if line.startswith(b"data:"):
                        yield json.loads(line[len(b"data:") :])
        raise WebError(f"{path} has ended")

    async def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, str]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), _exchange(self, method, path, body) as exchange:
                status, text = (await exchange.head()).status_code, b""
                while chunk := await exchange.data():
                    text += chunk
                    if len(text) > _LONGEST_ANSWER_BYTES:
                        raise WebError(f"{path} answers without end")
                return status, text.decode()
        except TimeoutError:
            raise WebError(f"{path}: no answer within {_PATIENCE_SECONDS:g} s") from None


class _Exchange:
    """One request and its answer."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.http = h11.Connection(h11.CLIENT)
        self._reader = reader

    async def head(self) -> h11.Response:
        while not isinstance(event := await self._next(), h11.Response):
            pass
        return event

    async def data(self) -> bytes:
        """Some of the body; empty at its end."""
        event = await self._next()
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    async def _next(self) -> h11.Event:
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return cast(h11.Event, event)
            self.http.receive_data(await self._reader.read(_CHUNK_BYTES))


@asynccontextmanager
async def _exchange(site: Site, method: str, path: str, body: bytes | None) -> AsyncIterator[_Exchange]:
    headers = [("host", f"{LOOPBACK}:{site.port}"), ("connection", "close")]
    headers += [("authorization", f"Bearer {site.token}")] if site.token else []
    headers += [("content-type", "application/json"), ("content-length", str(len(body)))] if body is not None else []
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, site.port)
        try:
            exchange = _Exchange(reader)
            writer.write(exchange.http.send(h11.Request(method=method, target=path, headers=headers)) or b"")
            writer.write(exchange.http.send(h11.Data(data=body)) or b"" if body else b"")
            writer.write(exchange.http.send(h11.EndOfMessage()) or b"")
            yield exchange
        finally:
            writer.close()
    except (OSError, h11.ProtocolError) as error:
        raise WebError(f"http://{LOOPBACK}:{site.port}{path}: {error}") from error
