"""Whether a signal is what the house may be given, field by field: for the rules of the fleet and for plug-ins.

Type checkers see what is written, not what a stranger's decoder returns: a text where a number belongs would be found
only far behind it.
"""

from collections.abc import Mapping
from datetime import datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from drivers.event import RAW_LIMIT_BYTES, Kind, Signal
from drivers.measurements import QUANTITIES

TEXT_LIMIT = 256
TUPLE_LIMIT = 64
INTEGER_LIMIT = 2**63
"""What the store can hold."""

_tables: dict[type, Mapping[str, tuple[type, ...]]] = {}


def fault_in(signal: object) -> str | None:
    """What is wrong with it, in words without its values; None where it is sound."""
    if not isinstance(signal, Signal):
        return "it is no Signal"
    wrong = wrong_field(signal) or (signal.location and wrong_field(signal.location))
    if wrong:
        return f"its {wrong} is not what the field says"
    location = signal.location
    if location is not None and not (abs(location.latitude) <= 90 and abs(location.longitude) <= 180):
        return "its location is not on earth"
    if signal.kind is Kind.MEASUREMENT:
        known = QUANTITIES.get(str(signal.type))
        if known is None or known.unit != signal.unit:
            return "its quantity and unit are not in drivers.measurements"
    return None


def wrong_field(said: Any) -> str | None:
    """The first field of a dataclass that holds what its annotation does not allow; None where all are right.

    Of generic types only the outer one is looked at, of tuples also that they hold texts.
    """
    for name, types in _table(type(said)).items():
        value = getattr(said, name)
        if not isinstance(value, types) or not _is_sound(value):
            return name
    return None


def _table(kind: type) -> Mapping[str, tuple[type, ...]]:
    table = _tables.get(kind)
    if table is None:
        table = _tables[kind] = {name: _types(hint) for name, hint in get_type_hints(kind).items()}
    return table


def _types(hint: object) -> tuple[type, ...]:
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    found = tuple(get_origin(part) or part for part in parts)
    return (*found, int) if float in found else found


def _is_sound(value: object) -> bool:
    """Whether it can be stored and sent: bounded, finite, whole text, times with their zone."""
    if isinstance(value, str):
        return len(value) <= TEXT_LIMIT and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, bytes):
        return len(value) <= RAW_LIMIT_BYTES
    if isinstance(value, int | float):
        return abs(value) < INTEGER_LIMIT  # no infinity is, and nothing that is no number
    if isinstance(value, datetime):
        return value.utcoffset() is not None
    if isinstance(value, tuple):
        return len(value) <= TUPLE_LIMIT and all(isinstance(part, str) and _is_sound(part) for part in value)
    return True
