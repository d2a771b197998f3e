"""How much goes on in this home at each hour, whatever went before: the yardstick of a silence beyond all known."""

from dataclasses import dataclass, field

from models.inactivity.hazard import SLOTS

_KEEP_PER_DAY = 0.99
_LEAN = 12.0
_PRIOR = 0.25
_OWN_HOUR = 0.6
"""The rest is the whole day's: how quiet an hour usually is says less of a silence that the home has hardly shown."""


@dataclass(slots=True)
class Pace:
    """Bins looked at and bins with a sign, by half-hour."""

    seen: list[float] = field(default_factory=lambda: [0.0] * SLOTS)
    live: list[float] = field(default_factory=lambda: [0.0] * SLOTS)

    def chance(self, slot: int) -> float:
        """The chance of a sign in a bin of this half-hour, leaning on the whole day's."""
        day = (sum(self.live) + _LEAN * _PRIOR) / (sum(self.seen) + _LEAN)
        hour = (self.live[slot] + _LEAN * day) / (self.seen[slot] + _LEAN)
        return _OWN_HOUR * hour + (1.0 - _OWN_HOUR) * day

    def learn_silent(self, slot: int, bins: int) -> None:
        """Count so many bins without a sign."""
        self.seen[slot] += bins

    def learn_sign(self, slot: int) -> None:
        """Count a bin with a sign."""
        self.seen[slot] += 1.0
        self.live[slot] += 1.0

    def new_day(self) -> None:
        """Let the past count a little less."""
        self.seen = [count * _KEEP_PER_DAY for count in self.seen]
        self.live = [count * _KEEP_PER_DAY for count in self.live]
