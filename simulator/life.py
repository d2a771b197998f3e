"""The days of the residents, as the sensors of their home see them: sleep, meals, outings, visits, naps, illness.

Drawn from a seed and nothing else: the same plan and seed give the same signs.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from drivers.event import ActivityType, AlarmType, Kind
from simulator.day import LIVELY, OUT, Stay, stays, visitor
from simulator.habits import Moods, draw_habits
from simulator.plan import Plan

FIRST_DAY = date(2026, 3, 2)
_BLIND_SECONDS = 60.0
"""A motion sensor sees nothing for so long after it has seen somebody."""
_DOOR_SECONDS = (4.0, 15.0)
_VISIT_SECONDS = (1_800.0, 7_200.0)
_BURNT_A_DAY, _MISTAKEN_A_DAY = 1 / 240, 1 / 120
_SMOKE_SECONDS = (90.0, 600.0)
_INSTEAD = {"kitchen": "living", "bathroom": "bedroom", "bedroom": "living", "living": "bedroom", "entry": "living"}
"""Where somebody is in a home that has no such room."""


class Sign(NamedTuple):
    """What one sensor has to say of somebody's life, `at` seconds after the first day's midnight.

    `kind` and `type` are words of `drivers.event`.
    """

    at: float
    device: str
    kind: str
    type: str


class Life:
    """Everybody's days in one home. `incidents`: now and then a meal burns, and a cord is pulled by mistake."""

    def __init__(self, plan: Plan, seed: int, first_day: date = FIRST_DAY, *, incidents: bool) -> None:
        self._plan = plan
        self._seed = seed
        self._first_day = first_day
        self._has_incidents = incidents
        self._seers = {use: _seers(plan, use) for use in (*_INSTEAD, "other")}
        self._doors = [device.id for device in plan.of_family("door")]
        self._smoke = [device.id for device in plan.of_family("smoke")]
        self._cords = [device.id for device in plan.of_family("cord")]

    def signs(self, days: int) -> Iterator[Sign]:
        """Every sign of so many days in the order of time. More days are the same days and more."""
        everybody = [resident.id for resident in self._plan.residents]
        habits = {
            resident.id: draw_habits(resident, self._draw(resident.id, "habits")) for resident in self._plan.residents
        }
        moods = {resident: Moods(self._draw(resident, "moods")) for resident in everybody}
        is_out = dict.fromkeys(everybody, False)
        for number in range(days):
            found: list[Sign] = []
            for resident in everybody:
                today = self._first_day + timedelta(days=number)
                mood, draw = moods[resident].next(), self._draw(resident, number)
                begins = self._seconds_to(today)
                spent = stays(habits[resident], mood, today.weekday(), draw)
                found += self._seen(spent, begins, draw, was_out=is_out[resident])
                is_out[resident] = spent[-1].use == OUT
                comes = visitor(habits[resident], mood, today.weekday())
                if comes is not None:
                    found += self._visit(begins + (comes + draw.gauss(0.0, 0.3)) * 3_600.0, draw)
                if self._has_incidents:
                    found += self._incidents(spent, begins, self._draw(resident, f"incidents {number}"))
            yield from sorted(found)

    def _seen(self, spent: list[Stay], begins: float, draw: random.Random, *, was_out: bool) -> Iterator[Sign]:
        for stay in spent:
            is_out = stay.use == OUT
            if is_out != was_out:
                yield from self._door(begins + stay.begins, draw)
            if not is_out:
                yield from self._moves(stay, begins, draw)
            was_out = is_out

    def _moves(self, stay: Stay, begins: float, draw: random.Random) -> Iterator[Sign]:
        seers = self._seers[stay.use]
        at, ends = begins + stay.begins + draw.uniform(0.5, 3.0), begins + stay.ends
        while seers and at < ends:
            yield _activity(at, seers[0] if len(seers) == 1 else draw.choice(seers), ActivityType.MOTION)
            at += _BLIND_SECONDS + draw.expovariate(1.0 / stay.pause)

    def _door(self, at: float, draw: random.Random) -> Iterator[Sign]:
        """Somebody passes the door, seen in the hall on the way."""
        for hall in self._seers["entry"][:1]:
            yield _activity(at, hall, ActivityType.MOTION)
        for door in self._doors[:1]:
            yield _activity(at + 1.0, door, ActivityType.CONTACT_OPEN)
            yield _activity(at + 1.0 + draw.uniform(*_DOOR_SECONDS), door, ActivityType.CONTACT_CLOSED)

    def _visit(self, at: float, draw: random.Random) -> Iterator[Sign]:
        ends = at + draw.uniform(*_VISIT_SECONDS)
        yield from self._door(at, draw)
        yield from self._moves(Stay(at + 30.0, ends - 30.0, "living", LIVELY), 0.0, draw)
        yield from self._door(ends, draw)

    def _incidents(self, spent: list[Stay], begins: float, draw: random.Random) -> Iterator[Sign]:
        cooking = [stay for stay in spent if stay.use == "kitchen"]
        if self._smoke and cooking and draw.random() < _BURNT_A_DAY:
            stay = draw.choice(cooking)
            at = begins + draw.uniform(stay.begins, stay.ends)
            yield Sign(at, self._smoke[0], Kind.ALARM.value, AlarmType.SMOKE.value)
            yield Sign(at + draw.uniform(*_SMOKE_SECONDS), self._smoke[0], Kind.RESTORE.value, AlarmType.SMOKE.value)
        at_home = [stay for stay in spent if stay.use == "bathroom"]
        if self._cords and at_home and draw.random() < _MISTAKEN_A_DAY:
            stay = draw.choice(at_home)
            at = begins + draw.uniform(stay.begins, stay.ends)
            yield Sign(at, self._cords[0], Kind.ALARM.value, AlarmType.SOS.value)

    def _seconds_to(self, day: date) -> float:
        """From the first day's midnight to this day's: clocks may have been changed in between."""
        zone = ZoneInfo(self._plan.timezone)
        first, this = (
            datetime.combine(one, datetime.min.time(), zone).astimezone(UTC) for one in (self._first_day, day)
        )
        return (this - first).total_seconds()

    def _draw(self, of: str, what: object) -> random.Random:
        return random.Random(f"{self._seed} {of} {what}")


def _activity(at: float, device: str, type_: ActivityType) -> Sign:
    return Sign(at, device, Kind.ACTIVITY.value, type_.value)


def _seers(plan: Plan, use: str) -> list[str]:
    """The motion sensors of the room for this use, or of that which is used instead."""
    tried: list[str] = []
    while use not in tried:
        rooms = {room.id for room in plan.rooms if room.use == use}
        if rooms:
            return [device.id for device in plan.of_family("motion") if device.room in rooms]
        tried.append(use)
        use = _INSTEAD.get(use, "living")
    return []
