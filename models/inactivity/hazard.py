"""How likely a sign of life is within the next five minutes: by half-hour, age of the silence and last place.

Counts with forgetting, shrunk step by step: a cell leans on its half-hour, that on its part of the day, that on what
most homes do. The age is capped (2 h; 12 h after the door): a rare trip must not teach that long silence is normal.
"""

import msgspec

from models.inactivity.counts import Counts, zeros
from models.inactivity.sensors import Place

BIN_SECONDS = 300
SLOTS = 48
PARTS = 8
_SLOTS_PER_PART = SLOTS // PARTS
_EDGES_MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)
AGES = len(_EDGES_MINUTES)
PLACES = len(Place)
_GROUPS = 2
HALF_LIFE_DAYS = 60.0
_LEAN_PART = 12.0
_LEAN_SLOT = 12.0
_LEAN_CELL = 12.0
_USUAL_BINS = 60.0
_WEIGHT_CAP = 1e3
# What most homes do: the chance of life within five minutes, by age of the silence; after the door, and at home.
_PRIOR = (
    (0.40, 0.18, 0.11, 0.09, 0.07, 0.06, 0.05, 0.045, 0.045, 0.04, 0.04, 0.04, 0.03, 0.02),
    (0.55, 0.30, 0.22, 0.18, 0.14, 0.11, 0.09, 0.08, 0.07, 0.06, 0.06, 0.06, 0.06, 0.06),
)


def _ages() -> tuple[int, ...]:
    steps = range(_EDGES_MINUTES[-1] // 5)
    return tuple(sum(step * 5 >= edge for edge in _EDGES_MINUTES) for step in steps)


_AGE_OF_BIN = _ages()
_DOOR_CAP = len(_AGE_OF_BIN)
_HOME_CAP = 24


def cap_of(place: int) -> int:
    """The number of silent bins after which a silence teaches nothing more."""
    return _HOME_CAP if place else _DOOR_CAP


def cell_of(slot: int, silent_bins: int, place: int) -> int:
    """The half-hour and the age of a silence that has lasted so many bins."""
    return slot * AGES + _AGE_OF_BIN[min(silent_bins, (_HOME_CAP if place else _DOOR_CAP) - 1)]


class Hazard(msgspec.Struct):
    """Bins looked at and bins with life, per cell, half-hour and part of the day; newer days weigh more."""

    weight: float = 1.0
    cell: Counts = msgspec.field(default_factory=lambda: zeros(2 * SLOTS * AGES * PLACES))
    slot: Counts = msgspec.field(default_factory=lambda: zeros(2 * SLOTS * AGES * _GROUPS))
    part: Counts = msgspec.field(default_factory=lambda: zeros(2 * PARTS * AGES * _GROUPS))

    def chance(self, cell: int, place: int) -> float:
        """The chance of life in this bin."""
        group = place != 0
        weight = self.weight
        lean = _LEAN_PART * weight
        slot, age = divmod(cell, AGES)
        at = ((slot // _SLOTS_PER_PART * AGES + age) * _GROUPS + group) * 2
        counts = self.part
        chance = (counts[at + 1] + lean * _PRIOR[group][age]) / (counts[at] + lean)
        lean = _LEAN_SLOT * weight
        at = (cell * _GROUPS + group) * 2
        counts = self.slot
        chance = (counts[at + 1] + lean * chance) / (counts[at] + lean)
        lean = _LEAN_CELL * weight
        at = (cell * PLACES + place) * 2
        counts = self.cell
        return (counts[at + 1] + lean * chance) / (counts[at] + lean)

    def usual_hours(self, slot: int, place: int) -> float | None:
        """The age of silence that only one in a hundred bins of this half-hour exceeds."""
        group = place != 0
        counts = [self.slot[((slot * AGES + age) * _GROUPS + group) * 2] for age in range(AGES)]
        total = sum(counts)
        if total < _USUAL_BINS * self.weight:
            return None
        above = 0.0
        for age in range(AGES - 1, 0, -1):
            above += counts[age]
            if above > total / 100.0:
                return _EDGES_MINUTES[age] / 60.0
        return None

    def learn(self, cell: int, place: int, life: bool) -> None:
        """Count one bin."""
        weight = self.weight
        group = place != 0
        slot, age = divmod(cell, AGES)
        at = ((slot // _SLOTS_PER_PART * AGES + age) * _GROUPS + group) * 2
        self.part[at] += weight
        slot_at = (cell * _GROUPS + group) * 2
        self.slot[slot_at] += weight
        cell_at = (cell * PLACES + place) * 2
        self.cell[cell_at] += weight
        if life:
            self.part[at + 1] += weight
            self.slot[slot_at + 1] += weight
            self.cell[cell_at + 1] += weight

    def new_day(self) -> None:
        """Let the past count a little less."""
        self.weight *= 2.0 ** (1.0 / HALF_LIFE_DAYS)
        if self.weight > _WEIGHT_CAP:
            for counts in (self.cell, self.slot, self.part):
                for at, count in enumerate(counts):
                    counts[at] = count / self.weight
            self.weight = 1.0
