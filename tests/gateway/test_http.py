import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

import h11
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import http
from gateway.http import CONNECTIONS_LIMIT, HEADER_LIMIT_BYTES, ListenError, Response, serve

BIG = b"x" * 1_000_000
ROUTES: Mapping[str, Callable[[], Response]] = {
    "/healthz": lambda: Response(HTTPStatus.OK, "application/json", b'{"status":"working"}'),
    "/bad": lambda: Response(HTTPStatus.SERVICE_UNAVAILABLE, "application/json", b'{"status":"degraded"}'),
    "/big": lambda: Response(HTTPStatus.OK, "text/plain", BIG),
}


@asynccontextmanager
async def running() -> AsyncIterator[int]:
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        server = group.create_task(serve("127.0.0.1", 0, ROUTES, listening.set_result))
        yield await listening
        server.cancel()


async def exchange(port: int, request: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """Send bytes, read until the server closes, and parse what came with an independent reader's rules."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status_line, *lines = head.split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines)
    return int(status_line.split(b" ")[1]), headers, body


async def until_cut_off(reader: asyncio.StreamReader) -> bytes:
    """What came before the server ended the connection, in order or by a reset."""
    with suppress(ConnectionResetError):
        return await reader.read()
    return b""


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


async def test_a_route_answers_with_its_status_type_and_body() -> None:
    async with running() as port:
        status, headers, body = await exchange(port, get("/healthz?verbose=1"))
        assert (status, body) == (200, b'{"status":"working"}')
        assert headers[b"content-type"] == b"application/json"
        assert headers[b"content-length"] == b"20"
        assert (await exchange(port, get("/bad")))[0] == 503
        assert (await exchange(port, get("/big")))[2] == BIG


async def test_head_has_the_headers_without_the_body() -> None:
    async with running() as port:
        status, headers, body = await exchange(port, get("/healthz", "HEAD"))
        assert (status, headers[b"content-length"], body) == (200, b"20", b"")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get("/"), 404),
        (get("/healthz", "POST"), 405),
        (b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20_000, 405),
        (get("/healthz", "CONNECT"), 405),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 2 * HEADER_LIMIT_BYTES + b"\r\n\r\n", 431),
    ],
)
async def test_what_cannot_be_served_is_refused_with_its_status(request_bytes: bytes, status: int) -> None:
    async with running() as port:
        assert (await exchange(port, request_bytes))[0] == status
        assert (await exchange(port, get("/healthz")))[0] == 200


async def test_a_silent_peer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REQUEST_DEADLINE_SECONDS", 0.05)
    async with running() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HT")
        assert await until_cut_off(reader) == b""
        writer.close()
        assert (await exchange(port, get("/healthz")))[0] == 200


async def test_more_peers_than_the_limit_are_turned_away_and_places_come_back() -> None:
    async with running() as port:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS_LIMIT)]
        refused, refused_writer = await asyncio.open_connection("127.0.0.1", port)
        assert await until_cut_off(refused) == b""
        refused_writer.close()
        for reader, writer in waiting:
            writer.write(get("/healthz"))
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()
        assert (await exchange(port, get("/healthz")))[0] == 200


async def test_a_port_in_use_is_named_with_its_remedy() -> None:
    async with running() as port:
        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port}: another program .* \[http\]"):
            await serve("127.0.0.1", port, ROUTES, lambda _: None)


async def test_an_address_of_no_machine_is_named() -> None:
    with pytest.raises(ListenError, match=r"cannot listen on 203\.0\.113\.1:8080: .* host in \[http\]"):
        await serve("203.0.113.1", 8080, ROUTES, lambda _: None)


async def test_cancelling_ends_open_connections() -> None:
    async with running() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await until_cut_off(reader) == b""
    writer.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"GET ", b"/healthz", b" HTTP/1.1\r\n", b"Host: a\r\n", b"\r\n", b"Upgrade: h2c\r\n"]),
        ),
        max_size=8,
    )
)
def test_no_bytes_stop_it(parts: list[bytes]) -> None:
    async def attack() -> None:
        async with running() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"".join(parts))
            writer.write_eof()
            answer = await reader.read()
            writer.close()
            client = h11.Connection(h11.CLIENT)
            client.send(h11.Request(method="GET", target="/", headers=[("host", "a")]))
            client.receive_data(answer)
            if answer:
                assert isinstance(client.next_event(), h11.Response)
            assert (await exchange(port, get("/healthz")))[0] == 200

    asyncio.run(attack())
