"""Seven days without a line, then all that the centre ever said at once, in any order: nothing stale acts."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.event import ClockQuality
from gateway.config import load
from gateway.contract.times import to_text
from gateway.house import House as Gateway
from gateway.intake.intake import Happened
from gateway.policy import decide
from gateway.remembering import remember
from gateway.store import jobs
from gateway.store.store import Store
from tests.gateway.houses import HandClock, event
from tests.support.house import House
from tests.support.wait import until

WEEK_SECONDS = 7 * 86_400.0
RANKS = ("received", "accepted", "dispatched", "arrived", "resolved")


class Home:
    """A wired gateway whose line was away for a week, and what it replied."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.clock, self.store = HandClock(), store
        self.gateway = Gateway(load(House(folder=folder, uplink_port=9, broker_port=9).write()), store, self.clock)
        self.replies: list[dict[str, Any]] = []
        self.gateway.commands._reply = lambda payload: self.replies.append(json.loads(payload))

    async def raise_(self) -> str:
        alarm = event(received_at=self.clock.now(), clock_quality=ClockQuality.SYNCHRONISED)
        self.gateway.reception.tell([Happened(event=alarm)])
        await until(lambda: self.gateway.notices.knows(alarm.id))
        return alarm.id

    async def answer(self, about: str, state: str, days_ago: float) -> None:
        at = to_text(self.clock.now() - timedelta(days=days_ago))
        result = "helped" if state == "resolved" else None
        body = {"id": f"{about}-{state}", "about": about, "state": state, "at": at, "role": None, "minutes": None,
                "result": result}  # fmt: skip
        await self.gateway.answers.take(json.dumps(body).encode())

    async def order(self, number: int, command: str, days_ago: float, **more: Any) -> str | None:
        issued = self.clock.now() - timedelta(days=days_ago)
        body = {"id": f"order-{number}", "command": command, "issuer": "desk", "issued_at": to_text(issued),
                "expiry": to_text(issued + timedelta(minutes=5)), **more}  # fmt: skip
        await self.gateway.commands.take(json.dumps(body).encode())
        reason: str | None = self.replies[-1]["reason"]
        return reason

    async def open_alarms(self) -> dict[str, str]:
        alarms, _ = await self.store.ask(jobs.open_alarms, 100)
        return dict(alarms)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    with Store(tmp_path / "house.db") as store:
        yield Home(tmp_path, store)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.sampled_from([*RANKS, "hold"]), min_size=1, max_size=8))
async def test_answers_of_a_week_ago_in_any_order_end_at_the_highest_and_touch_no_other_alarm(
    home: Home, said: list[str]
) -> None:
    old = await home.raise_()
    home.clock.seconds += WEEK_SECONDS
    new = await home.raise_()
    for state in said:
        await home.answer(old, state, days_ago=6.5)
    highest = max((state for state in said if state != "hold"), key=RANKS.index, default="calling")
    now = await home.open_alarms()
    assert now[new] == "calling"
    assert new in home.gateway.ledger
    assert (old not in now) if highest == "resolved" else (now[old] == highest)
    for alarm in (old, new):
        await home.answer(alarm, "resolved", days_ago=0)


async def test_orders_of_a_week_ago_are_refused_doubled_ones_too_and_todays_are_obeyed(home: Home) -> None:
    assert await home.order(1, "set_heartbeat", 0, heartbeat_minutes=7) is None
    home.clock.seconds += WEEK_SECONDS
    for number, command, more in (
        (2, "set_heartbeat", {"heartbeat_minutes": 30}),
        (3, "test", {}),
        (4, "rebirth", {}),
        (5, "silence", {"alarm": await home.raise_()}),
        (6, "reboot", {}),
    ):
        for days_ago in (7, 3, 0.01):
            assert await home.order(number, command, days_ago, **more) == "expired", command
    assert await home.order(1, "set_heartbeat", 0, heartbeat_minutes=9) == "repeated"
    assert home.gateway.status.heartbeat_minutes == 7
    assert await home.order(7, "set_heartbeat", 0, heartbeat_minutes=9) is None
    assert home.gateway.status.heartbeat_minutes == 9
    assert [reply["done"] for reply in home.replies].count(True) == 2
    assert all(stored.event.kind != "test" for stored in await home.store.ask(jobs.newest, 10))


async def test_what_was_obeyed_before_a_power_cut_is_not_obeyed_after_it(tmp_path: Path) -> None:
    with Store(tmp_path / "house.db") as store:
        home = Home(tmp_path, store)
        assert await home.order(1, "test", 0) is None
    with Store(tmp_path / "house.db") as store:
        again = Home(tmp_path, store)
        await remember(again.gateway)
        assert await again.order(1, "test", 0) == "repeated"
        assert sum(stored.event.kind == "test" for stored in await store.ask(jobs.newest, 10)) == 1


async def test_an_alarm_of_a_week_ago_still_leaves_and_has_its_age(tmp_path: Path) -> None:
    with Store(tmp_path / "house.db") as store:
        home = Home(tmp_path, store)
        alarm = event(received_at=home.clock.now(), clock_quality=ClockQuality.SYNCHRONISED)
        await store.append(alarm, decide(alarm))
    with Store(tmp_path / "house.db") as store:
        home = Home(tmp_path, store)
        home.clock.seconds += WEEK_SECONDS
        await remember(home.gateway)
        (entry,) = home.gateway.ledger.due(home.clock.monotonic(), 20)
        assert entry.stored.event.id == alarm.id
        assert home.gateway.ledger.oldest_alarm_age(home.clock.monotonic()) == pytest.approx(WEEK_SECONDS)
