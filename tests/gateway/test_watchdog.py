import asyncio
import socket
import threading
from pathlib import Path

import pytest

from gateway.clock import Clock
from gateway.problems import Problems
from gateway.store import store as store_module
from gateway.store.store import Store
from gateway.watchdog import feed, notify
from tests.support.house import House
from tests.support.wait import until


@pytest.fixture
def systemd(tmp_path: Path) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind(str(tmp_path / "notify"))
    channel.setblocking(False)
    return channel


async def next_word(channel: socket.socket) -> str:
    async with asyncio.timeout(20):
        return (await asyncio.get_running_loop().sock_recv(channel, 100)).decode()


async def test_a_gateway_tells_systemd_that_it_is_ready_alive_and_stopping(
    tmp_path: Path, systemd: socket.socket
) -> None:
    house = House(folder=tmp_path, uplink_port=1, broker_port=1)
    with systemd:
        async with house.gateway_running(NOTIFY_SOCKET=systemd.getsockname()) as gateway:
            assert {await next_word(systemd), await next_word(systemd)} == {"READY=1", "WATCHDOG=1"}
            assert await gateway.terminate() == 0
            assert await next_word(systemd) == "STOPPING=1"


async def test_a_writer_that_hangs_leaves_the_watchdog_unfed(
    tmp_path: Path, systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
    monkeypatch.setattr(store_module, "PROBE_TIMEOUT_SECONDS", 0.05)
    problems, hold = Problems(), threading.Event()
    with systemd, Store(tmp_path / "anju.db") as store:
        waiting = asyncio.ensure_future(store.ask(lambda _connection: hold.wait()))
        feeding = asyncio.ensure_future(feed(store, Clock(), problems))
        await until(problems.list)
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
        hold.set()
        await waiting
        feeding.cancel()


def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    notify("READY=1")
    assert len(caplog.records) == 1
