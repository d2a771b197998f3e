"""What a rule of the house found, as an operator is to see it: readings beyond a limit, an absence for too long.

Only the keys below are taken from an alarm's evidence, each bounded; whatever else is in it stays unshown.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from callcentre.reading_fall import FallFacts, read_fall
from callcentre.reading_rhythm import RhythmFacts, read_rhythm

READINGS_LIMIT = 8
_WORD = re.compile(r"[A-Za-z0-9_]{1,32}")
_LARGEST = 1_000_000
_FALL = "fall"
_SIDES = ("low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Readings of a quantity beyond a limit, since when somebody is away, a fall, or a silence. Unknown is None."""

    quantity: str | None = None
    unit: str | None = None
    readings: tuple[float, ...] = ()
    beyond: str | None = None
    limit: float | None = None
    in_a_row: float | None = None
    minutes: float | None = None
    limit_minutes: float | None = None
    fall: FallFacts | None = None
    rhythm: RhythmFacts | None = None


def read_finding(evidence: Any, alarm_type: str = "") -> Finding | None:
    """The finding in an alarm's evidence; None where there is none. Never raises."""
    if not isinstance(evidence, dict):
        return None
    listed = evidence.get("readings")
    readings = [_number(value) for value in listed[:READINGS_LIMIT]] if isinstance(listed, list) else []
    beyond = evidence.get("beyond")
    found = Finding(
        quantity=_word(evidence.get("quantity")),
        unit=_word(evidence.get("unit")),
        readings=tuple(value for value in readings if value is not None),
        beyond=beyond if isinstance(beyond, str) and beyond in _SIDES else None,
        limit=_number(evidence.get("limit")),
        in_a_row=_number(evidence.get("in_a_row")),
        minutes=_number(evidence.get("minutes")),
        limit_minutes=_number(evidence.get("limit_minutes")),
        fall=read_fall(evidence) if alarm_type == _FALL else None,
        rhythm=read_rhythm(evidence),
    )
    measured = (found.quantity is not None and found.readings) or found.limit_minutes is not None
    return found if measured or found.fall or found.rhythm else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LARGEST and math.isfinite(value) else None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None
