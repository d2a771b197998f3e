"""A verdict in the words that may leave the house: numbers, times, machine words; the desk makes sentences of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from drivers.event import AlarmType
from gateway.contract.times import to_text

if TYPE_CHECKING:
    from models.inactivity import Verdict

NIGHT_WANDERING = "night_wandering"


def type_of(verdict: "Verdict") -> AlarmType:
    """The alarm type of a verdict's kind."""
    return AlarmType.WANDERING if verdict.kind == NIGHT_WANDERING else AlarmType.INACTIVITY


def alarm_evidence(verdict: "Verdict", *, asked: bool, prompted_at: datetime | None) -> dict[str, Any]:
    """Since when nothing moved, how long that is usual at most (None while nobody knows), and whether it was asked.

    `explanation` names the sentence, `since_local` is `since` by the home's clock.
    """
    at = datetime.fromtimestamp(verdict.at, UTC)
    return {
        "verdict": verdict.kind,
        "explanation": f"rhythm.{verdict.kind}",
        "since": to_text(datetime.fromtimestamp(verdict.since, UTC)),
        "since_local": verdict.clock,
        "silent_minutes": round(verdict.silent_hours * 60),
        "usual_minutes": None if verdict.usual_hours is None else round(verdict.usual_hours * 60),
        "asked": asked,
        "waited_minutes": None if prompted_at is None else round((at - prompted_at).total_seconds() / 60),
    }


def note_evidence(verdict: "Verdict", changes: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """What a note to the district says: of each thing that changed how much a day it is this week, and was before."""
    week = {name: round(now, 1) for name, (now, _) in changes.items()}
    before = {f"{name}_before": round(usual, 1) for name, (_, usual) in changes.items()}
    return {"verdict": verdict.kind, "explanation": f"rhythm.{verdict.kind}", **week, **before}
