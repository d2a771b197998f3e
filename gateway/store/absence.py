"""What the house remembers of nobody being at home: one setting, as JSON."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from gateway.contract.times import from_text

BOX: Final = "box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """`until` is None where somebody has only gone out. `by` is who said so: box, installer, family or centre.

    `asked_at` is when the district was last asked whether it still holds; the beginning where it was not.
    """

    since: datetime
    until: datetime | None = None
    by: str = BOX
    asked_at: datetime


def keep(connection: sqlite3.Connection, said: Callable[[], Absence | None]) -> None:
    """Keep the absence as it is when this is written: what was said last counts."""
    absence = said()
    connection.execute("DELETE FROM setting WHERE name IN ('absence', 'away_since')")
    if absence is not None:
        connection.execute("INSERT INTO setting VALUES ('absence', ?)", (msgspec.json.encode(absence).decode(),))


def read(connection: sqlite3.Connection) -> Absence | None:
    """The absence that holds; None while somebody is at home, as far as anybody said."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'absence'").fetchone()
    if row is not None:
        return msgspec.json.decode(row[0], type=Absence)
    # Of a version that knew no end of an absence.
    row = connection.execute("SELECT value FROM setting WHERE name = 'away_since'").fetchone()
    return Absence(since=from_text(row[0]), asked_at=from_text(row[0])) if row else None
