"""What of an event's evidence may leave the house: numbers and machine words, never free text.

Evidence is filled by many hands (drivers, watchers, models). Names, addresses and telephone numbers must not travel
in it whatever a later hand puts there, so the shape is checked here, at the door, instead of at each source.
"""

import math
import re
from typing import Any

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_WORD = re.compile(r"(?!.*\d{7})[A-Za-z0-9_.:+-]{1,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The key of an explanation, a model version, a type, an id. Seven digits in a row are a telephone or identity number
unless they stand in a UUID."""

PERSONAL_WORDS = frozenset(
    {"name", "address", "street", "telephone", "phone", "mobile", "email", "contact", "identity", "card", "birthday"}
    | {"location", "latitude", "longitude", "password", "token", "secret"}
)
"""A key with one of these among its underscore-separated parts stays in the house."""

_LARGEST_WHOLE_NUMBER = 2**53
"""Beyond this a reader that keeps numbers as doubles would read another number."""
_LIST_LIMIT = 16


def leaving(evidence: dict[str, Any]) -> dict[str, Any]:
    """The part of `evidence` that may leave the house.

    Kept: true, false, null, finite numbers, words of up to 64 ASCII letters, digits and `_.:+-`, UUIDs, and
    lists of at most 16 of these. Everything else is left out, whole.
    """
    return {key: value for key, value in evidence.items() if _key_may_leave(key) and _value_may_leave(value)}


def _key_may_leave(key: str) -> bool:
    return _KEY.fullmatch(key) is not None and PERSONAL_WORDS.isdisjoint(key.split("_"))


def _value_may_leave(value: object) -> bool:
    if isinstance(value, list | tuple):
        return len(value) <= _LIST_LIMIT and all(_scalar_may_leave(item) for item in value)
    return _scalar_may_leave(value)


def _scalar_may_leave(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) <= _LARGEST_WHOLE_NUMBER
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str) and _WORD.fullmatch(value) is not None
