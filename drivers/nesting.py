"""How deep a JSON value is nested, without recursion: what parses on one Python overflows the stack of another."""

from typing import Any

LIMIT_LEVELS = 32
"""No message of any device or platform that we know of nests deeper than a handful of levels."""


def is_too_deep(value: Any) -> bool:
    """Whether a decoded JSON value has more than `LIMIT_LEVELS` levels of objects and lists."""
    level = [value]
    for _ in range(LIMIT_LEVELS + 1):
        level = [
            item
            for outer in level
            for item in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True
