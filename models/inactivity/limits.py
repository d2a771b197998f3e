"""The limit of the score, learned from the false-alarm budget and from the highest scores of the home's own days.

Without anything learned the theory of Shiryaev and Roberts gives it: their score, in bins, passes a limit of B bins
about once in B bins of ordinary life where the chances are right. The home's own highest scores then say how far they
are from right: their tail is fitted (Hill's estimator, leaning on the theory's slope), not only counted. Half the
budget is aimed at: what a home will do is never quite what it did, and the other kinds need their share.
"""

import math
from dataclasses import dataclass, field

WINDOW_DAYS = 120
_KEPT = 48
_TAIL = 16
_LEAN_EPISODES = 1.0
_SAFETY = 0.5
_LEARN_DAYS = 28.0
_RAW_DAYS = 10.0
"""The scores of the first days tell of what was not learned yet."""
_HIGHEST_ABOVE_BASE = 8.0
BINS_PER_DAY = 288
_NONE = 1.0


@dataclass(slots=True)
class Limits:
    """The highest scores of the last months: (day, log score) per silence, and the days looked at.

    `lowest` is the score (not its log) that the next must exceed to be among them.
    """

    days: float = 0.0
    highest: list[tuple[float, float]] = field(default_factory=list)
    lowest: float = _NONE

    def learn(self, log_score: float) -> None:
        """A silence has ended by itself: this was its highest score."""
        if self.days < _RAW_DAYS:
            return
        self.highest.append((self.days, log_score))
        if len(self.highest) > _KEPT:
            self.highest.remove(min(self.highest, key=_score))
        self._look()

    def new_day(self) -> None:
        """Forget what is too old."""
        self.days += 1.0
        self.highest = [pair for pair in self.highest if self.days - pair[0] <= WINDOW_DAYS]
        self._look()

    def limit(self, per_30_days: float) -> float:
        """The log score that ordinary life passes so many times in 30 days."""
        rate = per_30_days * _SAFETY / 30.0
        theory = math.log(BINS_PER_DAY / rate)
        span = min(self.days - _RAW_DAYS, float(WINDOW_DAYS))
        scores = sorted((score for _, score in self.highest), reverse=True)
        if span < 7.0 or len(scores) <= _TAIL:
            return theory
        base = scores[_TAIL]
        above = sum(min(score - base, _HIGHEST_ABOVE_BASE) for score in scores[:_TAIL])
        slope = (above + _LEAN_EPISODES) / (_TAIL + _LEAN_EPISODES)
        learned = base + slope * math.log(_TAIL / (rate * span))
        trust = min(1.0, span / _LEARN_DAYS)
        return theory + (learned - theory) * trust

    def _look(self) -> None:
        self.lowest = math.exp(min(map(_score, self.highest))) if len(self.highest) == _KEPT else _NONE


def _score(pair: tuple[float, float]) -> float:
    return pair[1]
