"""Somebody who leaves and does not come back: out of bed for too long at night, a door that nobody closes. Pure.

    start ──back──► arriving ──settled──► resting ──left──► away ──due──► raised
                                             ▲               │ ▲             │ ▲
                                          settled          back left       back left
                                             │               ▼ │             ▼ │
                                             └────────── returning     coming_back ──settled──► resting (it is over)

A mat flickers while somebody turns over and a contact bounces: only what lasts for `settle_seconds` is a return, and a
return that does not last starts no new count. A device that is lost says nothing about a person: what was counted is
dropped, but an alarm that was raised stays until somebody is back. Who was never in bed never left it.
Time is monotonic while the house runs; the wall clock only says whether it is night.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from drivers.event import ActivityType, AlarmType
from gateway.rules.night import Night

GRACE_SECONDS = 60.0
"""After a start the device may first say how it is now."""


class Phase(StrEnum):
    """Where somebody is, as far as the device has said."""

    UNKNOWN = "unknown"
    ARRIVING = "arriving"
    RESTING = "resting"
    AWAY = "away"
    RETURNING = "returning"
    RAISED = "raised"
    COMING_BACK = "coming_back"


class Said(StrEnum):
    """What happens to a phase."""

    BACK = "back"
    LEFT = "left"
    LOST = "lost"
    SETTLED = "settled"
    DUE = "due"


TRANSITIONS: Mapping[tuple[Phase, Said], Phase] = {
    (Phase.UNKNOWN, Said.BACK): Phase.ARRIVING,
    (Phase.ARRIVING, Said.LEFT): Phase.UNKNOWN,
    (Phase.ARRIVING, Said.LOST): Phase.UNKNOWN,
    (Phase.ARRIVING, Said.SETTLED): Phase.RESTING,
    (Phase.RESTING, Said.LEFT): Phase.AWAY,
    (Phase.RESTING, Said.LOST): Phase.UNKNOWN,
    (Phase.AWAY, Said.BACK): Phase.RETURNING,
    (Phase.AWAY, Said.LOST): Phase.UNKNOWN,
    (Phase.AWAY, Said.DUE): Phase.RAISED,
    (Phase.RETURNING, Said.LEFT): Phase.AWAY,
    (Phase.RETURNING, Said.LOST): Phase.UNKNOWN,
    (Phase.RETURNING, Said.SETTLED): Phase.RESTING,
    (Phase.RAISED, Said.BACK): Phase.COMING_BACK,
    (Phase.COMING_BACK, Said.LEFT): Phase.RAISED,
    (Phase.COMING_BACK, Said.LOST): Phase.RAISED,
    (Phase.COMING_BACK, Said.SETTLED): Phase.RESTING,
}
"""Whatever is not here changes nothing."""

_COUNTING = frozenset({Phase.AWAY, Phase.RETURNING})
_SETTLING = frozenset({Phase.ARRIVING, Phase.RETURNING, Phase.COMING_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an absence is an alarm of `type`: longer than `seconds`, where a night is given only within one night.

    `start` is the phase of a device that has said nothing yet.
    """

    type: AlarmType
    back: ActivityType
    left: ActivityType
    seconds: float
    settle_seconds: float
    start: Phase
    night: Night | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """How one device's rule stands. `left_at` is by the wall clock, `due` and `settles` are monotonic seconds."""

    phase: Phase
    left_at: datetime | None = None
    due: float | None = None
    settles: float | None = None


def bed_rule(minutes: int, night: Night) -> Rule:
    """Out of bed at night for longer than so many minutes."""
    return Rule(
        type=AlarmType.OUT_OF_BED, back=ActivityType.BED_IN, left=ActivityType.BED_OUT, seconds=minutes * 60.0,
        settle_seconds=10.0, start=Phase.UNKNOWN, night=night,
    )  # fmt: skip


def door_rule(minutes: int) -> Rule:
    """A door that stays open for longer than so many minutes; one that is open at the start is counted from there."""
    return Rule(
        type=AlarmType.DOOR_LEFT_OPEN, back=ActivityType.CONTACT_CLOSED, left=ActivityType.CONTACT_OPEN,
        seconds=minutes * 60.0, settle_seconds=2.0, start=Phase.RESTING,
    )  # fmt: skip


def said_by(rule: Rule, activity: str | None) -> Said | None:
    """What an activity means to a rule; None where it means nothing."""
    return {rule.back.value: Said.BACK, rule.left.value: Said.LEFT}.get(activity or "")


def step(rule: Rule, dwell: Dwell, said: Said, now: float, wall: datetime) -> Dwell:
    """What comes of a word of the device, or of time."""
    phase = TRANSITIONS.get((dwell.phase, said), dwell.phase)
    if phase is Phase.UNKNOWN:
        phase = rule.start
    if phase is dwell.phase:
        return dwell
    if dwell.phase is Phase.RESTING and phase is Phase.AWAY:
        if not _counts(rule, wall):
            return Dwell(phase=rule.start)
        return Dwell(phase=phase, left_at=wall, due=now + rule.seconds)
    return Dwell(
        phase=phase,
        left_at=dwell.left_at if phase is not Phase.RESTING else None,
        due=dwell.due if phase in _COUNTING else None,
        settles=now + rule.settle_seconds if phase in _SETTLING else None,
    )


def time_says(dwell: Dwell, now: float) -> Said | None:
    """Whether something is due."""
    if dwell.phase is Phase.AWAY and dwell.due is not None and now >= dwell.due:
        return Said.DUE
    if dwell.settles is not None and now >= dwell.settles:
        return Said.SETTLED
    return None


def resumed(rule: Rule, dwell: Dwell, remaining_seconds: float | None, now: float) -> Dwell:
    """How it stands after a restart, `remaining_seconds` before it was due by the wall clock.

    A clock that lost its time with the power may not make anybody wait longer than the rule does.
    """
    due = None
    if dwell.phase in _COUNTING:
        remaining = rule.seconds if remaining_seconds is None else min(remaining_seconds, rule.seconds)
        due = now + max(remaining, GRACE_SECONDS)
    settles = now + rule.settle_seconds if dwell.phase in _SETTLING else None
    return replace(dwell, due=due, settles=settles)


def _counts(rule: Rule, wall: datetime) -> bool:
    """Whether an absence that begins now can become an alarm: at night, and due before the night is over."""
    if rule.night is None:
        return True
    end = rule.night.end_of(wall)
    return end is not None and wall + timedelta(seconds=rule.seconds) < end
