"""The watch over falls beside the alarms: a thread that hangs delays nothing, forgets the oldest, and says so."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.ev1527 import decode_code
from drivers.event import Event
from drivers.registry import MQTT_DRIVERS
from drivers.wearable import encode_block, topic_of
from drivers.wearable_stream import Stretch
from gateway.config import load
from gateway.falls import watcher
from gateway.falls.kept import Left
from gateway.falls.reports import Ailing, Excerpt, Fallen, Report, Standing
from gateway.falls.watcher import QUEUE_BLOCKS
from gateway.house import House as Gateway
from gateway.inspect_running import text
from gateway.remembering import remember
from gateway.store import jobs, watching
from gateway.store.store import Store
from tests.gateway.bands import BAND, stretches, walks
from tests.gateway.houses import HandClock
from tests.support.house import CORD, House
from tests.support.wait import until

RADAR = {"id": "radar", "driver": "zigbee2mqtt", "address": "radar", "model": "generic", "room": "bathroom"}


class SlowJudge:
    """A judge that hangs until it is let go, and then says what it was told to say."""

    def __init__(self) -> None:
        self.let_go, self.seen, self.finished = threading.Event(), 0, 0
        self.reports: list[Report] = []
        self.followed: list[str] = []

    def take(self, _device: str, _stretch: Stretch) -> list[Report]:
        self.let_go.wait(30)
        self.seen += 1
        reports, self.reports = self.reports, []
        return reports

    def finish(self, _device: str) -> list[Report]:
        self.finished += 1
        reports, self.reports = self.reports, []
        return reports

    def left(self) -> dict[str, Left]:
        self.let_go.wait(30)
        return {"band": Left(rate_hz=50, range_g=8, detector={}, blocks=[])}

    def follow(self, device: str) -> None:
        self.followed.append(device)

    def unfollow(self, device: str) -> None:
        """Nothing is followed here."""


class Home:
    """A wired gateway whose watcher of falls runs."""

    def __init__(self, gateway: Gateway, store: Store, clock: HandClock) -> None:
        self.gateway, self.store, self.clock = gateway, store, clock
        self._blocks = [encode_block(stretch.block) for stretch in stretches(walks(400))]
        self._next = 0

    def wear(self, blocks: int = 1) -> None:
        """So many blocks of a band come in."""
        for _ in range(blocks):
            self.gateway.worn.hearers["wearable"](topic_of("band-1"), self._blocks[self._next])
            self._next += 1

    async def sees_a_fall(self) -> None:
        """The radar tells of a fall, and of none before it."""
        driver = MQTT_DRIVERS["zigbee2mqtt"]
        for seen in (b'{"fall_status": "normal"}', b'{"fall_status": "fall_alarm"}'):
            said = driver.decode("zigbee2mqtt/radar", seen, False, self.gateway.intake.lookup)
            await asyncio.gather(*self.gateway.reception.hear(said, driver.name, 0.0))

    def count(self, metric: str, kind: str = "") -> float:
        """The value of a counter."""
        name = f'{metric}{{kind="{kind}"}} ' if kind else f"{metric} "
        lines = self.gateway.metrics.render().decode().splitlines()
        return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))

    @property
    def falls(self) -> str | None:
        """Whether falls are noticed, as the house says."""
        protection = self.gateway.status.protection()
        return None if protection is None else protection.falls

    async def told(self) -> list[Event]:
        return [one.event for one in await self.store.ask(jobs.newest, 100)]


@asynccontextmanager
async def running(
    tmp_path: Path, judge: SlowJudge, monkeypatch: pytest.MonkeyPatch, *more: dict[str, Any]
) -> AsyncIterator[Home]:
    monkeypatch.setattr(watcher, "_new_judge", lambda _devices, _left: judge)
    monkeypatch.setattr(watcher, "CALM_SECONDS", 0.0)
    devices = [CORD, *more, {**BAND, "cancel_seconds": 0}]
    file = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=devices).write()
    clock = HandClock()
    with Store(file.with_suffix(".db")) as store:
        gateway = Gateway(load(file), store, clock)
        await remember(gateway)
        watching = asyncio.create_task(_quietly(gateway))
        try:
            yield Home(gateway, store, clock)
        finally:
            judge.let_go.set()
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _quietly(gateway: Gateway) -> None:
    await gateway.worn.parts["falls"]()


async def test_a_thread_that_hangs_delays_no_alarm_and_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = SlowJudge()
    async with running(tmp_path, judge, monkeypatch) as home:
        home.wear(QUEUE_BLOCKS + 60)
        await asyncio.sleep(0)
        home.wear(QUEUE_BLOCKS)
        pull = decode_code("9EAD9F", home.gateway.intake.lookup)
        (kept,) = home.gateway.reception.hear(pull, "ev1527", 0.0)
        assert (await kept).durable
        assert judge.seen == 0
        judge.let_go.set()
        await until(lambda: judge.seen >= QUEUE_BLOCKS)
        await until(lambda: home.count("anju_events_total", "trouble") == 1)
        alarm, trouble = await home.told()
        assert (alarm.type, trouble.type, trouble.evidence["where"]) == ("sos", "device_fault", "fall_watch")
        assert home.count("anju_fall_watch_dropped_blocks_total") >= 60
        home.clock.seconds += 120
        home.wear()
        await until(lambda: home.count("anju_events_total", "restore") == 1)


def _fallen(before_newest: float = 3.8) -> Fallen:
    excerpt = Excerpt(rate_hz=50.0, range_g=8.0, impact_ms=3_000, samples=b"\1\0" * 900)
    return Fallen(
        device="band", at=10.0, before_newest=before_newest, probability=0.97, peak_g=4.4, still_seconds=3.0,
        turned_degrees=80.0, model="m", excerpt=excerpt,
    )  # fmt: skip


def _standing(seconds: int, still: int, walking: int = 0) -> Standing:
    return Standing(
        device="band", seconds=seconds, still_seconds=still, still_in_all=still, turned_degrees=82.0,
        walking_seconds=walking,
    )  # fmt: skip


async def _say(home: Home, judge: SlowJudge, *reports: Report) -> None:
    judge.reports = list(reports)
    for _ in range(2):  # what the first block brought is dealt with before the second one is judged
        seen = judge.seen
        home.wear()
        await until(partial(_has_judged, judge, seen))
    await home.store.ask(jobs.conditions)


def _has_judged(judge: SlowJudge, before: int) -> bool:
    return judge.seen > before


async def test_who_does_not_move_is_told_again_and_who_walks_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        await _say(home, judge, _fallen())
        (fall,) = await home.told()
        assert fall.occurred_at is not None
        assert (fall.received_at - fall.occurred_at).total_seconds() == pytest.approx(3.8)
        assert (fall.confidence, fall.evidence["explanation"]) == (0.97, "fall.lying")
        await _say(home, judge, _fallen())
        assert [one.alarm for one in await home.told()] == [fall.id, fall.id], "a fall in stages is one alarm"
        for minute in (1, 4, 5, 6, 14, 15):
            await _say(home, judge, _standing(60 * minute, 60 * minute))
        news = [one.evidence.get("long_lie_minutes") for one in await home.told()]
        assert news == [None, None, 5, 15]
        await _say(home, judge, _standing(60 * 16, 0, walking=8))
        await _say(home, judge, _standing(60 * 30, 60 * 30))
        *_, last = await home.told()
        assert (last.alarm, last.evidence["walking"]) == (fall.id, True)
        assert len(await home.told()) == 5


async def test_a_restart_follows_the_open_fall_on_and_knows_what_belongs_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        await _say(home, judge, _fallen())
        (fall,) = await home.told()
        assert judge.followed == [], "who has told of the fall itself follows it anyway"
    async with running(tmp_path, judge, monkeypatch) as home:
        await _say(home, judge, _fallen())
        assert [one.alarm for one in await home.told()] == [fall.id, fall.id], "a fall in stages is one alarm"
        assert judge.followed == ["band"]
        await _say(home, judge, _standing(300, 300))
        *_, last = await home.told()
        assert (last.alarm, last.evidence["long_lie_minutes"]) == (fall.id, 5)


async def test_a_stop_leaves_the_detectors_to_the_next_start_once_and_does_not_wait_for_a_thread_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watcher, "STOP_SECONDS", 0.2)
    caplog.set_level(logging.INFO)
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        home.wear(3)
        await home.gateway.stop_falls()
        assert judge.seen == 3, "what has come is judged before the stop"
        home.wear()
    async with running(tmp_path, judge, monkeypatch) as home:
        assert "goes on where device band was left" in caplog.text
        assert await home.store.ask(watching.all_rows) == []
        judge.let_go.clear()
        home.wear()
        await home.gateway.stop_falls()
        assert "did not stop in time" in caplog.text
        assert await home.store.ask(watching.all_rows) == []


async def test_a_radar_that_sees_the_same_fall_is_its_witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch, RADAR) as home:
        await _say(home, judge, _fallen())
        await home.sees_a_fall()
        fall, witness = await home.told()
        assert (fall.device, witness.device, witness.alarm) == ("band", "radar", fall.id)
        assert witness.evidence["seen_by"] == "radar"


@pytest.mark.parametrize("is_worn", [True, False], ids=["worn", "on the table"])
async def test_a_fall_that_another_device_raised_at_once_is_followed_where_the_band_is_worn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_worn: bool
) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch, RADAR) as home:
        await _say(home, judge, _ailing(is_off_body=not is_worn))
        await home.sees_a_fall()
        (fall,) = await home.told()
        assert fall.device == "radar"
        await _say(home, judge)
        assert judge.followed == ["band"]
        await _say(home, judge, _standing(300, 300))
        news = [(one.alarm, one.evidence["long_lie_minutes"]) for one in (await home.told())[1:]]
        assert news == ([(fall.id, 5)] if is_worn else [])
        home.clock.seconds += 3_700
        await home.sees_a_fall()
        await _say(home, judge)
        assert judge.followed == ["band", "band"], "an old fall that nobody closed holds up no other"


async def test_who_moves_on_the_floor_has_no_long_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        await _say(home, judge, _fallen())
        await _say(home, judge, _standing(60 * 6, 60))
        assert len(await home.told()) == 1


async def test_a_band_that_falls_silent_is_judged_by_what_it_has_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "SILENT_SECONDS", 0.2)
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        await _say(home, judge)
        assert judge.finished == 0
        judge.reports = [_fallen(before_newest=0.6)]
        home.clock.seconds += 1
        await until(lambda: judge.finished == 1)
        await until(lambda: home.count("anju_falls_found_total") == 1)


async def test_the_house_says_whether_falls_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        assert home.falls == "silent"
        await _say(home, judge)
        assert home.falls == "watching"
        await _say(home, judge, _ailing(lasting="stuck"))
        assert home.falls == "faulty"
        await _say(home, judge, _ailing(is_off_body=True))
        home.clock.seconds += 890
        await _say(home, judge)
        home.clock.seconds += 890
        await _say(home, judge)
        home.clock.seconds += 30
        assert home.falls == "not_worn"
        home.clock.seconds += 900
        assert home.falls == "silent"
        assert "no fall is noticed" in text(json.loads(home.gateway.status.healthz().body))


async def test_a_house_without_a_worn_device_promises_nothing_of_falls(tmp_path: Path) -> None:
    file = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=[CORD]).write()
    with Store(file.with_suffix(".db")) as store:
        protection = Gateway(load(file), store, HandClock()).status.protection()
    assert protection is not None
    assert protection.falls is None


async def test_a_fault_of_the_samples_has_its_name_and_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = SlowJudge()
    judge.let_go.set()
    async with running(tmp_path, judge, monkeypatch) as home:
        await _say(home, judge, _ailing(began="stuck", lasting="stuck"))
        await until(lambda: home.count("anju_events_total", "trouble") == 1)
        await _say(home, judge, _ailing(began="clock_jump", is_off_body=True))
        await until(lambda: home.count("anju_events_total", "trouble") == 2)
        home.clock.seconds += 1_900
        await _say(home, judge, _ailing(is_off_body=True))
        await until(lambda: home.count("anju_events_total", "trouble") == 3)
        home.clock.seconds += 20
        await _say(home, judge, _ailing())
        await until(lambda: home.count("anju_events_total", "restore") == 3)
        told = [(one.kind.value, one.evidence.get("fault"), one.device) for one in await home.told()]
        assert told[0] == ("trouble", "stuck", "band")
        faults = [fault for kind, fault, _ in told if kind == "trouble"]
        assert faults == ["stuck", "clock_jump", "not_worn"]


def _ailing(*, began: str = "", lasting: str = "", is_off_body: bool = False) -> Ailing:
    return Ailing(
        device="band", began=(began,) if began else (), lasting=frozenset({lasting} if lasting else ()),
        is_off_body=is_off_body,
    )  # fmt: skip
