"""How long this home is silent at each hour: what an operator can compare a silence with."""

from dataclasses import dataclass, field

from models.inactivity.hazard import SLOTS

_AGES = 24
_BINS_PER_AGE = 6
_ENOUGH = 60.0
_KEEP_PER_DAY = 0.99
_MOST_WEIGHT = 100.0


@dataclass(slots=True)
class Usual:
    """Bins by half-hour and age of the silence in half-hours, of days already over."""

    weight: float = 1.0
    bins: list[float] = field(default_factory=lambda: [0.0] * (SLOTS * _AGES))

    def learn(self, slot: int, quiet_bins: int, bins: int) -> None:
        """Count so many bins of about one age."""
        age = quiet_bins // _BINS_PER_AGE
        self.bins[slot * _AGES + (age if age < _AGES else _AGES - 1)] += bins * self.weight

    def hours(self, slot: int) -> float | None:
        """The silence that one in a hundred moments of this half-hour exceeds; None while too little is known."""
        row = self.bins[slot * _AGES : (slot + 1) * _AGES]
        total = sum(row)
        if total < _ENOUGH * self.weight:
            return None
        above = 0.0
        for age in range(_AGES - 1, -1, -1):
            above += row[age]
            if above > total / 100.0:
                return (age + 1) / 2.0
        return None

    def new_day(self) -> None:
        """Let the past count a little less: newer days weigh more, until the weights grow out of bounds."""
        self.weight /= _KEEP_PER_DAY
        if self.weight > _MOST_WEIGHT:
            for at, count in enumerate(self.bins):
                self.bins[at] = count / self.weight
            self.weight = 1.0
