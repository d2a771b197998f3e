"""The further ways to the centre at work: hands over what the plan says is due, notes how far it came, and tells of a
way that is lost over the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from gateway.clock import Clock
from gateway.contract.messages import AnswerState
from gateway.contract.times import to_text
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.routes.carrier import Outcome
from gateway.routes.hold import Hold
from gateway.routes.mqtt_way import MqttWay
from gateway.routes.plan import Plan
from gateway.routes.subject import ROUTE_PREFIX
from gateway.store.deliveries import Delivery
from gateway.store.rows import Stored
from gateway.store.store import Store
from gateway.watch import Lines

TICK_SECONDS = 1.0
LOST_AFTER_SECONDS = 300.0
BACK_AFTER_SECONDS = 60.0
"""A way that comes and goes is one loss: it is told of after 5 minutes, and of its return after one good minute."""


class Way(Protocol):
    """One route as the courier sees it."""

    name: str

    def hand(self, stored: Stored) -> None:
        """Bring this to the centre, however often it takes."""

    def withdraw(self, event: str) -> None:
        """It need not be brought any more."""

    @property
    def away(self) -> bool:
        """Whether it is known to be no use now."""


class Courier:
    """Follows every message that may need a further route. `ways` are all routes in order, the uplink first;
    `receivers` those whose far end is an alarm receiver."""

    def __init__(
        self,
        ways: Sequence[Way],
        receivers: frozenset[str],
        plan: Plan,
        store: Store,
        notices: Notices,
        lines: Lines,
        metrics: Metrics,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._ways = {way.name: way for way in ways}
        self._receivers = receivers
        self._plan = plan
        self._store = store
        self._notices = notices
        self._lines = lines
        self._metrics = metrics
        self._clock = clock
        self._holds = {
            name: Hold(lost_after_seconds=LOST_AFTER_SECONDS, back_after_seconds=BACK_AFTER_SECONDS)
            for name in self._ways
        }

    def resume(self, deliveries: Sequence[Delivery]) -> set[str]:
        """Take up what an earlier boot brought to its end; returns what an alarm receiver has."""
        for delivery in deliveries:
            self._plan.resume(delivery.event, delivery.route, received=self._has_received(delivery))
        return {delivery.event for delivery in deliveries if self._has_received(delivery)}

    def resume_lost(self) -> None:
        """Take up which ways were lost when the house was last up; one that the file names no more is not."""
        for line in [line for line in self._lines.lost if line.startswith(ROUTE_PREFIX)]:
            hold = self._holds.get(line.removeprefix(ROUTE_PREFIX))
            if hold is None:
                self._lines.up(line)
            else:
                hold.lost = True

    def offer(self, stored: Stored, age_seconds: float = 0.0, *, received: bool = False) -> None:
        """A message that must be answered; `received`: the centre has it, and nobody has accepted it."""
        self._plan.offer(stored, self._clock.monotonic(), age_seconds)
        if received:
            self._plan.received(stored.event.id, self._clock.monotonic() - max(0.0, age_seconds))
        self._hand(stored.event.id)

    def answered(self, about: str, state: AnswerState) -> None:
        """The centre has said something of a message or an alarm."""
        idle = self._plan.received(about, self._clock.monotonic())
        if state != "received":
            idle += self._plan.accepted(about)
        for name, way in self._ways.items():
            if name in idle or isinstance(way, MqttWay):
                way.withdraw(about)

    def done(self, delivery: Delivery, outcome: Outcome) -> None:
        """A route has brought a message to its end; the resident hears of what a receiver at the centre has."""
        self._store.delivered(delivery)
        received = outcome is Outcome.RECEIVED
        self._plan.carried(delivery.event, delivery.route, self._clock.monotonic(), received=received)
        if received and self._notices.knows(delivery.event):
            self._notices.rise(delivery.event, "received")

    def reached(self, route: str, event: str) -> None:
        """The telephone network says that the message about an event has arrived."""
        now = to_text(self._clock.now())
        self._store.delivered(Delivery(event=event, route=route, attempts=1, sent=now, received=now))

    async def run(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await self._pause(TICK_SECONDS)

    def look(self) -> None:
        """Hand over what is due, and see which ways are any use."""
        self._hand()
        self._look_at_ways()

    def states(self) -> dict[str, str]:
        """Each way in order: `up`, or `away` while it is known to be no use."""
        return {name: "away" if way.away else "up" for name, way in self._ways.items()}

    def _has_received(self, delivery: Delivery) -> bool:
        """A telephone that has a text is nobody at the centre."""
        return delivery.received is not None and delivery.route in self._receivers

    def _hand(self, only: str | None = None) -> None:
        away = {name for name, way in self._ways.items() if way.away}
        for route, stored in self._plan.due(self._clock.monotonic(), away, only):
            self._ways[route].hand(stored)

    def _look_at_ways(self) -> None:
        now = self._clock.monotonic()
        for name, way in self._ways.items():
            away = way.away
            self._metrics.route_up(name, up=not away)
            if self._holds[name].tell(good=not away, now=now):
                self._lines.down(f"{ROUTE_PREFIX}{name}", now)
            else:
                self._lines.up(f"{ROUTE_PREFIX}{name}")
