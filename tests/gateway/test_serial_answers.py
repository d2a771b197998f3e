"""When a receiver on a serial line may be answered: not before what it heard is kept, and never in bucket mode."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest

from drivers import portisch_bucket, sonoff_rf_bridge
from drivers.link.pty import PtyPair
from drivers.output import Message
from gateway.config_devices import SerialPort
from gateway.ears import Ears
from gateway.interference import Interference
from gateway.links import SerialLine
from gateway.metrics import Metrics
from gateway.outlet import WAITING_LIMIT, Outlet
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.store.rows import Stored
from gateway.watch import Lines
from tests.drivers.vectors import enrolled
from tests.gateway.houses import CORD, stored
from tests.support.wait import until

ACKNOWLEDGED = bytes.fromhex("AAA055")
KEY = sonoff_rf_bridge.encode_key("9EAD9F")
LEARNT = KEY[:1] + b"\xa3" + KEY[2:]
ADVANCED = bytes.fromhex("AAA604009EAD9F55")
LEARN_TIMEOUT = bytes.fromhex("AAA255")
BUCKETS = portisch_bucket.encode("9EAD9F")


class SlowDisk:
    """A reception that keeps what it heard when the test says so."""

    def __init__(self) -> None:
        self.kept: list[asyncio.Future[Stored]] = []

    def hear(self, decoded: object, *_message: object) -> list[asyncio.Future[Stored]]:
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self.kept.append(future)
        return [future] if decoded else []


class Bench:
    """A serial line under test: its far end, its disk, its outlet."""

    def __init__(self) -> None:
        self.disk = SlowDisk()
        self.metrics = Metrics("test")
        self.outlet = Outlet(self.metrics, Problems())
        self.radio = PtyPair()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        with self.radio:
            port = SerialPort(name="rf", path=self.radio.path, driver="sonoff_rf_bridge")
            line = SerialLine(
                port, sonoff_rf_bridge.SERIAL_DRIVER, enrolled(CORD), cast(Reception, self.disk), Lines(),
                Interference(), Problems(), self.metrics, lambda: 0.0, self.outlet, Ears(), {},
            )  # fmt: skip
            async with asyncio.TaskGroup() as group:
                task = group.create_task(line.run())
                await until(lambda: self.outlet.openings, what="the port is open")
                try:
                    yield
                finally:
                    task.cancel()

    async def hear(self, frame: bytes) -> None:
        known = len(self.disk.kept)
        await self.radio.write(frame)
        await until(lambda: len(self.disk.kept) > known)

    async def read(self, count: int) -> bytes:
        said = b""
        while len(said) < count:
            said += await self.radio.read()
        return said


@pytest.mark.parametrize("frame", [KEY, LEARNT, ADVANCED], ids=["A4", "A3", "A6"])
async def test_a_press_is_answered_once_it_is_kept(frame: bytes) -> None:
    bench = Bench()
    async with bench.running():
        await bench.hear(frame)
        # What is written meanwhile shows that an answer would have come by now.
        bench.outlet.send(Message("", b"\xaa\xc0\x00\x64\x55"))
        assert await bench.read(5) == b"\xaa\xc0\x00\x64\x55"
        bench.disk.kept[0].set_result(stored(durable=False))
        assert await bench.read(3) == ACKNOWLEDGED


async def test_a_press_that_is_never_kept_is_never_answered() -> None:
    bench = Bench()
    async with bench.running():
        await bench.hear(KEY)
        await bench.hear(KEY)
        bench.disk.kept[1].set_result(stored())
        assert await bench.read(3) == ACKNOWLEDGED
        bench.outlet.send(Message("", b"end"))
        assert await bench.read(3) == b"end", "one of the two was kept, one was answered"


async def test_the_end_of_learning_needs_no_keeping() -> None:
    bench = Bench()
    async with bench.running():
        await bench.hear(LEARN_TIMEOUT)
        assert await bench.read(3) == ACKNOWLEDGED


@pytest.mark.parametrize("send", [lambda frame: frame, lambda frame: frame * 20], ids=["one", "twenty"])
async def test_bucket_mode_is_never_answered(send: Callable[[bytes], bytes]) -> None:
    """An answer would re-arm plain sniffing (ESPHome issue 17682): the mode that somebody chose would be gone."""
    bench = Bench()
    async with bench.running():
        await bench.radio.write(send(BUCKETS))
        await until(lambda: len(bench.disk.kept) == len(send(BUCKETS)) // len(BUCKETS))
        for future in bench.disk.kept:
            future.set_result(stored())
        await bench.hear(KEY)
        bench.disk.kept[-1].set_result(stored())
        assert await bench.read(3) == ACKNOWLEDGED
        bench.outlet.send(Message("", b"end"))
        assert await bench.read(3) == b"end", "only the key was answered"


async def test_what_a_bridge_does_not_take_gives_way_to_what_is_newer() -> None:
    bench = Bench()
    async with bench.running():
        for number in range(3 * WAITING_LIMIT):  # the line's task does not run in between
            assert bench.outlet.send(Message("", bytes([number])))
        assert await bench.read(WAITING_LIMIT) == bytes(range(2 * WAITING_LIMIT, 3 * WAITING_LIMIT))
    assert not bench.outlet.send(Message("", b"gone"))
    shown = bench.metrics.render().decode()
    assert f'anju_output_messages_total{{result="dropped"}} {2 * WAITING_LIMIT}.0' in shown
    assert 'anju_output_messages_total{result="not_sent"} 1.0' in shown
