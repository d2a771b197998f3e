"""How an alarm stands that its person may still take back: a table. Pure.

    opened ──help──► confirmed ─┐
       │                        ├──► raised
       ├─────due────► due ──────┘
       └─────well───► cancelled ───► told as cancelled

Only what is `opened` hears words: what has been decided once is never decided again.
"""

from collections.abc import Mapping
from enum import StrEnum


class Standing(StrEnum):
    """Where a held alarm is."""

    OPENED = "opened"
    CONFIRMED = "confirmed"
    DUE = "due"
    CANCELLED = "cancelled"


class Word(StrEnum):
    """What is said to a held alarm: by somebody, by a sensor, or by time."""

    HELP = "help"
    WELL = "well"
    DUE = "due"


TRANSITIONS: Mapping[tuple[Standing, Word], Standing] = {
    (Standing.OPENED, Word.HELP): Standing.CONFIRMED,
    (Standing.OPENED, Word.WELL): Standing.CANCELLED,
    (Standing.OPENED, Word.DUE): Standing.DUE,
}
"""Whatever is not here changes nothing."""


def step(standing: Standing, word: Word) -> Standing:
    """What comes of a word."""
    return TRANSITIONS.get((standing, word), standing)
