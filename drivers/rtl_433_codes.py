"""The EV1527 code behind a line of rtl_433, whichever of its decoders printed it.

One burst of an EV1527 sender is decoded several ways at once, each under another model: a remote's 16 and 8 bits, a
smoke detector's mirrored bits, an alarm kit's 20 and 4 bits, a row of a flex decoder. All of them come back to the one
code, so that they are one device and one press. Source: rtl_433's decoders; captured rows.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_CODE_BITS = 24
_ROW = re.compile(r"\{(\d{1,3})\}([0-9A-Fa-f]{6,8})")
_HEXADECIMAL = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{1,8})")
_SMOKE_GS558 = "Smoke-GS558"
_GS558_NIBBLE = "3"
"""What every code of a real GS558 ends with; other senders that rtl_433 takes for one end with anything."""

_SYNC_BIT_LEADS = frozenset({"DY-SQ100B-WaterLeak-EV1527"})
"""Flex decoders whose rows of 25 bits begin with the sync bit; of others it is the last bit."""


def codes24(line: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of six hexadecimal digits that a line may stand for, the likelier first; () where it is no such code.

    There are two where a row has 25 bits and both its ends may be the sync bit.
    """
    parts = _BY_MODEL.get(str(line.get("model")))
    if parts is not None:
        code = parts(line)
        return () if code is None else (f"{code:06X}",)
    found = _of_row(row_of(line))
    return found[::-1] if str(line.get("model")) in _SYNC_BIT_LEADS else found


def is_smoke_gs558(line: Mapping[str, Any]) -> bool:
    """Whether a line that says so can be of a real GS558: rtl_433 takes remotes and other sensors for one."""
    return line.get("model") == _SMOKE_GS558 and all(code[-1] == _GS558_NIBBLE for code in codes24(line))


def sync_bit_leads(line: Mapping[str, Any]) -> bool:
    """Whether the line is a row of 25 bits that begins with a bit that may be the sync bit."""
    row = row_of(line)
    return row is not None and row[0] == _CODE_BITS + 1 and bool(row[1] >> _CODE_BITS)


def integer(value: object) -> int | None:
    """A number that is not negative; as text it is hexadecimal."""
    if isinstance(value, str):
        match = _HEXADECIMAL.fullmatch(value)
        return int(match.group(1), 16) if match else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _of_row(row: tuple[int, int] | None) -> tuple[str, ...]:
    if row is None:
        return ()
    bits, value = row
    if bits == _CODE_BITS:
        return (f"{value:06X}",)
    ends_with_sync, begins_with_sync = f"{value >> 1:06X}", f"{value & 0xFFFFFF:06X}"
    if not value >> _CODE_BITS:
        return (ends_with_sync,)
    return (ends_with_sync, begins_with_sync) if value & 1 else (begins_with_sync,)


def row_of(line: Mapping[str, Any]) -> tuple[int, int] | None:
    """The first row of 24 or 25 bits of a flex decoder: its length and value."""
    for bits, text in _rows(line):
        spare = 4 * len(text) - bits
        if bits in (_CODE_BITS, _CODE_BITS + 1) and 0 <= spare < 8:
            return bits, int(text, 16) >> spare
    return None


def _rows(line: Mapping[str, Any]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    rows, codes = line.get("rows"), line.get("codes")
    for row in [line, *(rows if isinstance(rows, list) else [])]:
        length, data = (row.get("len"), row.get("data")) if isinstance(row, dict) else (None, None)
        if isinstance(length, int) and isinstance(data, str) and re.fullmatch("[0-9A-Fa-f]{6,8}", data):
            found.append((length, data))
    matches = [_ROW.fullmatch(code) for code in codes if isinstance(code, str)] if isinstance(codes, list) else []
    return found + [(int(match.group(1)), match.group(2)) for match in matches if match]


def _parts(high: object, high_bits: int, low: object, low_bits: int) -> int | None:
    first, second = integer(high), integer(low)
    if first is None or second is None or first >> high_bits or second >> low_bits:
        return None
    return first << low_bits | second


def _mirrored(line: Mapping[str, Any]) -> int | None:
    code = line.get("code")
    value = integer(code) if isinstance(code, str) else None
    return None if value is None or value >> _CODE_BITS else int(f"{value:024b}"[::-1], 2)


def _akhan(line: Mapping[str, Any]) -> int | None:
    data = line.get("data")
    return _parts(line.get("id"), 20, data.partition(" ")[0] if isinstance(data, str) else None, 4)


_BY_MODEL: Mapping[str, Callable[[Mapping[str, Any]], int | None]] = {
    "Generic-Remote": lambda line: _parts(line.get("id"), 16, line.get("cmd"), 8),
    "Kerui-Security": lambda line: _parts(line.get("id"), 20, line.get("cmd"), 4),
    "Chuango-Security": lambda line: _parts(line.get("id"), 20, line.get("cmd_id"), 4),
    "Akhan-100F14": _akhan,
    _SMOKE_GS558: _mirrored,
}
