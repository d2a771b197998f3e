"""The centre's answers through a real store: noted once, said once, and never lost to a sick disk."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.event import Event, Kind
from gateway.answers import Answers
from gateway.intake.conditions import Conditions
from gateway.metrics import Metrics
from gateway.notice import LIMIT, Notices
from gateway.policy import decide
from gateway.problems import Problems
from gateway.store import jobs
from gateway.store.store import Store
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import Ledger
from tests.gateway.houses import HandClock, event


class House:
    """Everything an answer touches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = HandClock()
        self.ledger = Ledger()
        self.notices = Notices()
        self.metrics = Metrics("1.2.3")
        self.problems = Problems()
        self.conditions = Conditions()
        self.answers = Answers(
            store,
            self.ledger,
            self.notices,
            Hops(self.metrics),
            self.conditions,
            self.metrics,
            self.problems,
            self.clock,
        )

    async def raise_(self, of: Event) -> Event:
        kept = await self.store.append(of, decide(of))
        self.ledger.offer(kept, self.clock.monotonic())
        if of.raises_alarm or of.is_test:
            self.notices.begin(of)
        return of

    async def say(self, about: str, state: str, **fields: Any) -> None:
        body = {"id": "a-1", "about": about, "state": state, "at": "2026-03-01T20:00:00+08:00", **fields}
        await self.answers.take(json.dumps(body).encode())

    def counted(self, name: str) -> bool:
        return f"{name} 1.0" in self.metrics.render().decode()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    with Store(tmp_path / "house.db") as store:
        yield House(store)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line.split()[1].removeprefix("state=") for line in caplog.messages if line.startswith("notice ")]


async def test_each_step_is_said_once_and_none_goes_back(house: House, caplog: pytest.LogCaptureFixture) -> None:
    alarm = await house.raise_(event())
    for state in ("received", "accepted", "received", "dispatched", "accepted", "arrived", "resolved", "dispatched"):
        await house.say(alarm.id, state, role="carer", minutes=5)
    await house.say(alarm.id, "resolved")
    assert said(caplog) == ["calling", "received", "accepted", "dispatched", "arrived", "resolved"]
    assert alarm.id not in house.ledger
    (shown,) = (await house.store.ask(jobs.newest, 1),)
    assert shown[0].event.id == alarm.id
    assert await house.store.ask(jobs.open_alarms, 1) == ([], 0)


async def test_an_answers_time_is_stored_in_the_stores_own_form(house: House) -> None:
    one, two = await house.raise_(event()), await house.raise_(event())
    await house.say(one.id, "received")
    await house.say(two.id, "received", at="2026-99-99T99:99:99Z")

    def times(connection: sqlite3.Connection) -> list[str]:
        return [row[0] for row in connection.execute("SELECT received FROM outbox ORDER BY sequence")]

    assert await house.store.ask(times) == ["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00.250Z"]


async def test_not_reached_is_said_once_and_what_comes_later_is_said_too(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    alarm = await house.raise_(event())
    for _ in range(3):
        house.notices.rise(alarm.id, "not_reached")
    await house.say(alarm.id, "received")
    house.notices.rise(alarm.id, "not_reached")
    assert said(caplog) == ["calling", "not_reached", "received"]


async def test_an_alarm_of_an_earlier_boot_is_taken_up_silently(house: House, caplog: pytest.LogCaptureFixture) -> None:
    alarm = event()
    await house.store.append(alarm, decide(alarm))
    house.notices.resume(alarm.id, "received")
    await house.say(alarm.id, "received")
    assert said(caplog) == []
    await house.say(alarm.id, "accepted")
    assert said(caplog) == ["accepted"]


async def test_an_event_that_is_no_alarm_makes_no_notice(house: House, caplog: pytest.LogCaptureFixture) -> None:
    tamper = await house.raise_(event(Kind.TAMPER, None))
    await house.say(tamper.id, "received")
    assert said(caplog) == []
    assert tamper.id not in house.ledger


async def test_an_unknown_about_is_counted_and_changes_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.say("01900000-0000-7000-8000-000000000000", "accepted")
    await house.say("01900000-0000-7000-8000-000000000000", "hold")
    assert 'anju_answers_ignored_total{reason="unknown_about"} 2.0' in house.metrics.render().decode()
    assert said(caplog) == []


async def test_hold_brings_back_even_what_was_received(house: House) -> None:
    alarm = await house.raise_(event())
    await house.say(alarm.id, "received")
    assert alarm.id not in house.ledger
    await house.say(alarm.id, "hold")
    assert alarm.id in house.ledger
    now = house.clock.monotonic()
    assert not house.ledger.due(now + 9.9, 20)
    assert [entry.stored.event.id for entry in house.ledger.due(now + 10.0, 20)] == [alarm.id]
    await house.say(alarm.id, "received")
    assert alarm.id not in house.ledger


async def test_resolved_lets_a_lasting_alarm_be_raised_again(house: House) -> None:
    alarm = await house.raise_(event(type_="smoke"))
    house.conditions.began("d", "smoke", alarm.id, 1.0)
    await house.say(alarm.id, "accepted")
    assert house.conditions.heard("d", "smoke", 100.0) is not None
    await house.say(alarm.id, "resolved", result="cooking_smoke")
    assert house.conditions.heard("d", "smoke", 200.0) is None


@pytest.mark.parametrize("when", ["before the alarm", "after the alarm"])
async def test_a_sick_disk_stops_the_retries_all_the_same_and_the_resident_hears_it(
    house: House, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = ON")

    def mend(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = OFF")

    if when == "before the alarm":
        await house.store.ask(spoil)
    alarm = await house.raise_(event())
    await house.store.ask(spoil)
    await house.say(alarm.id, "received")
    assert alarm.id not in house.ledger
    await house.say(alarm.id, "accepted")
    assert said(caplog) == ["calling", "received", "accepted"]
    await house.store.ask(mend)
    for _ in range(3):  # event first, its answers once it is there
        house.store.flush()
        await house.store.ask(jobs.conditions)
    assert await house.store.ask(jobs.open_alarms, 9) == ([(alarm.id, "accepted")], 1)
    assert house.store.problem is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.binary(max_size=300) | st.sampled_from([b"[" * 100_000, b'{"id":"a"}', b'{"state":"received"}']))
async def test_no_bytes_raise_and_what_cannot_be_read_is_counted(house: House, payload: bytes) -> None:
    await house.answers.take(payload)
    assert 'anju_answers_ignored_total{reason="unreadable"}' in house.metrics.render().decode()
    assert house.problems.list()


def test_notices_remember_no_more_than_their_limit_and_repeat_nothing_for_it(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices()
    alarms = [event() for _ in range(LIMIT + 5)]
    for one in alarms:
        notices.begin(one)
    caplog.clear()
    for _ in range(2):
        for one in alarms:
            notices.rise(one.id, "not_reached")
    assert len(said(caplog)) == LIMIT
    notices.rise(alarms[0].id, "accepted")
    assert said(caplog)[-1] == "accepted", "the centre's word counts even for a forgotten one"
