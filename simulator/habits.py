"""What somebody is used to, and how it is with them today: drawn once, then from day to day."""

import random
from dataclasses import dataclass

from simulator.plan import Resident

_ILL_A_DAY = 0.012
_TRIP_A_DAY = 0.004
_DAYS_ILL = (2, 6)
_DAYS_AWAY = (2, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Hours are hours of the day as decimals, shares are of days. `visitor_on`: the weekdays on which somebody comes.

    `out_share` is of mornings, `walk_share` of afternoons; `wakings` is how often the bathroom is visited in a night.
    """

    wakes: float
    sleeps: float
    breakfast: float
    lunch: float
    supper: float
    nap_share: float
    out_share: float
    walk_share: float
    wakings: float
    visitor_on: tuple[int, ...]
    visitor_at: float


@dataclass(frozen=True, slots=True)
class Mood:
    """Today: ill, or away from home all day; `leaves` and `returns` are the hours of a trip that begins or ends."""

    is_ill: bool = False
    is_away: bool = False
    leaves: float | None = None
    returns: float | None = None


def draw_habits(resident: Resident, draw: random.Random) -> Habits:
    """The habits of one resident."""
    return Habits(
        wakes=resident.wakes + draw.uniform(-0.3, 0.3),
        sleeps=resident.sleeps + draw.uniform(-0.3, 0.3),
        breakfast=draw.uniform(0.4, 0.9),
        lunch=draw.uniform(11.3, 12.2),
        supper=draw.uniform(17.2, 18.3),
        nap_share=draw.uniform(0.4, 0.9),
        out_share=draw.uniform(0.45, 0.8),
        walk_share=draw.uniform(0.2, 0.5),
        wakings=draw.uniform(0.6, 2.2),
        visitor_on=tuple(sorted(draw.sample(range(7), draw.randint(1, 2)))),
        visitor_at=draw.uniform(14.5, 16.0),
    )


class Moods:
    """How it is with one resident, day after day."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._days_ill = 0
        self._days_away = 0

    def next(self) -> Mood:
        """The next day's."""
        draw = self._draw
        if self._days_away:
            self._days_away -= 1
            return Mood(is_away=True) if self._days_away else Mood(is_away=True, returns=draw.uniform(10.0, 17.0))
        if self._days_ill:
            self._days_ill -= 1
            return Mood(is_ill=True)
        chance = draw.random()
        if chance < _ILL_A_DAY:
            self._days_ill = draw.randint(*_DAYS_ILL) - 1
            return Mood(is_ill=True)
        if chance < _ILL_A_DAY + _TRIP_A_DAY:
            self._days_away = draw.randint(*_DAYS_AWAY) - 1
            return Mood(leaves=draw.uniform(8.5, 11.0))
        return Mood()
