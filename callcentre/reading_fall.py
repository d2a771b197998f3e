"""What a fall alarm's evidence says, as an operator is to see it in three seconds.

Only the keys below are taken, each bounded; whatever else is in the evidence stays unshown.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

_EXPLANATION = re.compile(r"fall\.[a-z_]{1,32}")
_LARGEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FallFacts:
    """Why the house tells of a fall, and how the person is. Unknown is None; `score` is the model's, 0 to 1."""

    explanation: str | None = None
    score: float | None = None
    peak_g: float | None = None
    still_seconds: float | None = None
    turned_degrees: float | None = None
    long_lie_minutes: float | None = None
    walking: bool | None = None
    said_all_right: bool | None = None


def read_fall(evidence: dict[str, Any]) -> FallFacts | None:
    """The facts of a fall; None where there are none. Never raises."""
    explanation, walking = evidence.get("explanation"), evidence.get("walking")
    facts = FallFacts(
        explanation=explanation if isinstance(explanation, str) and _EXPLANATION.fullmatch(explanation) else None,
        score=_number(evidence.get("score")),
        peak_g=_number(evidence.get("peak_g")),
        still_seconds=_number(evidence.get("still_seconds")),
        turned_degrees=_number(evidence.get("turned_degrees")),
        long_lie_minutes=_number(evidence.get("long_lie_minutes")),
        walking=walking if isinstance(walking, bool) else None,
        said_all_right=True if isinstance(evidence.get("said_all_right"), str) else None,
    )
    return facts if facts != FallFacts() else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), 2) if math.isfinite(value) and 0 <= value <= _LARGEST else None
