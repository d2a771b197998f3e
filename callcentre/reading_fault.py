"""What exactly is wrong with a device, as one word of a trouble's evidence: two faults of one device are two."""

import re
from typing import Any

DEVICE_FAULT = "device_fault"
"""The only trouble that says more of itself."""
BABBLING, STUCK_BUTTON = "babbling", "stuck_button"
READING = "reading."
"""Stands before the quantity whose readings cannot be true."""
_WORD = re.compile(r"[a-z0-9_]{1,32}")
_STUCK = "stuck_"


def read_fault(evidence: Any) -> str:
    """The word; empty where none is said. Never raises."""
    if not isinstance(evidence, dict):
        return ""
    fault, quantity, marks = evidence.get("fault"), evidence.get("quantity"), evidence.get("marks")
    if _is_word(fault):
        return str(fault)
    if evidence.get(BABBLING) is True:
        return BABBLING
    if _is_word(quantity):
        return f"{READING}{quantity}"
    is_stuck = isinstance(marks, list) and any(isinstance(mark, str) and mark.startswith(_STUCK) for mark in marks)
    return STUCK_BUTTON if is_stuck else ""


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None
