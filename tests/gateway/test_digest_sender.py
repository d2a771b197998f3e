"""Telemetry on its way: one message at a time, nothing lost with a line, nothing in an alarm's way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import msgspec
import pytest

from drivers.event import Kind
from drivers.link.mqtt import LinkLostError, RefusedError
from gateway import digest_sender
from gateway.contract.messages import Digest
from gateway.digest import DigestBook
from gateway.uplink.ledger import Ledger
from gateway.uplink.pace import Pace
from gateway.uplink.uplink import Uplink
from tests.contract.events import SENDER
from tests.gateway.houses import NOON, HandClock, event, stored
from tests.support.wait import until

REFUSED = RefusedError("a publish", 0x97, "Quota exceeded")


class Line:
    """What the sender sees of an uplink. `answers` are what becomes of each publish, in order; then all is well."""

    def __init__(self) -> None:
        self.connected = True
        self.pace = Pace()
        self.answers: list[Exception | None] = []
        self.full = False
        self.said: list[Digest] = []
        self.sizes: list[int] = []
        self.flying = 0
        self.most = 0
        self.on_publish: Callable[[], None] = lambda: None

    def publish(self, branch: str, payload: bytes) -> "asyncio.Future[int] | None":
        assert branch == "telemetry"
        if self.full:
            return None
        self.flying += 1
        self.most = max(self.most, self.flying)
        self.said.append(msgspec.json.decode(payload, type=Digest))
        self.sizes.append(len(payload))
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        error = self.answers.pop(0) if self.answers else None
        self.on_publish()

        def settle() -> None:
            self.flying -= 1
            if error is None:
                answered.set_result(0)
            else:
                answered.set_exception(error)

        asyncio.get_running_loop().call_soon(settle)
        return answered

    def told(self) -> list[str]:
        return [device.device for digest in self.said for device in digest.data.devices]


class Home:
    """A book with so many devices in it, a line, and who waits for the centre."""

    def __init__(self, devices: int) -> None:
        self.line, self.ledger, self.book = Line(), Ledger(), DigestBook(NOON)
        self.devices = [f"motion-{number}" for number in range(devices)]
        for device in self.devices:
            self.book.note(event(Kind.ACTIVITY, "motion", device=device))

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        uplink = cast("Uplink", self.line)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(digest_sender.send_digests(self.book, uplink, self.ledger, SENDER, HandClock()))
            yield
            task.cancel()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_sender, "DIGEST_SECONDS", 0.01)
    monkeypatch.setattr(digest_sender, "LOOK_AGAIN_SECONDS", 0.01)


async def test_everything_is_told_once_in_small_pieces_one_at_a_time() -> None:
    home = Home(100)
    async with home.sending():
        await until(lambda: len(home.line.told()) >= 100)
    assert home.line.told() == home.devices
    assert home.line.most == 1
    assert max(home.line.sizes) <= 4_096


async def test_on_a_slow_line_each_piece_leaves_room_for_an_alarm_within_two_seconds() -> None:
    home = Home(10)
    home.line.pace.acknowledged(2.0)
    async with home.sending():
        await until(lambda: len(home.line.told()) >= 10)
    assert home.line.told() == home.devices
    assert max(home.line.sizes) <= 640


async def test_a_slow_line_is_not_shared_with_a_fault() -> None:
    home = Home(1)
    home.line.pace.acknowledged(2.0)
    fault = stored(event(Kind.TAMPER, None))
    home.ledger.offer(fault, 0.0)
    home.ledger.sent(fault.event.id, 0.0)
    async with home.sending():
        for _ in range(20):
            await asyncio.sleep(0.002)  # the sender looks again and again meanwhile
        assert not home.line.said
        home.ledger.acknowledged(fault.event.id)
        await until(lambda: home.line.said)


async def test_what_was_lost_with_the_line_goes_again_and_what_was_refused_does_not() -> None:
    home = Home(100)
    home.line.answers = [None, LinkLostError("gone"), None, REFUSED, None]
    async with home.sending():
        await until(lambda: "motion-99" in home.line.told())
    ids = [digest.id for digest in home.line.said]
    assert ids[1] == ids[2], "the same digest under the same id"
    assert len(set(ids)) == len(ids) - 1
    assert set(home.line.told()) == set(home.devices)


async def test_an_alarm_stops_it_between_two_pieces_and_its_answer_lets_it_go_on() -> None:
    home = Home(100)
    alarm = stored()
    home.line.on_publish = lambda: home.ledger.offer(alarm, 0.0)
    async with home.sending():
        await until(lambda: home.line.said)
        for _ in range(20):
            await asyncio.sleep(0.002)  # the sender looks again and again meanwhile
        assert len(home.line.said) == 1
        home.line.on_publish = lambda: None
        home.ledger.received(alarm.event.id)
        await until(lambda: len(home.line.told()) >= 100)
    assert home.line.told() == home.devices


async def test_a_week_without_a_line_is_one_digest_more() -> None:
    home = Home(3)
    home.line.connected = False
    async with home.sending():
        for _ in range(50):
            for device in home.devices:
                home.book.note(event(Kind.ACTIVITY, "motion", device=device))
            await asyncio.sleep(0.001)
        home.line.connected, home.line.full = True, True
        await asyncio.sleep(0.03)
        assert not home.line.said
        home.line.full = False
        await until(lambda: home.line.said)
    (digest,) = home.line.said
    assert [device.activity for device in digest.data.devices] == [{"motion": 51}] * 3
