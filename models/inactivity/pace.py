"""How much goes on in this home at each hour, whatever went before: the yardstick of a silence beyond all known."""

import msgspec

from models.inactivity.counts import Counts, zeros
from models.inactivity.hazard import SLOTS

_KEEP_PER_DAY = 0.99
_LEAN = 12.0
_PRIOR = 0.25
_OWN_HOUR = 0.75


class Pace(msgspec.Struct):
    """Bins looked at and bins with a sign, by half-hour."""

    seen: Counts = msgspec.field(default_factory=lambda: zeros(SLOTS))
    live: Counts = msgspec.field(default_factory=lambda: zeros(SLOTS))
    all_seen: float = 0.0
    all_live: float = 0.0

    def chance(self, slot: int) -> float:
        """The chance of a sign in a bin of this half-hour, leaning on the whole day's."""
        day = (self.all_live + _LEAN * _PRIOR) / (self.all_seen + _LEAN)
        hour = (self.live[slot] + _LEAN * day) / (self.seen[slot] + _LEAN)
        return _OWN_HOUR * hour + (1.0 - _OWN_HOUR) * day

    def learn(self, slot: int, sign: bool) -> None:
        """Count one bin."""
        self.seen[slot] += 1.0
        self.all_seen += 1.0
        if sign:
            self.live[slot] += 1.0
            self.all_live += 1.0

    def new_day(self) -> None:
        """Let the past count a little less."""
        for counts in (self.seen, self.live):
            for slot, count in enumerate(counts):
                counts[slot] = count * _KEEP_PER_DAY
        self.all_seen *= _KEEP_PER_DAY
        self.all_live *= _KEEP_PER_DAY
