"""One day of a resident as stays: from when to when in a room of which use, and how lively."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.habits import Habits, Mood

OUT = "out"
"""The use of no room: nobody is at home."""
ASLEEP, QUIET, LIVELY = 3_000.0, 420.0, 100.0
"""Mean seconds between two movements that a sensor sees."""
_HOUR = 3_600.0
_DAY = 24.0


@dataclass(frozen=True, slots=True)
class Stay:
    """`begins` and `ends` are seconds of the day; a stay past midnight is two. `pause` is seconds between movements."""

    begins: float
    ends: float
    use: str
    pause: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is in the calendar, before nature calls. Hours."""

    begins: float
    ends: float
    use: str
    pause: float


def stays(habits: Habits, mood: Mood, weekday: int, draw: random.Random) -> list[Stay]:
    """The stays of a day, one after another from midnight to midnight. `weekday` 0 is Monday."""
    if mood.is_away and mood.returns is None:
        return [Stay(0.0, _DAY * _HOUR, OUT, 0.0)]
    planned = _asleep_and_awake(habits, mood, weekday, draw)
    if mood.returns is not None:
        planned = [_Plan(0.0, mood.returns, OUT, 0.0), *_from(planned, mood.returns)]
    if mood.leaves is not None:
        planned = [*_until(planned, mood.leaves), _Plan(mood.leaves, _DAY, OUT, 0.0)]
    return list(_with_needs(planned, habits, mood, draw))


def visitor(habits: Habits, mood: Mood, weekday: int) -> float | None:
    """The hour at which somebody comes to see them today; None for no visitor."""
    at_home = not mood.is_away and mood.leaves is None
    return habits.visitor_at if at_home and weekday in habits.visitor_on else None


def _asleep_and_awake(habits: Habits, mood: Mood, weekday: int, draw: random.Random) -> list[_Plan]:
    wakes = max(3.0, habits.wakes + draw.gauss(0.0, 0.25) + (1.2 if mood.is_ill else 0.0))
    sleeps = min(23.8, max(19.0, habits.sleeps + draw.gauss(0.0, 0.3) - (1.0 if mood.is_ill else 0.0)))
    lunch, supper = habits.lunch + draw.gauss(0.0, 0.15), habits.supper + draw.gauss(0.0, 0.15)
    washed = wakes + draw.uniform(0.2, 0.45)
    eaten = washed + habits.breakfast + draw.uniform(-0.1, 0.2)
    nap = mood.is_ill or draw.random() < habits.nap_share
    awake = lunch + 0.9 + (draw.uniform(0.6, 1.5) if nap else 0.0)
    expects = visitor(habits, mood, weekday) is not None
    goes_out = not mood.is_ill and draw.random() < habits.out_share
    walks = not mood.is_ill and not expects and draw.random() < habits.walk_share
    return [
        _Plan(0.0, wakes, "bedroom", ASLEEP),
        _Plan(wakes, washed, "bathroom", LIVELY),
        _Plan(washed, eaten, "kitchen", LIVELY),
        *_hours_of(eaten, lunch - 0.5, goes_out, mood, draw),
        _Plan(lunch - 0.5, lunch, "kitchen", LIVELY),
        _Plan(lunch, lunch + 0.5, "living", QUIET / 2),
        _Plan(lunch + 0.5, lunch + 0.9, "kitchen", LIVELY),
        _Plan(lunch + 0.9, awake, "bedroom", ASLEEP if nap else QUIET),
        *_hours_of(awake, supper - 0.5, walks, mood, draw),
        _Plan(supper - 0.5, supper, "kitchen", LIVELY),
        _Plan(supper, supper + 0.5, "living", QUIET / 2),
        _Plan(supper + 0.5, supper + 0.8, "kitchen", LIVELY),
        _Plan(supper + 0.8, sleeps - 0.3, "living", QUIET),
        _Plan(sleeps - 0.3, sleeps, "bathroom", LIVELY),
        _Plan(sleeps, _DAY, "bedroom", ASLEEP),
    ]


def _hours_of(begins: float, ends: float, goes_out: bool, mood: Mood, draw: random.Random) -> list[_Plan]:
    """The free hours of half a day: perhaps an outing in them."""
    rests = "bedroom" if mood.is_ill else "living"
    pause = ASLEEP / 2 if mood.is_ill else QUIET
    lasts = min(draw.uniform(0.6, 2.2), ends - begins - 0.4)
    if not goes_out or lasts < 0.3:
        return [_Plan(begins, ends, rests, pause)]
    leaves = draw.uniform(begins + 0.1, ends - lasts - 0.1)
    return [
        _Plan(begins, leaves, rests, pause),
        _Plan(leaves, leaves + lasts, OUT, 0.0),
        _Plan(leaves + lasts, ends, rests, pause),
    ]


def _with_needs(planned: list[_Plan], habits: Habits, mood: Mood, draw: random.Random) -> Iterator[Stay]:
    """The stays, with visits to the bathroom: every few hours by day, a few times in the night."""
    a_night = habits.wakings + (1.5 if mood.is_ill else 0.0)
    need = draw.expovariate(a_night / 8.0)
    for plan in planned:
        begins = plan.begins
        while plan.use not in (OUT, "bathroom") and begins < need < plan.ends - 0.2:
            lasts = draw.uniform(0.04, 0.14)
            yield Stay(begins * _HOUR, need * _HOUR, plan.use, plan.pause)
            yield Stay(need * _HOUR, (need + lasts) * _HOUR, "bathroom", LIVELY)
            begins = need + lasts
            need = begins + _next_need(begins, a_night, draw)
        if need <= plan.ends:
            need = plan.ends + _next_need(plan.ends, a_night, draw)
        if plan.ends > begins:
            yield Stay(begins * _HOUR, plan.ends * _HOUR, plan.use, plan.pause)


def _next_need(hour: float, a_night: float, draw: random.Random) -> float:
    is_night = hour < 6.0 or hour > 22.0
    return 0.3 + draw.expovariate(a_night / 8.0 if is_night else 0.4)


def _from(planned: list[_Plan], hour: float) -> list[_Plan]:
    return [_Plan(max(plan.begins, hour), plan.ends, plan.use, plan.pause) for plan in planned if plan.ends > hour]


def _until(planned: list[_Plan], hour: float) -> list[_Plan]:
    return [_Plan(plan.begins, min(plan.ends, hour), plan.use, plan.pause) for plan in planned if plan.begins < hour]
