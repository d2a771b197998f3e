"""Which of a home's events are signs that somebody is there and moves. Pure.

Sensors say their state again with every battery report, so a contact, a mat or a radar counts only where it changes: a
radar that goes on seeing somebody sees a fallen person too. A motion sensor counts with every report of motion, unless
it hangs: one that is known to say when it is quiet, and has not for long, repeats itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.event import ActivityType, AlarmType, Event, Kind

HANGS_AFTER_SECONDS = 600.0

_STATES: Mapping[str, tuple[str, bool]] = {
    ActivityType.CONTACT_OPEN: ("contact", True),
    ActivityType.CONTACT_CLOSED: ("contact", False),
    ActivityType.PRESENCE: ("presence", True),
    ActivityType.ABSENCE: ("presence", False),
    ActivityType.BED_IN: ("bed", True),
    ActivityType.BED_OUT: ("bed", False),
    ActivityType.CHAIR_IN: ("chair", True),
    ActivityType.CHAIR_OUT: ("chair", False),
}
"""What a sensor of two states says: which sense it is, and which of the two."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life at a device, by `sense` (`motion`, `contact`, `presence`, `bed`, `chair`, `button`).

    `by_hand`: somebody has pressed or pulled it, which nothing but a person does.
    """

    device: str
    sense: str
    by_hand: bool = False


@dataclass(slots=True)
class _Motion:
    since: float
    moves: bool
    tells_quiet: bool = False


class Signs:
    """Remembers the state of every sensor; bounded by the enrolled devices."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, str], bool] = {}
        self._motions: dict[str, _Motion] = {}

    def of(self, event: Event, now: float) -> Sign | None:
        """The sign in an event, None where it is none; `now` in monotonic seconds."""
        device = event.device
        if device is None:
            return None
        if event.kind is not Kind.ACTIVITY:
            return Sign(device, "button", by_hand=True) if _is_by_hand(event) else None
        if event.type in (ActivityType.MOTION, ActivityType.MOTION_CLEAR):
            return Sign(device, "motion") if self._moves(device, event.type == ActivityType.MOTION, now) else None
        if event.type == ActivityType.BUTTON:
            return Sign(device, "button", by_hand=True)
        if event.type not in _STATES:
            return None
        sense, state = _STATES[str(event.type)]
        before = self._states.get((device, sense))
        self._states[(device, sense)] = state
        return None if before in (None, state) else Sign(device, sense)

    def _moves(self, device: str, moves: bool, now: float) -> bool:
        known = self._motions.setdefault(device, _Motion(since=now, moves=False))
        known.tells_quiet = known.tells_quiet or not moves
        if moves and known.moves and known.tells_quiet and now - known.since > HANGS_AFTER_SECONDS:
            return False
        if moves != known.moves:
            known.since, known.moves = now, moves
        return moves


def _is_by_hand(event: Event) -> bool:
    """A call for help, a service or a test that somebody pressed; not a test that was ordered."""
    if event.kind is Kind.ALARM:
        return event.type == AlarmType.SOS
    return event.kind is Kind.SERVICE_REQUEST or (event.kind is Kind.TEST and "ordered" not in event.evidence)
