"""A device's message as a JSON object, and its values in whatever shape makers write them. Nothing here raises.

Shapes seen in the field: booleans as true, "True", 1 and "ON"; a battery as "100.00"; null for "not known yet".
"""

import math
from typing import Any

import msgspec

from drivers.nesting import LIMIT_LEVELS, is_too_deep

State = dict[str, Any]

_TRUE = frozenset({"true", "1", "on", "yes"})
_FALSE = frozenset({"false", "0", "off", "no"})
_DECODER = msgspec.json.Decoder()


def read(payload: bytes, limit_bytes: int) -> State | str:
    """The JSON object in a payload, or the reason why there is none. Never raises."""
    if len(payload) > limit_bytes:
        return "oversize"
    try:
        payload.decode("utf-8")
        value = _DECODER.decode(payload)
    except UnicodeDecodeError:
        return "bad_utf8"
    except RecursionError:
        return "too_deep"
    except msgspec.MsgspecError:
        return "bad_json"
    if payload.count(b"[") + payload.count(b"{") > LIMIT_LEVELS and is_too_deep(value):
        return "too_deep"
    return value if isinstance(value, dict) else "not_object"


def truth(value: object) -> bool | None:
    """A boolean in any of its shapes; None where it is unknown or no boolean."""
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return None


def number(value: object) -> float | None:
    """A finite number, also as text; None for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None
