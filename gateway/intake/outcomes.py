"""What intake makes of what it heard, and when that was."""

from dataclasses import dataclass
from datetime import datetime

from drivers.event import ClockQuality, Event
from drivers.quickly_made import quickly_made
from gateway.store.jobs import Change


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event, and the condition that it begins or ends. `is_released`: nothing holds it back any more."""

    event: Event
    change: Change | None = None
    is_released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An event was heard again: it stands for `count` frames or messages now."""

    event: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A retained or cached message that says nothing new, and why."""

    driver: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A condition ended that has no restore: a button that reports "not pressed" says nothing of the person."""

    change: Change


Outcome = Happened | Counted | Stale | Over


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something was heard: monotonic seconds, wall clock, and how far to trust the latter."""

    monotonic: float
    wall: datetime
    quality: ClockQuality
