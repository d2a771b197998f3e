"""Which message takes which further route, and when: pure decisions, no clock, no I/O.

The first route is the uplink; it keeps trying whatever happens here. The further ones join it in their order, each in
parallel with those before:

- at once where the route before it is known to be away (no line, nobody listening, the centre says offline),
- else 30 s (fire) or 60 s (all else) after the route before it began; `after_seconds` counts from the message itself,
- 180 s after some far end received an alarm that nobody at the centre has accepted.

Nothing joins once the centre has received what nobody has to accept. What is older than a day takes no further route:
the centre files it silently, and nobody is to be called out for it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from drivers.event import Event, Kind
from gateway.contract.messages import Priority
from gateway.policy import RANKS
from gateway.routes.subject import is_about_route, parent_of
from gateway.store.rows import Stored

FIRST = "uplink"
"""The name of the first route."""
AFTER_SECONDS: dict[Priority, float] = {"fire": 30.0}
AFTER_SECONDS_ELSE = 60.0
UNACCEPTED_SECONDS = 180.0
TOO_OLD_SECONDS = 86_400.0
CASES_LIMIT = 1_000
HANDED_LIMIT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One further route. `can_carry`: whether it has words for an event. `answers`: the centre itself answers on it."""

    name: str
    classes: frozenset[Priority]
    after_seconds: float | None
    can_carry: Callable[[Event], bool]
    answers: bool = False

    def takes(self, stored: Stored) -> bool:
        """Whether such a message may go by this route at all."""
        return stored.priority in self.classes and self._can_tell(stored.event)

    def ends(self, event: Event) -> bool:
        """Whether it is the end of something that this route may have told of."""
        return event.kind is Kind.RESTORE and parent_of(event) is not None and self._can_tell(event)

    def _can_tell(self, event: Event) -> bool:
        """The loss of this very route is told over the others."""
        about_itself = is_about_route(event) and str(event.evidence["where"]).partition(".")[2] == self.name
        return not about_itself and self.can_carry(event)


@dataclass(slots=True, kw_only=True)
class _Case:
    """One message under way. Times are monotonic seconds; `handed` is when each further route began with it.

    `followers` are the routes that get it only because they carried what it ends. `received` is when the first far end
    had it; `heard` says that the centre itself did.
    """

    stored: Stored
    offered: float
    steps: tuple[Step, ...]
    followers: tuple[Step, ...]
    handed: dict[str, float] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    received: float | None = None
    heard: bool = False

    @property
    def needs_a_person(self) -> bool:
        return self.stored.event.raises_alarm

    @property
    def is_finished(self) -> bool:
        return all(step.name in self.settled for step in self.steps)

    @property
    def dispensable(self) -> tuple[bool, int, float]:
        """The greatest can best be done without: what the centre has, then the least urgent, then the oldest."""
        return self.heard, RANKS[self.stored.priority], -self.offered

    def when(self, step: Step, before: str, began: float, away: Collection[str]) -> float | None:
        """When `step` is due, given the route before it and when that began; None for not at all."""
        if self.received is not None:
            return self.received + UNACCEPTED_SECONDS if self.needs_a_person else None
        if before in away:
            return began
        if step.after_seconds is not None:
            return self.offered + step.after_seconds
        return began + AFTER_SECONDS.get(self.stored.priority, AFTER_SECONDS_ELSE)


class Plan:
    """The messages that may need a further route, by id."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps
        self._cases: dict[str, _Case] = {}
        self._handed: dict[str, set[str]] = {}
        self._received_before: set[str] = set()

    def resume(self, event: str, route: str, *, received: bool) -> None:
        """In an earlier boot the message left by this route: it does not again. `received`: its far end said so."""
        self._remember(event, route)
        if received:
            self._received_before.add(event)

    def offer(self, stored: Stored, now: float, age_seconds: float = 0.0) -> None:
        """A message that must be answered. `age_seconds`: how long it has waited already, in an earlier boot."""
        event = stored.event
        steps = tuple(step for step in self._steps if step.takes(stored))
        followers = tuple(step for step in self._steps if step.ends(event))
        if event.id in self._cases or not (steps or followers) or age_seconds > TOO_OLD_SECONDS:
            return
        case = _Case(stored=stored, offered=now - max(0.0, age_seconds), steps=steps, followers=followers)
        for route in self._handed.get(event.id, ()):
            case.handed[route] = case.offered
            case.settled.add(route)
        if event.id in self._received_before:
            case.received = now
        self._cases[event.id] = case
        if len(self._cases) > CASES_LIMIT:
            del self._cases[max(self._cases.values(), key=lambda one: one.dispensable).stored.event.id]

    def due(self, now: float, away: Collection[str], only: str | None = None) -> list[tuple[str, Stored]]:
        """What to hand to which route now, most urgent first. `away` names the routes that are known to be no use.

        `only` looks at one message: a storm must not be gone through again for each alarm in it.
        """
        cases = self._cases.values() if only is None else filter(None, [self._cases.get(only)])
        found: list[tuple[str, Stored]] = []
        for case in sorted(cases, key=lambda one: (RANKS[one.stored.priority], one.stored.sequence)):
            found += [(route, case.stored) for route in self._next(case, now, away)]
        return found

    def carried(self, event: str, route: str, now: float, *, received: bool) -> None:
        """A route has done its part; `received` where its far end said so."""
        self._remember(event, route)
        case = self._cases.get(event)
        if case is not None:
            case.settled.add(route)
            if received and case.received is None:
                case.received = now
            if case.heard and case.is_finished:
                del self._cases[event]

    def received(self, event: str, now: float) -> list[str]:
        """The centre has it; returns the routes that need not go on. What joined for want of a person goes on."""
        case = self._cases.get(event)
        if case is None:
            return []
        if case.heard:
            case.settled.update(step.name for step in case.steps if step.answers and step.name in case.handed)
            if case.is_finished:
                del self._cases[event]
            return []
        case.heard = True
        followed = {step.name for step in case.followers if self._follows(step, case)}
        idle = [route for route in case.handed if route not in case.settled | followed]
        for route in idle:
            del case.handed[route]
        if case.received is None:
            case.received = now
        if not case.needs_a_person or case.is_finished:
            del self._cases[event]
        return idle

    def accepted(self, alarm: str) -> list[str]:
        """A person has the alarm; returns the routes that need not go on with it."""
        case = self._cases.pop(alarm, None)
        return [] if case is None else [route for route in case.handed if route not in case.settled]

    def _next(self, case: _Case, now: float, away: Collection[str]) -> list[str]:
        begun = [step.name for step in case.followers if step.name not in case.handed and self._follows(step, case)]
        case.handed |= dict.fromkeys(begun, now)
        before, began = FIRST, case.offered
        for step in case.steps:
            if step.name not in case.handed:
                when = case.when(step, before, began, away)
                if when is None or now < when:
                    break
                case.handed[step.name] = now
                begun.append(step.name)
            before, began = step.name, case.handed[step.name]
        return begun

    def _follows(self, step: Step, case: _Case) -> bool:
        """The end of what went by a route goes by it too, at once."""
        return step.name in self._handed.get(parent_of(case.stored.event) or "", ())

    def _remember(self, event: str, route: str) -> None:
        if event not in self._handed and len(self._handed) >= HANDED_LIMIT:
            del self._handed[next(iter(self._handed))]
        self._handed.setdefault(event, set()).add(route)
