"""The limit of the score, learned from the false-alarm budget and from the highest scores of the home's own days.

Without anything learned the theory of Shiryaev and Roberts gives it: their score, in bins, passes a limit of B bins
about once in B bins of ordinary life where the chances are right. The home's own highest scores then say how far they
are from right: their tail is fitted (Hill's estimator, leaning on the theory's slope), not only counted.
"""

import math

import msgspec

WINDOW_DAYS = 120
_KEPT = 48
_TAIL = 12
_LEAN_EPISODES = 6.0
_SAFETY = 0.75
_LEARN_DAYS = 28
BINS_PER_DAY = 288


class Limits(msgspec.Struct):
    """The highest scores of the last months: (day, log score) per silence, and the days looked at."""

    days: float = 0.0
    highest: list[tuple[float, float]] = msgspec.field(default_factory=list)

    def learn(self, log_score: float) -> None:
        """A silence has ended by itself: this was its highest score."""
        if len(self.highest) < _KEPT or log_score > min(score for _, score in self.highest):
            self.highest.append((self.days, min(log_score, 40.0)))
            if len(self.highest) > _KEPT:
                self.highest.remove(min(self.highest, key=lambda pair: pair[1]))

    def new_day(self) -> None:
        """Forget what is too old."""
        self.days += 1.0
        self.highest = [pair for pair in self.highest if self.days - pair[0] <= WINDOW_DAYS]

    def limit(self, per_30_days: float) -> float:
        """The log score that ordinary life passes so many times in 30 days."""
        rate = per_30_days * _SAFETY / 30.0
        theory = math.log(BINS_PER_DAY / rate)
        span = min(self.days, float(WINDOW_DAYS))
        scores = sorted((score for _, score in self.highest), reverse=True)
        if span < 7.0 or len(scores) <= _TAIL:
            return theory
        base = scores[_TAIL]
        slope = (sum(score - base for score in scores[:_TAIL]) + _LEAN_EPISODES) / (_TAIL + _LEAN_EPISODES)
        learned = base + slope * math.log(_TAIL / (rate * span))
        trust = min(1.0, span / (2 * _LEARN_DAYS))
        return theory + (learned - theory) * trust
