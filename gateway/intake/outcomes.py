"""What intake makes of what it heard, and when that was."""

from datetime import datetime

import msgspec

from drivers.event import ClockQuality, Event
from gateway.store.jobs import Change


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event, and the condition that it begins or ends. `is_released`: nothing holds it back any more."""

    event: Event
    change: Change | None = None
    is_released: bool = False


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """An event was heard again: it stands for `count` frames or messages now."""

    event: str
    count: int


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A retained or cached message that says nothing new, and why."""

    driver: str
    reason: str


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """A condition ended that has no restore: a button that reports "not pressed" says nothing of the person."""

    change: Change


Outcome = Happened | Counted | Stale | Over


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When something was heard: monotonic seconds, wall clock, and how far to trust the latter."""

    monotonic: float
    wall: datetime
    quality: ClockQuality
