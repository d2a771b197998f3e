"""Who of all alarms under way is heard, and what the lamp shows. Pure: time comes in as monotonic seconds.

One alarm has the voice: no test before an alarm, fire before people, then the lowest state (whom nobody has yet), then
the newest (a second pull is heard at once). When it has nothing left to say the next one speaks.
"""

from collections import deque
from dataclasses import dataclass

from drivers.event import Event
from gateway.announce.output import Announcement, UnderWay
from gateway.announce.schedule import REPEATS, SILENT_AFTER_SECONDS, next_time
from gateway.announce.words import HAZARDS, TEST
from gateway.contract.messages import Priority
from gateway.notice import RANKS
from gateway.policy import RANKS as PRIORITY_RANKS
from gateway.policy import decide

LIMIT = 64
"""Alarms under way at once; beyond that the least urgent falls out. The log and the uplink know them all."""

ASKED_LIMIT = 4
"""Sentences on the centre's command that wait to be said; the oldest gives way."""

LAMP_ORDER = ("not_reached", "calling", "received", "accepted", "dispatched", "arrived", "resolved")
"""The lamp shows the first of these that any alarm is in."""

LAMP_SECONDS = 300.0
"""The lamp stays on for so long after the centre has the alarm, even where that is closed before (GB 26875.1)."""


_Urgency = tuple[bool, int, int, int]


@dataclass(slots=True, kw_only=True)
class _Standing:
    """One alarm as the resident knows it. Times are monotonic seconds; `hazard` is None once the sensor is silent.

    `active`: the sensor has not said that it is over. `silenced`: nothing is said or sounded of it any more.
    """

    test: bool
    hazard: str | None
    active: bool
    priority: Priority
    order: int
    state: str
    raised_at: float
    since: float
    said_at: float | None
    received_at: float | None = None
    silenced: bool = False

    def due(self) -> float | None:
        if self.silenced:
            return None
        return next_time(self.state, raised_at=self.raised_at, since=self.since, said_at=self.said_at)

    @property
    def is_said(self) -> bool:
        return self.silenced or self.said_at is not None

    def lamp_until(self) -> float | None:
        if self.state != "resolved":
            return None
        return self.since if self.received_at is None else max(self.since, self.received_at + LAMP_SECONDS)

    def urgency(self) -> _Urgency:
        return (self.test, PRIORITY_RANKS[self.priority], RANKS[self.state], -self.order)

    def words(self) -> tuple[str, ...]:
        test = (TEST,) if self.test else ()
        advice = (self.hazard,) if self.hazard and RANKS[self.state] < RANKS["arrived"] else ()
        return (*test, *advice, self.state)


class Board:
    """The alarms under way, by id."""

    def __init__(self) -> None:
        self._standings: dict[str, _Standing] = {}
        self._order = 0
        self._last: tuple[int, _Urgency] | None = None
        self._asked: deque[str] = deque(maxlen=ASKED_LIMIT)

    def begin(self, event: Event, now: float) -> None:
        """An alarm or test was raised and is ours."""
        self._add(event, "calling", raised_at=now, said_at=None, active=True)

    def resume(self, event: Event, state: str, age_seconds: float, now: float, *, active: bool) -> None:
        """An alarm of an earlier run: a person who has it is not announced again, a call under way is.

        `active`: the sensor has not said that it is over.
        """
        repeated = state in REPEATS and age_seconds < SILENT_AFTER_SECONDS
        self._add(event, state, raised_at=now - age_seconds, said_at=None if repeated else now, active=active)

    def rise(self, alarm: str, state: str, now: float) -> None:
        """The alarm has reached another state; nothing where it is not on the board."""
        standing = self._standings.get(alarm)
        if standing is None:
            return
        standing.state, standing.since, standing.said_at = state, now, None
        if state == "not_reached":
            standing.silenced = False  # whoever silenced it has not taken it: the resident must know
        if standing.received_at is None and RANKS[state] >= RANKS["received"]:
            standing.received_at = now

    def clear(self, alarm: str) -> None:
        """The sensor says that it is over: from now on nobody is told what to do about it."""
        if alarm in self._standings:
            self._standings[alarm].hazard, self._standings[alarm].active = None, False

    def silence(self, alarm: str) -> None:
        """Say nothing more of the alarm; the lamp goes on showing it. Nothing where it is not on the board."""
        if alarm in self._standings:
            self._standings[alarm].silenced = True

    def ask(self, sentence: str) -> None:
        """Say a sentence once, as soon as no alarm has anything to say."""
        self._asked.append(sentence)

    def withdraw(self, sentence: str) -> None:
        """Do not say it any more, where it still waits."""
        self._asked = deque((one for one in self._asked if one != sentence), maxlen=ASKED_LIMIT)

    def look(self, now: float) -> Announcement:
        """What is to be shown and said now; what it gives counts as said."""
        words, cuts_in = self._speak(now)
        for alarm, standing in list(self._standings.items()):
            until = standing.lamp_until()
            if until is not None and until <= now and standing.is_said:
                del self._standings[alarm]
        states = {standing.state for standing in self._standings.values()}
        state = next((state for state in LAMP_ORDER if state in states), None)
        alarms = tuple(
            UnderWay(
                alarm=alarm,
                priority=standing.priority,
                state=standing.state,
                since=standing.since,
                test=standing.test,
                active=standing.active and not standing.silenced,
            )
            for alarm, standing in self._standings.items()
        )
        return Announcement(state=state, words=words, cuts_in=cuts_in, alarms=alarms)

    def next_look(self) -> float | None:
        """When to look again (a past time: at once) unless something happens before; None where nothing is to come."""
        voice = self._voice()
        times = [None if voice is None else voice.due(), float("-inf") if self._asked else None]
        times += [standing.lamp_until() for standing in self._standings.values() if standing.is_said]
        return min((time for time in times if time is not None), default=None)

    def _speak(self, now: float) -> tuple[tuple[str, ...], bool]:
        voice = self._voice()
        if voice is None or (due := voice.due()) is None or due > now:
            return ((self._asked.popleft(),) if self._asked else ()), False
        cuts_in = self._last is None or self._last[0] == voice.order or voice.urgency() < self._last[1]
        self._last = (voice.order, voice.urgency())
        voice.said_at = now
        self._drop_what_is_said_once(now)
        return voice.words(), cuts_in

    def _drop_what_is_said_once(self, now: float) -> None:
        """What had to give way to a more urgent alarm's word is not said late: it would be taken for that alarm's."""
        for standing in self._standings.values():
            if standing.state not in REPEATS and standing.said_at is None:
                standing.said_at = now

    def _voice(self) -> _Standing | None:
        speaking = (standing for standing in self._standings.values() if standing.due() is not None)
        return min(speaking, key=_Standing.urgency, default=None)

    def _add(self, event: Event, state: str, *, raised_at: float, said_at: float | None, active: bool) -> None:
        self._order += 1
        dangerous = active and not event.is_test and event.type in HAZARDS
        self._standings[event.id] = _Standing(
            test=event.is_test,
            hazard=event.type if dangerous else None,
            active=active,
            priority=decide(event).priority,
            order=self._order,
            state=state,
            raised_at=raised_at,
            since=raised_at,
            said_at=said_at,
            received_at=raised_at if RANKS[state] >= RANKS["received"] else None,
        )
        if len(self._standings) > LIMIT:
            least = max(self._standings, key=lambda alarm: self._standings[alarm].urgency())
            del self._standings[least]
