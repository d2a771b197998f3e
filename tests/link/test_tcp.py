"""A port that devices dial, through real sockets: bounded in connections, bytes and patience."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from drivers.link.tcp import Connection, Limits, ListenError, listen
from simulator.ports import LOOPBACK, free_port
from tests.support.wait import until

ROOMY = Limits(silence_seconds=60.0)


class Echo:
    """Sends every chunk back, and keeps what it saw."""

    def __init__(self, *, vouch: bool = True) -> None:
        self.heard: list[bytes] = []
        self.connections: list[Connection] = []
        self.ended = 0
        self._vouch = vouch

    async def serve(self, connection: Connection) -> None:
        self.connections.append(connection)
        if self._vouch:
            connection.vouch()
        async for chunk in connection.chunks():
            self.heard.append(chunk)
            connection.send(chunk)
        self.ended += 1


@asynccontextmanager
async def listening(echo: Echo, limits: Limits = ROOMY) -> AsyncIterator[int]:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(listen(LOOPBACK, 0, limits, echo.serve, port.set_result))
        yield await port
        task.cancel()


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def dialled(port: int, count: int = 1) -> AsyncIterator[list[Line]]:
    lines = [await asyncio.open_connection(LOOPBACK, port) for _ in range(count)]
    try:
        yield lines
    finally:
        for _, writer in lines:
            writer.close()


async def closed_by_the_other(line: Line) -> None:
    """Wait until the other end has closed; an abort shows as an end or as a reset."""
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(line[0].read(), 10) == b""


async def test_bytes_go_both_ways_and_a_pause_is_told_once() -> None:
    echo = Echo()
    async with listening(echo) as port:
        async with dialled(port) as [(reader, writer)]:
            writer.write(b"abc")
            assert await asyncio.wait_for(reader.readexactly(3), 10) == b"abc"
            await until(lambda: echo.heard == [b"abc", b""])
            writer.write(b"def")
            assert await asyncio.wait_for(reader.readexactly(3), 10) == b"def"
        await until(lambda: echo.ended == 1)


async def test_a_device_that_hangs_up_ends_its_connection_only() -> None:
    echo = Echo()
    async with listening(echo) as port, dialled(port, 2) as [one, other]:
        await until(lambda: len(echo.connections) == 2)
        one[1].transport.abort()
        await until(lambda: echo.ended == 1)
        other[1].write(b"still here")
        assert await asyncio.wait_for(other[0].readexactly(10), 10) == b"still here"


async def test_a_connection_that_says_nothing_is_closed() -> None:
    echo = Echo()
    async with listening(echo, Limits(silence_seconds=0.05)) as port, dialled(port) as [line]:
        await closed_by_the_other(line)
        assert echo.ended == 1


async def test_a_stranger_who_keeps_talking_is_closed_all_the_same() -> None:
    echo = Echo(vouch=False)
    async with listening(echo, Limits(silence_seconds=60.0, stranger_seconds=0.2)) as port, dialled(port) as [line]:
        line[1].write(b"hello")
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(line[0].read(), 10) == b"hello"
        await until(lambda: echo.ended == 1)


async def test_where_there_are_too_many_a_stranger_goes_first() -> None:
    echo = Echo(vouch=False)
    async with listening(echo, Limits(silence_seconds=60.0, connections=2)) as port, dialled(port) as [watch]:
        await until(lambda: len(echo.connections) == 1)
        echo.connections[0].vouch()
        async with dialled(port) as [stranger], dialled(port) as [newcomer]:
            await closed_by_the_other(stranger)
            for reader, writer in (watch, newcomer):
                writer.write(b"x")
                assert await asyncio.wait_for(reader.readexactly(1), 10) == b"x"


async def test_a_watch_that_dials_again_gets_in_where_all_are_known() -> None:
    echo = Echo()
    async with listening(echo, Limits(silence_seconds=60.0, connections=2)) as port, dialled(port, 2) as [oldest, _]:
        await until(lambda: len(echo.connections) == 2)
        async with dialled(port) as [(reader, writer)]:
            await closed_by_the_other(oldest)
            writer.write(b"x")
            assert await asyncio.wait_for(reader.readexactly(1), 10) == b"x"


async def test_five_hundred_at_once_leave_the_limit() -> None:
    echo = Echo(vouch=False)
    async with listening(echo, Limits(silence_seconds=60.0, connections=8)) as port, dialled(port, 500):
        await until(lambda: echo.ended == 492)


async def test_a_device_that_takes_no_answers_is_cut_off() -> None:
    echo = Echo()
    async with listening(echo) as port:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        deaf.connect((LOOPBACK, port))
        await until(lambda: len(echo.connections) == 1)
        for _ in range(10_000):
            echo.connections[0].send(b"x" * 1_024)
        await until(lambda: echo.ended == 1)
        deaf.close()


async def test_a_port_that_another_has_is_told_with_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"{LOOPBACK}:{port} cannot be opened; another program has it"):
            await listen(LOOPBACK, port, ROOMY, Echo().serve, lambda _: None)


async def test_the_port_is_free_again_after_an_end_with_devices_on_the_line() -> None:
    echo, port = Echo(), free_port()
    for _ in range(2):
        opened: asyncio.Queue[int] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(listen(LOOPBACK, port, ROOMY, echo.serve, opened.put_nowait))
            await asyncio.wait_for(opened.get(), 10)
            async with dialled(port) as [line]:
                line[1].write(b"x")
                assert await asyncio.wait_for(line[0].readexactly(1), 10) == b"x"
                task.cancel()
                await closed_by_the_other(line)
