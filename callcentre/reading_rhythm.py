"""What stands behind an alarm of the home's rhythm or of the circle around it: since when, how usual, how far."""

import math
import re
from dataclasses import dataclass
from typing import Any

VERDICTS = (
    "inactivity",
    "not_up",
    "bathroom_long",
    "out_too_long",
    "night_wandering",
    "geofence_exit",
)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LARGEST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmFacts:
    """`verdict` is one of VERDICTS. `since_local` is by the home's clock, `asked` whether the resident was asked aloud.

    `usual_minutes` is the longest usual silence at that hour. Unknown is None.
    """

    verdict: str
    since_local: str | None = None
    silent_minutes: float | None = None
    usual_minutes: float | None = None
    asked: bool | None = None
    distance_m: float | None = None
    radius_m: float | None = None


def read_rhythm(evidence: dict[str, Any]) -> RhythmFacts | None:
    """The facts in an alarm's evidence; None where there are none."""
    verdict, since, asked = (evidence.get(key) for key in ("verdict", "since_local", "asked"))
    if not isinstance(verdict, str) or verdict not in VERDICTS:
        return None
    return RhythmFacts(
        verdict=verdict,
        since_local=since if isinstance(since, str) and _CLOCK.fullmatch(since) else None,
        silent_minutes=_number(evidence.get("silent_minutes")),
        usual_minutes=_number(evidence.get("usual_minutes")),
        asked=asked if isinstance(asked, bool) else None,
        distance_m=_number(evidence.get("distance_m")),
        radius_m=_number(evidence.get("radius_m")),
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= _LARGEST and math.isfinite(value) else None
