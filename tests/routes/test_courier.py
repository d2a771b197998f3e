"""The further ways at work: what is carried first and how often, what the resident hears, how a loss is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from drivers.event import AlarmType, Event, Kind
from gateway.contract.messages import AnswerState, Priority
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.problems import Problems
from gateway.routes.carrier import CarryError, Outcome
from gateway.routes.courier import BACK_AFTER_SECONDS, LOST_AFTER_SECONDS, Courier
from gateway.routes.lane import LIMIT, RETEST_SECONDS, Lane
from gateway.routes.mqtt_way import MqttWay
from gateway.routes.plan import FIRST, UNACCEPTED_SECONDS, Plan, Step
from gateway.store import deliveries
from gateway.store.deliveries import Delivery
from gateway.store.rows import Stored
from gateway.store.store import Store
from gateway.uplink.centre import CentrePresence
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Uplink
from gateway.watch import LINE_LOST_AFTER_SECONDS, Lines
from tests.gateway.houses import HandClock, event, stored
from tests.support.wait import until

ALL: frozenset[Priority] = frozenset({"fire", "person", "trouble"})


class Pigeon:
    """A carrier that comes through, or not, as a test wants; each flight takes until `arrive` is set."""

    test_seconds = 3_600.0

    def __init__(self, outcome: Outcome = Outcome.RECEIVED) -> None:
        self.outcome = outcome
        self.lost = False
        self.flown: list[str] = []
        self.tests = 0
        self.arrive = asyncio.Event()
        self.arrive.set()

    def can_carry(self, _event: Event) -> bool:
        return True

    async def carry(self, stored: Stored) -> Outcome:
        self.flown.append(stored.event.id)
        await self.arrive.wait()
        self._fly()
        return self.outcome

    async def test(self) -> None:
        self.tests += 1
        self._fly()

    def _fly(self) -> None:
        if self.lost:
            raise CarryError("the pigeon has not come back; feed it")


class Way:
    """A way that only says whether it is any use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.away = False
        self.handed: list[str] = []

    def hand(self, stored: Stored) -> None:
        self.handed.append(stored.event.id)

    def withdraw(self, event: str) -> None:
        self.handed.remove(event)


@asynccontextmanager
async def lane(pigeon: Pigeon, clock: HandClock, problems: Problems | None = None) -> AsyncIterator[tuple[Lane, list]]:  # type: ignore[type-arg]
    done: list[tuple[Delivery, Outcome]] = []
    made = Lane(
        "dc09", pigeon, lambda delivery, outcome: done.append((delivery, outcome)), problems or Problems(), clock
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run())
        try:
            yield made, done
        finally:
            running.cancel()


async def test_the_most_urgent_goes_first_and_what_was_withdrawn_not_at_all() -> None:
    pigeon, clock = Pigeon(), HandClock()
    pigeon.arrive.clear()
    first, person, gone = stored(), stored(sequence=2), stored(sequence=3)
    fire = stored(event(type_=AlarmType.SMOKE), sequence=4)
    async with lane(pigeon, clock) as (made, done):
        made.hand(first)
        await until(lambda: pigeon.flown == [first.event.id])
        for one in (person, gone, fire, person):
            made.hand(one)
        made.withdraw(gone.event.id)
        pigeon.arrive.set()
        await until(lambda: len(done) == 3)
    assert pigeon.flown == [one.event.id for one in (first, fire, person)]
    assert [delivery.attempts for delivery, _ in done] == [1, 1, 1]


async def test_what_did_not_get_through_is_tried_again_and_meanwhile_the_way_is_away() -> None:
    pigeon, clock, problems = Pigeon(), HandClock(), Problems()
    pigeon.lost = True
    async with lane(pigeon, clock, problems) as (made, done):
        made.hand(stored())
        await until(lambda: made.away)
        assert problems.list() == ["route dc09: the pigeon has not come back; feed it"]
        pigeon.lost = False
        clock.seconds += 10.0
        made.hand(stored(sequence=2))  # wakes it; the clock stands still otherwise
        await until(lambda: len(done) == 2)
        assert not made.away
    assert [delivery.attempts for delivery, _ in done] == [2, 1]
    assert problems.list() == []


async def test_a_way_is_tried_on_a_schedule_and_sooner_while_it_fails() -> None:
    pigeon, clock = Pigeon(), HandClock()
    async with lane(pigeon, clock) as (made, _):
        await until(lambda: pigeon.tests == 1)
        pigeon.lost = True
        for count, seconds in ((2, pigeon.test_seconds), (3, RETEST_SECONDS)):
            clock.seconds += seconds
            made.hand(nothing := stored())
            made.withdraw(nothing.event.id)
            await until(lambda count=count: pigeon.tests == count)  # type: ignore[misc]
            assert made.away


async def test_no_more_waits_than_there_is_room_for() -> None:
    pigeon = Pigeon()
    made = Lane("dc09", pigeon, lambda _delivery, _outcome: None, Problems(), HandClock())
    fire = stored(event(type_=AlarmType.SMOKE), sequence=LIMIT)
    for sequence in range(LIMIT):
        made.hand(stored(sequence=sequence))
    made.hand(fire)
    running = asyncio.create_task(made.run())
    await until(lambda: len(pigeon.flown) == LIMIT)
    running.cancel()
    assert pigeon.flown[0] == fire.event.id


class Resident:
    """Hears what is said of an alarm."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def begin(self, event: Event) -> None:
        self.heard.append(f"calling {event.id}")

    def rise(self, alarm: str, state: str) -> None:
        self.heard.append(f"{state} {alarm}")

    def clear(self, alarm: str) -> None:
        self.heard.append(f"clear {alarm}")


class Bench:
    """A courier with an uplink and one further way, whose clock is turned by hand."""

    def __init__(self, store: Store, receivers: frozenset[str] = frozenset({"dc09"})) -> None:
        self.clock, self.lines, self.resident = HandClock(), Lines(), Resident()
        self.notices = Notices(self.resident)
        self.store = store
        self.uplink, self.way = Way(FIRST), Way("dc09")
        step = Step(name="dc09", classes=ALL, after_seconds=None, can_carry=lambda _event: True)
        self.courier = Courier(
            [self.uplink, self.way],
            receivers,
            Plan((step,)),
            store,
            self.notices,
            self.lines,
            Metrics("test"),
            self.clock,
        )

    async def after(self, seconds: float) -> tuple[list[str], list[str]]:
        """What was lost and what came back after so many seconds, looked at each second as the house does."""
        began: list[str] = []
        ended: list[str] = []
        for _ in range(int(seconds)):
            self.clock.seconds += 1.0
            self.courier.look()
            lost, back = self.lines.changes(self.clock.seconds)
            began, ended = began + lost, ended + back
        return began, ended


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "anju.db"


async def test_the_resident_hears_of_a_receiver_and_not_of_a_text(store: Path) -> None:
    for outcome, receivers, heard in (
        (Outcome.RECEIVED, frozenset({"dc09"}), ["calling", "received"]),
        (Outcome.SENT, frozenset[str](), ["calling"]),
    ):
        with Store(store) as opened:
            bench, alarm = Bench(opened, receivers), stored()
            bench.notices.begin(alarm.event)
            bench.courier.offer(alarm)
            bench.courier.done(Delivery(event=alarm.event.id, route="dc09", attempts=1, sent="2026"), outcome)
            assert bench.resident.heard == [f"{state} {alarm.event.id}" for state in heard]
            assert [one.event for one in await opened.ask(deliveries.newest, 1)] == [alarm.event.id]


async def test_what_the_centre_has_is_not_carried_on(store: Path) -> None:
    with Store(store) as opened:
        bench, alarm = Bench(opened), stored()
        bench.courier.offer(alarm)
        await bench.after(60.0)
        assert bench.way.handed == [alarm.event.id]
        bench.courier.answered(alarm.event.id, "received")
        assert bench.way.handed == []


class SecondBroker:
    """A connected uplink to a further broker, as far as its way needs one."""

    name, connected, unheard = "mqtt", True, False

    def __init__(self) -> None:
        self.ledger = Ledger()

    def offer(self, stored: Stored) -> None:
        self.ledger.offer(stored, 0.0)


async def test_what_the_centre_has_goes_by_no_broker_again_whichever_it_answered_on(store: Path) -> None:
    with Store(store) as opened:
        broker, clock = SecondBroker(), HandClock()
        way = MqttWay(cast(Uplink, broker), broker.ledger, CentrePresence(Problems()), clock)
        step = Step(name="mqtt", classes=ALL, after_seconds=0.0, can_carry=lambda _event: True, answers=True)
        made = Courier(
            [Way(FIRST), way], frozenset(), Plan((step,)), opened, Notices(Resident()), Lines(), Metrics("test"), clock
        )
        for number, state in enumerate(("received", "accepted", "resolved"), 1):
            alarm = stored(sequence=number)
            made.offer(alarm)
            assert alarm.event.id in broker.ledger
            made.answered(alarm.event.id, cast(AnswerState, state))
            assert len(broker.ledger) == 0, "it would be sent there every ten seconds for ever"
            clock.seconds += UNACCEPTED_SECONDS
            made.look()
            assert (alarm.event.id in broker.ledger) is (state == "received"), "nobody has accepted it"
            made.answered(alarm.event.id, "received")
            assert len(broker.ledger) == 0


async def test_a_lost_way_is_told_once_whatever_it_does_meanwhile(store: Path) -> None:
    with Store(store) as opened:
        bench = Bench(opened)
        bench.uplink.away = True
        assert await bench.after(LOST_AFTER_SECONDS - 1) == ([], [])
        assert await bench.after(LINE_LOST_AFTER_SECONDS + 3) == (["route.uplink"], [])
        for away in (False, True) * 5:
            bench.uplink.away = away
            assert await bench.after(BACK_AFTER_SECONDS - 2) == ([], [])
        bench.uplink.away = False
        assert await bench.after(BACK_AFTER_SECONDS + 2) == ([], ["route.uplink"])
        assert bench.courier.states() == {"uplink": "up", "dc09": "up"}


async def test_a_loss_of_an_earlier_run_ends_when_the_way_works_or_is_gone_from_the_file(store: Path) -> None:
    with Store(store) as opened:
        bench = Bench(opened)
        for name in ("route.dc09", "route.sms", "serial.rf"):
            bench.lines.resume(name, bench.clock.seconds)
        bench.courier.resume_lost()
        assert bench.lines.changes(bench.clock.seconds) == ([], ["route.sms"])
        assert await bench.after(BACK_AFTER_SECONDS - 2) == ([], [])
        assert await bench.after(4.0) == ([], ["route.dc09"])


async def test_the_loss_of_the_uplink_goes_out_by_the_other_way(store: Path) -> None:
    with Store(store) as opened:
        bench = Bench(opened)
        bench.uplink.away = True
        lost = stored(event(Kind.TROUBLE, "link_lost", device=None, evidence={"where": "route.uplink"}))
        bench.courier.offer(lost)
        assert bench.way.handed == [lost.event.id]
