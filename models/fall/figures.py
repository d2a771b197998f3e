"""Counts → figures with the interval they are known to, from scored recordings."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from models.fall.scoring import Scored

_Z = 1.959964
"""95 %, two-sided."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `count`, with its 95 % Wilson interval."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """The share itself; 0 of none is 0."""
        return self.hits / self.count if self.count else 0.0

    def interval(self) -> tuple[float, float]:
        """Wilson's interval, which also holds near 0 and 1."""
        if not self.count:
            return 0.0, 1.0
        share, squared = self.value, _Z * _Z / self.count
        middle = (share + squared / 2) / (1 + squared)
        half = _Z * math.sqrt(share * (1 - share) / self.count + squared / (4 * self.count)) / (1 + squared)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many false alarms in so many hours, with an exact 95 % Poisson interval."""

    count: int
    hours: float

    @property
    def per_hour(self) -> float:
        """False alarms an hour."""
        return self.count / self.hours if self.hours else 0.0

    def interval(self) -> tuple[float, float]:
        """Per hour: what true rates would give a count as small, or as large, in 2.5 % of all cases."""
        if not self.hours:
            return 0.0, math.inf
        low = 0.0 if not self.count else _solve(lambda mean: 1 - _at_most(self.count - 1, mean) - 0.025)
        return low / self.hours, _solve(lambda mean: 0.025 - _at_most(self.count, mean)) / self.hours


@dataclass(frozen=True, slots=True)
class Figure:
    """What one group of recordings shows at one threshold."""

    name: str
    found: Share
    false: Rate


def figure(name: str, scored: Iterable[Scored], cut: float) -> Figure:
    """Falls found and false alarms rung at a score of `cut`."""
    kept = list(scored)
    falls = [each for each in kept if each.fall]
    daily = [each for each in kept if not each.fall]
    return Figure(
        name,
        Share(sum(each.highest >= cut for each in falls), len(falls)),
        Rate(sum(each.alarms(cut) for each in daily), sum(each.seconds for each in daily) / 3_600.0),
    )


def by(key: Callable[[Scored], str], scored: Sequence[Scored], cut: float) -> list[Figure]:
    """A figure for each value of the key, in its order."""
    return [figure(name, (s for s in scored if key(s) == name), cut) for name in sorted({key(s) for s in scored})]


def curve(scored: Sequence[Scored]) -> list[tuple[float, float, float]]:
    """(cut, sensitivity, false alarms an hour) at cuts from the strictest to the most lenient."""
    steps = sorted({each.highest for each in scored if each.score}, reverse=True)
    figures = ((step, figure("", scored, step)) for step in steps[:: max(1, len(steps) // 200)])
    return [(step, found.found.value, found.false.per_hour) for step, found in figures]


def _at_most(count: int, mean: float) -> float:
    term = total = math.exp(-mean)
    for number in range(1, count + 1):
        term *= mean / number
        total += term
    return total


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of a mean crosses zero."""
    low, high = 0.0, 1.0
    while rising(high) < 0:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high
