"""How often a lone sign comes by itself in ordinary life: at home and after the door, by part of the day."""

from dataclasses import dataclass, field

from models.inactivity.hazard import PARTS

STRAY_PER_BIN = 2.0 / 288.0
"""Signs an empty home gives: two a day, as the recordings of absences show."""

_KEEP_PER_DAY = 0.99
_LEAN = 200.0
_PRIOR = (STRAY_PER_BIN, 0.02)


@dataclass(slots=True)
class Blips:
    """Silent bins, and bins whose sign nothing bore out; rows of (part of the day, at home)."""

    bins: list[float] = field(default_factory=lambda: [0.0] * (2 * PARTS))
    lone: list[float] = field(default_factory=lambda: [0.0] * (2 * PARTS))

    def ratio(self, part: int, at_home: bool) -> float:
        """How much likelier a lone sign is with nobody moving than in ordinary life; never above 1."""
        row = part * 2 + at_home
        usual = (self.lone[row] + _LEAN * _PRIOR[at_home]) / (self.bins[row] + _LEAN)
        return min(1.0, STRAY_PER_BIN / usual)

    def learn_silent(self, part: int, at_home: bool, bins: int) -> None:
        """Count so many bins without a sign."""
        self.bins[part * 2 + at_home] += bins

    def learn_lone(self, part: int, at_home: bool) -> None:
        """Count a bin with a lone sign."""
        row = part * 2 + at_home
        self.bins[row] += 1.0
        self.lone[row] += 1.0

    def new_day(self) -> None:
        """Let the past count a little less."""
        for row in range(2 * PARTS):
            self.bins[row] *= _KEEP_PER_DAY
            self.lone[row] *= _KEEP_PER_DAY
