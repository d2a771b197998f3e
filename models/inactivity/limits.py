"""The limit of the score, learned from the false-alarm budget and from the highest scores of the home's own days.

Without anything learned the theory of Shiryaev and Roberts gives it: their score, in bins, passes a limit of B bins
about once in B bins of ordinary life where the chances are right. The home's own highest scores then say how far they
are from right: their tail is fitted (Hill's estimator, leaning on the theory's slope), not only counted. Less than the
budget is aimed at: what a home will do is never quite what it did, and the other kinds need their share.

Where no sensor sees the door, outings are silences as well: they come in clusters and score high, so less is aimed at,
and they count at more of their height. With the door seen, one absence of days says little of ordinary life; where
reports come once an hour, most outings are not seen at all.
"""

import math
from dataclasses import dataclass, field

WINDOW_DAYS = 120
_KEPT = 48
_TAIL = 16
_LEAN_EPISODES = 1.0
_WITHOUT_OUTINGS, _WITH_OUTINGS = (0.6, 8.0), (0.35, 16.0)
"""The share of the budget that is aimed at, and how far above the tail a score counts."""
_LEARN_DAYS = 28.0
_RAW_DAYS = 10.0
"""The scores of the first days tell of what was not learned yet."""
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
    outings_count: bool = False

    def learn(self, log_score: float) -> None:
        """A silence has ended by itself: this was its highest score."""
        if self.days < _RAW_DAYS:
            return
        self.highest.append((self.days, log_score))
        if len(self.highest) > _KEPT:
            self.highest.remove(min(self.highest, key=_score))
        self._look()

    def new_day(self, outings_count: bool) -> None:
        """Forget what is too old. `outings_count`: they are among the silences here."""
        self.outings_count = outings_count
        self.days += 1.0
        self.highest = [pair for pair in self.highest if self.days - pair[0] <= WINDOW_DAYS]
        self._look()

    def limit(self, per_30_days: float) -> float:
        """The log score that ordinary life passes so many times in 30 days."""
        share, highest = _WITH_OUTINGS if self.outings_count else _WITHOUT_OUTINGS
        rate = per_30_days * share / 30.0
        theory = math.log(BINS_PER_DAY / rate)
        span = min(self.days - _RAW_DAYS, float(WINDOW_DAYS))
        scores = sorted((score for _, score in self.highest), reverse=True)
        if span < 7.0 or len(scores) <= _TAIL:
            return theory
        base = scores[_TAIL]
        above = sum(min(score - base, highest) for score in scores[:_TAIL])
        slope = (above + _LEAN_EPISODES) / (_TAIL + _LEAN_EPISODES)
        learned = base + slope * math.log(_TAIL / (rate * span))
        trust = min(1.0, span / _LEARN_DAYS)
        return theory + (learned - theory) * trust

    def _look(self) -> None:
        self.lowest = math.exp(min(map(_score, self.highest))) if len(self.highest) == _KEPT else _NONE


def _score(pair: tuple[float, float]) -> float:
    return pair[1]
