"""Alarms that can be taken back, in a house that is wired as it runs: real messages, the real store, a turned clock."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.event import Event, Kind, State
from drivers.registry import MQTT_DRIVERS
from gateway.announce.words import FALL_PROMPT, FALL_PROMPT_NO_BUTTON, NOT_CALLING
from gateway.config import load
from gateway.contract.envelope import type_of
from gateway.house import House as Gateway
from gateway.pending.held import PROMPT_SECONDS
from gateway.pending.standing import TRANSITIONS, Standing, Word, step
from gateway.policy import decide
from gateway.remembering import remember
from gateway.store import jobs, pending
from gateway.store.salvage import from_file, take_over
from gateway.store.store import Store
from tests.gateway.houses import HandClock, answer
from tests.gateway.test_store_disk import read_only, writable
from tests.support.house import BUTTON, House
from tests.support.wait import until

RADAR: dict[str, Any] = {
    "id": "radar", "driver": "zigbee2mqtt", "address": "radar", "model": "generic", "room": "bathroom",
    "cancel_seconds": 20,
}  # fmt: skip
OTHER = {**RADAR, "id": "radar-2", "address": "radar-2", "room": "bedroom"}
AT_ONCE = {key: value for key, value in {**OTHER, "id": "radar-3", "address": "radar-3"}.items() if key[0] != "c"}
CANCEL = {**BUTTON, "id": "cancel", "address": "cancel", "presses": {"single": "all_right", "double": "sos"}}


class Home:
    """A wired gateway without its lines, on a clock that survives restarts."""

    def __init__(self, file: Path, store: Store, clock: HandClock) -> None:
        self.clock, self.store = clock, store
        self.gateway = Gateway(load(file), store, clock)
        self.spoken: list[str] = []
        speak = self.gateway.announcer.speak
        self.gateway.pending._voice = self
        self._speak = speak

    def speak(self, sentence: str) -> None:
        self.spoken.append(sentence)
        self._speak(sentence)

    def withdraw(self, sentence: str) -> None:
        self.gateway.announcer.withdraw(sentence)

    async def hear(self, address: str, **state: Any) -> None:
        driver = MQTT_DRIVERS["zigbee2mqtt"]
        said = driver.decode(f"zigbee2mqtt/{address}", json.dumps(state).encode(), False, self.gateway.intake.lookup)
        await asyncio.gather(*self.gateway.reception.hear(said, driver.name, 0.0))
        await self.look()

    async def look(self) -> None:
        self.gateway.pending.look(self.gateway.reception.tell)
        await self.store.ask(jobs.conditions)  # what it made is committed now
        await asyncio.sleep(0)  # and its followers have been told

    async def wait(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.clock.seconds = min(end, self.clock.seconds + 1.0)
            await self.look()

    async def told(self) -> list[Event]:
        return [one.event for one in await self.store.ask(jobs.newest, 100)]

    async def types(self) -> list[tuple[str, str | None]]:
        return [(type_of(one), one.device) for one in await self.told()]

    async def open(self) -> int:
        return (await self.store.ask(jobs.open_alarms, 10))[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    devices = [RADAR, OTHER, AT_ONCE, BUTTON, CANCEL]
    return House(folder=tmp_path, uplink_port=9, broker_port=9, devices=devices).write()


@asynccontextmanager
async def running(file: Path, clock: HandClock) -> AsyncIterator[Home]:
    with Store(file.with_suffix(".db")) as store:
        home = Home(file, store, clock)
        await remember(home.gateway)
        yield home


@pytest.fixture
async def home(file: Path) -> AsyncIterator[Home]:
    async with running(file, HandClock()) as home:
        yield home


RAISED, UPDATED, CANCELLED = "anju.alarm.raised", "anju.alarm.updated", "anju.alarm.cancelled"


@pytest.mark.parametrize("standing", Standing, ids=str)
@pytest.mark.parametrize("word", Word, ids=str)
def test_what_is_decided_stays_decided(standing: Standing, word: Word) -> None:
    after = step(standing, word)
    assert (after is standing) is (standing is not Standing.OPENED)
    assert all(step(after, again) is after for again in Word)
    assert {new for (old, _), new in TRANSITIONS.items() if old is Standing.OPENED} == set(Standing) - {Standing.OPENED}


async def test_a_fall_waits_for_its_window_and_keeps_its_id(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    (row,) = await home.store.ask(pending.all_rows)
    await home.wait(19)
    assert await home.told() == []
    assert home.spoken == [FALL_PROMPT] * (1 + int(19 // PROMPT_SECONDS))
    await home.wait(1)
    (fall,) = await home.told()
    assert (type_of(fall), fall.id, fall.received_at) == (RAISED, row.event.id, row.event.received_at)
    assert fall.evidence == {
        "window": "due",
        "window_seconds": 20,
        "held_seconds": 20.0,
        "explanation": "fall.device_said",
    }
    assert await home.store.ask(pending.all_rows) == []
    assert await home.open() == 1
    await home.wait(60)
    assert len(await home.told()) == 1


async def test_a_fall_without_a_window_goes_at_once(home: Home) -> None:
    await home.hear("radar-3", fall_status="fall_alarm")
    assert await home.types() == [(RAISED, "radar-3")]
    assert home.spoken == []


async def test_a_call_for_help_sends_both_at_once(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await home.wait(3)
    await home.hear("button-1", action="on")
    assert await home.types() == [(RAISED, "button-bed"), (RAISED, "radar")]
    _, fall = await home.told()
    assert (fall.evidence["window"], fall.evidence["confirmed_by"]) == ("confirmed", "button-bed")
    assert await home.open() == 2


async def test_the_enrolled_button_takes_it_back_and_the_district_hears_of_it_silently(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await home.hear("cancel", action="single")
    (fall,) = await home.told()
    assert (type_of(fall), fall.alarm, fall.state) == (CANCELLED, fall.id, State.CANCELLED)
    assert fall.evidence["cancelled_by"] == "cancel"
    assert home.spoken == [FALL_PROMPT, NOT_CALLING]
    assert await home.open() == 0
    assert not home.gateway.notices.is_open()
    await home.wait(60)
    await home.hear("button-1", action="on")
    assert await home.types() == [(CANCELLED, "radar"), (RAISED, "button-bed")]


async def test_the_same_button_still_calls_for_help(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await home.hear("cancel", action="double")
    assert await home.types() == [(RAISED, "cancel"), (RAISED, "radar")]


async def test_nothing_else_takes_it_back(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await home.hear("radar", fall_status="normal")
    await home.hear("radar-2", presence=True)
    await home.hear("button-1", battery=80)
    home.gateway.reception.test("sos", None)
    await home.wait(20)
    assert (RAISED, "radar") in await home.types()


async def test_a_second_device_confirms_and_there_is_one_alarm(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await home.wait(5)
    await home.hear("radar-2", fall_status="fall_alarm")
    first, second = await home.told()
    assert (type_of(first), first.evidence["seen_by"]) == (RAISED, "radar-2")
    assert (type_of(second), second.alarm, second.device) == (UPDATED, first.id, "radar-2")
    await home.wait(10)
    await home.hear("radar-3", fall_status="fall_alarm")
    assert await home.types() == [(RAISED, "radar"), (UPDATED, "radar-2"), (UPDATED, "radar-3")]
    assert await home.open() == 1


async def test_a_fall_after_the_first_was_closed_is_another(home: Home) -> None:
    await home.hear("radar-3", fall_status="fall_alarm")
    (first,) = await home.told()
    await home.gateway.answers.take(json.dumps(_resolved(first.id)).encode())
    await home.wait(10)
    await home.hear("radar-2", fall_status="fall_alarm")
    await home.wait(20)
    assert await home.types() == [(RAISED, "radar-3"), (RAISED, "radar-2")]


def _resolved(about: str) -> dict[str, Any]:
    said = answer(about, "resolved")
    return {"id": said.id, "about": about, "state": said.state, "at": said.at, "result": "helped"}


async def test_a_device_that_joined_can_tell_of_the_next_fall(home: Home) -> None:
    await home.hear("radar-3", fall_status="fall_alarm")
    await home.hear("radar-2", fall_status="fall_alarm")
    first, _ = await home.told()
    await home.gateway.answers.take(json.dumps(_resolved(first.id)).encode())
    await home.wait(120)
    await home.hear("radar-2", fall_status="fall_alarm")
    await home.wait(20)
    assert (await home.types())[2:] == [(RAISED, "radar-2")]


async def test_a_radar_that_repeats_itself_tells_of_one_fall_and_of_the_next_after_a_cancellation(file: Path) -> None:
    clock = HandClock()
    async with running(file, clock) as home:
        for _ in range(4):
            await home.hear("radar", fall_status="fall_alarm")
            await home.wait(1)
        assert len(await home.store.ask(pending.all_rows)) == 1
        await home.hear("cancel", action="single")
        (fall,) = await home.told()
        assert (fall.state, fall.repeat_count) == (State.CANCELLED, 4)
        await home.wait(1)
        await home.hear("radar", fall_status="fall_alarm")
        assert await home.store.ask(pending.all_rows) == [], "it still lies in the radar's view: that is no new fall"
    clock.seconds += 120
    async with running(file, clock) as home:
        await home.hear("radar", fall_status="fall_alarm")
        await home.wait(20)
        assert await home.types() == [(CANCELLED, "radar"), (RAISED, "radar")]


@pytest.mark.parametrize(("away", "then"), [(5.0, 15.0), (19.0, 1.0), (25.0, 0.0), (86_400.0, 0.0), (-3_600.0, 20.0)])
async def test_a_power_cut_loses_no_fall(file: Path, away: float, then: float) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("radar", fall_status="fall_alarm")
        (row,) = await home.store.ask(pending.all_rows)
    async with running(file, HandClock(1_000.0 + away)) as home:
        if then:
            await home.wait(then - 1)
            assert await home.told() == []
            await home.wait(1)
        await home.look()
        (fall,) = await home.told()
        assert (type_of(fall), fall.id) == (RAISED, row.event.id)
        assert fall.evidence["restarted"] is True
        assert (FALL_PROMPT in home.spoken) is (then > 1)
    async with running(file, HandClock(100_000.0)) as home:
        await home.look()
        assert len(await home.told()) == 1


async def test_it_can_be_taken_back_after_a_restart(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("radar", fall_status="fall_alarm")
    async with running(file, HandClock(1_003.0)) as home:
        await home.hear("cancel", action="single")
        assert await home.types() == [(CANCELLED, "radar")]


async def test_a_stop_raises_what_is_held(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await asyncio.gather(*home.gateway.reception.tell(home.gateway.pending.last_words()))
    (fall,) = await home.told()
    assert (type_of(fall), fall.evidence["stopped"]) == (RAISED, True)


async def test_a_second_device_after_a_restart_tells_of_the_same_fall(file: Path) -> None:
    clock = HandClock()
    async with running(file, clock) as home:
        await home.hear("radar-3", fall_status="fall_alarm")
        (fall,) = await home.told()
    async with running(file, clock) as home:
        await home.wait(10)
        await home.hear("radar", fall_status="fall_alarm")
        assert await home.types() == [(RAISED, "radar-3"), (UPDATED, "radar")]
        assert {one.alarm for one in await home.told()} == {fall.id}
        await home.wait(60)
        await home.hear("radar-2", fall_status="fall_alarm")
        await home.wait(20)
        assert (await home.types())[-1] == (RAISED, "radar-2")


async def test_the_prompt_of_a_house_without_a_button_promises_none(tmp_path: Path) -> None:
    file = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=[RADAR, BUTTON]).write()
    async with running(file, HandClock()) as home:
        await home.hear("radar", fall_status="fall_alarm")
        assert home.spoken == [FALL_PROMPT_NO_BUTTON]


async def test_a_cancelled_fall_is_shown_as_such_and_counts_as_no_alarm(home: Home) -> None:
    await home.hear("radar", fall_status="fall_alarm")
    await home.hear("cancel", action="single")
    rows = await home.store.ask(lambda connection: connection.execute("SELECT kind, type FROM events").fetchall())
    assert ("cancelled", "fall") in rows
    assert not any(kind == Kind.ALARM for kind, _ in rows)


def _ids(home: Home) -> list[str]:
    return [entry.stored.event.id for entry in home.gateway.ledger.alarms()]


async def test_an_ill_disk_holds_no_fall_and_loses_none(home: Home) -> None:
    await home.store.ask(read_only)
    await home.hear("radar", fall_status="fall_alarm")
    assert home.spoken == [FALL_PROMPT]
    await home.wait(20)
    (fall,) = _ids(home)
    await home.store.ask(writable)
    home.store.flush()
    await until(lambda: home.store.problem is None)
    assert [one.id for one in await home.told()] == [fall]
    assert await home.store.ask(pending.all_rows) == [], "the opening is tried again before the alarm that ends it"


async def test_an_opening_that_is_written_after_its_alarm_holds_nothing(home: Home) -> None:
    await home.store.ask(read_only)
    await home.hear("radar", fall_status="fall_alarm")
    await home.store.ask(writable)
    await home.wait(20)
    assert len(await home.told()) == 1
    home.store.flush()
    await until(lambda: home.store.problem is None)
    assert await home.store.ask(pending.all_rows) == []
    assert len(_ids(home)) == 1


async def test_a_new_database_takes_over_what_is_held(file: Path, tmp_path: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("radar", fall_status="fall_alarm")
        (row,) = await home.store.ask(pending.all_rows)
    saved = from_file(file.with_suffix(".db"))
    with Store(tmp_path / "new.db") as store:
        await store.ask(take_over, saved)
        assert await store.ask(pending.all_rows) == [row]
        await store.append(row.event, decide(row.event))
        await store.ask(take_over, saved)
        assert await store.ask(pending.all_rows) == [], "what was raised already is held no more"


async def test_what_cannot_be_read_any_more_keeps_no_other_back(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("radar", fall_status="fall_alarm")
        spoil = "INSERT INTO pending VALUES ('x', 'fall', '2026-03-01T12:00:00.000Z', '{}')"
        await home.store.ask(lambda connection: connection.execute(spoil).rowcount)
    async with running(file, HandClock(1_060.0)) as home:
        await home.look()
        assert await home.types() == [(RAISED, "radar")]


async def test_who_says_all_right_of_a_raised_fall_is_told_and_nothing_is_taken_back(home: Home) -> None:
    await home.hear("radar-3", fall_status="fall_alarm")
    await home.hear("cancel", action="single")
    await home.wait(5)
    await home.hear("cancel", action="single")
    fall, update = await home.told()
    assert (type_of(update), update.alarm, update.device) == (UPDATED, fall.id, "cancel")
    assert update.evidence == {"said_all_right": "cancel"}
    assert await home.open() == 1
    await home.gateway.answers.take(json.dumps(_resolved(fall.id)).encode())
    await home.hear("cancel", action="single")
    assert len(await home.told()) == 2
