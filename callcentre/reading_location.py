"""Where an alarm's device was, as its house says it: bounded here, and dropped where it is no place on earth."""

import math
from dataclasses import dataclass
from typing import Any

WORD_LIMIT = 16
_LONGEST_SECONDS = 10 * 365 * 86_400
_WIDEST_METRES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Degrees in WGS-84; accuracy in metres; how old the fix was at the alarm, in seconds. Unknown is None."""

    latitude: float
    longitude: float
    accuracy_m: float | None
    age_seconds: float | None
    source: str | None
    datum: str | None


def read_location(value: Any) -> Whereabouts | None:
    """The `location` of an alarm's data; None where there is none. Never raises."""
    if not isinstance(value, dict):
        return None
    latitude, longitude = _number(value.get("latitude"), -90, 90), _number(value.get("longitude"), -180, 180)
    if latitude is None or longitude is None:
        return None
    return Whereabouts(
        latitude=latitude,
        longitude=longitude,
        accuracy_m=_number(value.get("accuracy_m"), 0, _WIDEST_METRES),
        age_seconds=_number(value.get("age_seconds"), 0, _LONGEST_SECONDS),
        source=_word(value.get("source")),
        datum=_word(value.get("datum")),
    )


def _number(value: Any, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high and math.isfinite(value) else None


def _word(value: Any) -> str | None:
    return value[:WORD_LIMIT] if isinstance(value, str) and value else None
