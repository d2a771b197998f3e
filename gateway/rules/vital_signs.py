"""Readings of the body against limits: when readings beyond them become an alarm, and when that is over. Pure.

    within ──beyond──► beyond ──the repeat rule is met──► raised ──enough readings well inside──► within (it is over)
      ▲                  │
      └────── inside ────┘

One reading is never enough unless the limit says so: a band that slips measures nonsense. An alarm says which readings
went beyond which limit and nothing about what ails anybody. It ends well inside the limit, by `Quantity.back`, after as
many readings as it took to raise it; until then it is not raised again.
Times are seconds that only grow; what has to survive a restart is `Watch`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.measurements import Quantity

READINGS_KEPT = 8
READINGS, MINUTES, WITHIN_MINUTES = 3, 0, 60
"""The repeat rule where nobody writes another."""


class Phase(StrEnum):
    """How one vital sign of one person stands."""

    WITHIN = "within"
    BEYOND = "beyond"
    RAISED = "raised"


class Side(StrEnum):
    """On which side of its limits a reading lies."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The lowest and the highest value that raise nothing, in the quantity's own unit, and the repeat rule.

    An alarm takes `readings` in a row on one side, over at least `minutes`; a gap of more than `within_minutes` between
    two of them begins anew. `device` None is for every device that measures it.
    """

    quantity: str
    low: float | None = None
    high: float | None = None
    readings: int = READINGS
    minutes: int = MINUTES
    within_minutes: int = WITHIN_MINUTES
    device: str | None = None

    def side_of(self, value: float) -> Side | None:
        """Beyond which limit a value lies; None where it is within."""
        if self.low is not None and value < self.low:
            return Side.BELOW
        return Side.ABOVE if self.high is not None and value > self.high else None

    def is_well_within(self, value: float, back: float) -> bool:
        """Whether a value is inside the limits by `back`, or as far inside as both of them allow."""
        if self.low is not None and self.high is not None:
            back = min(back, (self.high - self.low) / 2)
        return (self.low is None or value >= self.low + back) and (self.high is None or value <= self.high - back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How it stands: the readings of the present run (the newest READINGS_KEPT), its first and last moment, how many.

    `back` counts the readings well inside since the alarm.
    """

    phase: Phase = Phase.WITHIN
    side: Side | None = None
    values: tuple[float, ...] = ()
    count: int = 0
    began: float = 0.0
    last: float = 0.0
    back: int = 0


WITHIN = Watch()


def judge(limit: Limit, quantity: Quantity, watch: Watch, value: float, now: float) -> Watch:
    """How it stands after a plausible reading."""
    side = limit.side_of(value)
    if watch.phase is Phase.RAISED:
        return _while_raised(limit, watch, is_well_within=limit.is_well_within(value, quantity.back or 0.0))
    if side is None:
        return WITHIN
    goes_on = watch.side is side and 0 <= now - watch.last <= limit.within_minutes * 60
    began, count, values = (watch.began, watch.count, watch.values) if goes_on else (now, 0, ())
    beyond = Watch(
        phase=Phase.BEYOND, side=side, values=(*values, value)[-READINGS_KEPT:], count=count + 1, began=began, last=now
    )
    is_met = beyond.count >= limit.readings and now - began >= limit.minutes * 60
    return replace(beyond, phase=Phase.RAISED) if is_met else beyond


def _while_raised(limit: Limit, watch: Watch, *, is_well_within: bool) -> Watch:
    back = watch.back + 1 if is_well_within else 0
    return WITHIN if back >= limit.readings else replace(watch, back=back)
