"""A home's learned day, as numbers a picture can be drawn from. Pure functions of the watch's state."""

import math
from dataclasses import dataclass

from models.inactivity.blips import STRAY_PER_BIN
from models.inactivity.floor import FLOOR_DAYS
from models.inactivity.hazard import BIN_SECONDS, SLOTS, Before, circumstance
from models.inactivity.memory import Memory, from_bytes
from models.inactivity.sensors import Place

_BINS_PER_SLOT = 1_800 // BIN_SECONDS
_BINS_PER_DAY = SLOTS * _BINS_PER_SLOT
_MOST_BINS = 2 * _BINS_PER_DAY
_STAY = Before()
"""An hour of signs every ten minutes in the living room."""
for _ in range(6):
    _STAY.hear(1, int(Place.LIVING), door=False)


@dataclass(frozen=True, slots=True)
class HalfHour:
    """One half-hour of the local day, from `minute` after midnight.

    `activity` is the share of five-minute pieces with a sign (0 to 1); `usual_silence_hours` the silence that one
    moment in a hundred exceeds, None while unknown; `alarm_after_hours` how long a silence that begins now in the
    living room would last until the alarm, None where two days would not raise one.
    """

    minute: int
    activity: float
    usual_silence_hours: float | None
    alarm_after_hours: float | None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was learned of a home's day. `settled` is False in the first four weeks, under the fixed floor."""

    days: int
    settled: bool
    half_hours: tuple[HalfHour, ...]


def rhythm_of(blob: bytes) -> Rhythm:
    """The rhythm within a watch's state. Raises ValueError where the bytes are no state."""
    memory = from_bytes(blob)
    days = int(memory.limits.days)
    limit = memory.limits.limit(memory.per_30_days)
    return Rhythm(days, days >= FLOOR_DAYS, tuple(_half_hour(memory, slot, limit) for slot in range(SLOTS)))


def _half_hour(memory: Memory, slot: int, limit: float) -> HalfHour:
    pace = memory.habits.pace
    seen = pace.seen[slot]
    return HalfHour(
        minute=slot * 30,
        activity=pace.live[slot] / seen if seen else 0.0,
        usual_silence_hours=memory.habits.usual.hours(slot),
        alarm_after_hours=_alarm_after(memory, slot, limit),
    )


def _alarm_after(memory: Memory, slot: int, limit: float) -> float | None:
    """The score's own recursion over a silence that begins in the middle of an ordinary stay."""
    habits = memory.habits
    cap = habits.known.caps[1]
    risk = 0.0
    for quiet in range(_MOST_BINS):
        now = (slot * _BINS_PER_SLOT + quiet) % _BINS_PER_DAY // _BINS_PER_SLOT
        if quiet < cap:
            chance = habits.hazard.chance(circumstance(now, quiet, quiet, _STAY))
        else:
            chance = habits.pace.chance(now)
        risk = (risk + 1.0) * (1.0 - STRAY_PER_BIN) / (1.0 - min(chance, 0.97))
        if math.log(risk) >= limit:
            return (quiet + 1) * BIN_SECONDS / 3_600.0
    return None
