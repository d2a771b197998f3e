"""The house's eye on itself, on a clock that is turned by hand, in a house that is wired as it runs."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.event import ClockQuality, Kind
from gateway import watch as watch_module
from gateway.config import load
from gateway.house import House as Gateway
from gateway.intake.intake import Happened
from gateway.policy import decide
from gateway.remembering import remember
from gateway.store import jobs
from gateway.store.store import Store
from gateway.uplink.ledger import LEDGER_LIMIT
from gateway.watch import LINE_LOST_AFTER_SECONDS, Lines, Watch
from tests.gateway.houses import NOON, HandClock, answer, event, signal
from tests.support.house import BUTTON, CORD, SMOKE, House
from tests.support.wait import until


class Home:
    """A wired gateway without its lines, and its watch."""

    def __init__(self, config_file: Path, store: Store) -> None:
        config = load(config_file)
        self.clock, self.store = HandClock(), store
        self.gateway = Gateway(config, store, self.clock)
        self.watch = Watch(
            config.devices, self.gateway.drivers, self.gateway.intake, self.gateway.reception, store,
            self.gateway.ledger, self.gateway.uplink, self.gateway.notices, self.gateway.lines,
            self.gateway.interference,
        )  # fmt: skip

    async def look(self, later: float = 0.0) -> None:
        self.clock.seconds += later
        self.watch._look()
        await self.store.ask(jobs.conditions)  # what it made is committed now

    async def kept(self) -> list[tuple[str, str | None, str | None]]:
        return [(one.event.kind.value, one.event.type, one.event.device)
                for one in await self.store.ask(jobs.newest, 5_000)]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    devices = [CORD, {**SMOKE, "supervision_seconds": 300}, {**BUTTON, "supervision_seconds": 60}]
    return House(folder=tmp_path, uplink_port=9, broker_port=9, devices=devices).write()


@pytest.fixture
async def home(file: Path) -> AsyncIterator[Home]:
    with Store(file.with_suffix(".db")) as store:
        yield Home(file, store)


async def test_a_silent_device_is_said_once_and_its_return_too(home: Home) -> None:
    await home.look(60.0)
    assert await home.kept() == []
    for _ in range(5):
        await home.look(1.0)
    assert await home.kept() == [("supervision_lost", None, "button-bed")]
    device = home.gateway.intake.lookup("zigbee2mqtt", "button-1")
    assert device is not None
    home.gateway.reception.hear((signal(device, Kind.SUPERVISION, None),), device.driver, 0.0)
    await home.look(59.0)
    assert await home.kept() == [
        ("supervision_lost", None, "button-bed"),
        ("restore", "supervision_lost", "button-bed"),
    ]
    await home.look(200.0)
    assert {row[2] for row in (await home.kept())[2:]} == {"button-bed", "smoke-kitchen"}


async def test_a_low_battery_is_said_again_every_week_until_it_is_changed(home: Home) -> None:
    device = home.gateway.intake.lookup("zigbee2mqtt", "smoke-1")
    assert device is not None

    async def week_passes() -> list[tuple[str, str | None, str | None]]:
        home.clock.seconds += 7 * 24 * 3_600
        await home.watch._remind()
        await home.store.ask(jobs.conditions)
        return await home.kept()

    low = signal(device, Kind.LOW_BATTERY, None, battery_low=True)
    home.gateway.reception.hear((low,), device.driver, 0.0)
    await home.store.ask(jobs.conditions)
    await home.watch._remind()
    assert len(await home.kept()) == 1
    assert len(await week_passes()) == 2
    assert [row[0] for row in await week_passes()] == ["low_battery"] * 3
    changed = signal(device, Kind.SUPERVISION, None, battery_low=False, battery_percent=100.0)
    home.gateway.reception.hear((changed,), device.driver, 0.0)
    await home.store.ask(jobs.conditions)
    assert [row[:2] for row in (await week_passes())[3:]] == [("restore", "low_battery")]


async def test_a_restart_repeats_no_fault_and_forgets_none(file: Path) -> None:
    for _ in range(3):
        with Store(file.with_suffix(".db")) as store:
            home = Home(file, store)
            await remember(home.gateway)
            await home.look(400.0)
            assert sorted(row[2] or "" for row in await home.kept()) == ["button-bed", "smoke-kitchen"]


async def test_nobody_reached_is_said_after_three_minutes_once(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    alarm = event()
    home.gateway.reception.tell([Happened(event=alarm), Happened(event=event(alarm=alarm.id))])
    await until(lambda: len(home.gateway.ledger) == 2)
    await home.look(179.0)
    assert "not_reached" not in caplog.text
    for _ in range(3):
        await home.look(1.0)
    said = [line for line in caplog.messages if "not_reached" in line]
    assert len(said) == 1
    assert alarm.id in said[0]
    home.gateway.notices.rise(alarm.id, "received")
    assert "notice state=received" in caplog.messages[-1]


async def test_an_alarm_of_an_earlier_boot_has_its_age(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Store(file.with_suffix(".db")) as store:
        alarm = event(received_at=NOON - timedelta(seconds=179), clock_quality=ClockQuality.SYNCHRONISED)
        await store.append(alarm, decide(alarm))
    with Store(file.with_suffix(".db")) as store:
        home = Home(file, store)
        await remember(home.gateway)
        await home.look()
        assert "not_reached" not in caplog.text
        await home.look(1.0)
        assert f"notice state=not_reached alarm={alarm.id}" in caplog.text


async def test_a_sick_disk_is_a_trouble_that_leaves_the_house_and_ends(home: Home) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = ON")

    def mend(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = OFF")

    await home.store.ask(spoil)
    await home.store.probe(NOON, durable=False)
    for _ in range(3):
        await home.look(1.0)
    waiting = home.gateway.ledger._entries.values()
    assert [(entry.stored.event.type, entry.stored.durable) for entry in waiting] == [("storage", False)]
    await home.store.ask(mend)
    home.store.flush()
    await until(lambda: home.store.problem is None)
    await home.look(1.0)
    assert await home.kept() == [("trouble", "storage", None), ("restore", "storage", None)]


async def test_a_lost_line_is_a_trouble_after_a_while_and_ends_when_it_is_back(home: Home) -> None:
    lines = home.gateway.lines
    lines.down("rf", home.clock.seconds)
    await home.look(LINE_LOST_AFTER_SECONDS - 1)
    lines.up("rf")
    await home.look(100.0)
    assert await home.kept() == [("supervision_lost", None, "button-bed")], "a short loss is none"
    lines.down("rf", home.clock.seconds)
    await home.look(LINE_LOST_AFTER_SECONDS)
    await home.look(1.0)
    lines.up("rf")
    await home.look(1.0)
    assert [row[:2] for row in await home.kept()][1:] == [("trouble", "link_lost"), ("restore", "link_lost")]


def test_a_line_that_flickers_is_lost_until_it_is_really_back() -> None:
    lines = Lines()
    lines.down("rf", 0.0)
    assert lines.changes(10.0) == (["rf"], [])
    lines.up("rf")
    lines.down("rf", 10.5)
    assert lines.changes(11.0) == ([], [])
    assert lines.changes(30.0) == ([], [])
    lines.up("rf")
    assert lines.changes(31.0) == ([], ["rf"])
    assert lines.changes(32.0) == ([], [])


async def test_what_had_no_room_comes_back_from_the_store(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "TICK_SECONDS", 0.001)
    events = [event(Kind.SERVICE_REQUEST, "meal") for _ in range(LEDGER_LIMIT + 300)]
    for one in events:
        kept = home.store.append(one, decide(one))
        kept.add_done_callback(lambda done: home.gateway.ledger.offer(done.result(), 0.0))
    await kept
    ledger = home.gateway.ledger
    await until(lambda: ledger.overflowed and len(ledger) == LEDGER_LIMIT)
    for one in events[: LEDGER_LIMIT - 100]:
        await home.store.mark(answer(one.id))
        ledger.received(one.id)
    task = asyncio.create_task(home.watch.run())
    await until(lambda: len(ledger) == 400)
    assert not ledger.overflowed
    assert all(one.id in ledger for one in events[LEDGER_LIMIT - 100 :])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_old_telemetry_goes_and_alarms_stay(home: Home) -> None:
    old = NOON - timedelta(days=31)
    alarm, motion = event(received_at=old), event(Kind.ACTIVITY, "motion", received_at=old)
    await home.store.append(alarm, decide(alarm))
    home.store.note(motion, decide(motion))
    home.store.flush()
    newest = event()
    await home.store.append(newest, decide(newest))
    await home.watch._thin()

    def left(connection: sqlite3.Connection) -> list[str]:
        return [row[0] for row in connection.execute("SELECT id FROM event")]

    assert await home.store.ask(left) == [alarm.id, newest.id]


async def test_a_database_that_lies_aside_is_a_trouble_for_as_long_as_it_lies_there(file: Path, home: Home) -> None:
    aside = file.with_name("gw-0001.db.damaged-20260101T000000Z")
    aside.write_text("damaged")
    await home.store.probe(NOON, durable=False)
    for _ in range(3):
        await home.look(1.0)
    assert await home.kept() == [("trouble", "storage", None)]
    aside.unlink()
    await home.store.probe(NOON, durable=False)
    await home.look(1.0)
    assert await home.kept() == [("trouble", "storage", None), ("restore", "storage", None)]


async def test_a_disk_that_comes_late_brings_its_alarms_and_faults(tmp_path: Path, file: Path) -> None:
    waiting, smoke = event(), event(type_="smoke", device="smoke-kitchen")
    path = tmp_path / "late.db"
    with Store(path) as earlier:
        await earlier.append(waiting, decide(waiting))
        await earlier.append(smoke, decide(smoke), jobs.Change(device="smoke-kitchen", name="smoke", began=True))
        lost = event(Kind.TROUBLE, "link_lost", device=None)
        await earlier.append(lost, decide(lost), jobs.Change(device="rf", name="link_lost", began=True))
        identity = earlier.identity
    card = path.rename(tmp_path / "card")
    path.mkdir()
    with Store(path) as store:
        home = Home(file, store)
        await remember(home.gateway)
        assert store.problem is not None
        path.rmdir()
        card.rename(path)
        await store.probe(NOON, durable=False)
        assert {waiting.id, smoke.id, lost.id} == {entry.stored.event.id for entry in home.gateway.ledger.due(9e9, 20)}
        assert home.gateway.notices.knows(waiting.id)
        assert home.gateway.sender.store == identity.store
        device = home.gateway.intake.lookup("zigbee2mqtt", "smoke-1")
        assert device is not None
        home.gateway.reception.hear((signal(device, type_="smoke"),), device.driver, 0.0)
        await home.look(1.0)
        assert [row[:2] for row in await home.kept()] == [
            ("alarm", "sos"), ("alarm", "smoke"), ("trouble", "link_lost"), ("restore", "link_lost"),
        ], "the fire was known, and the line works"  # fmt: skip
