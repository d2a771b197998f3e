"""The seconds around each fall, as rows: the SQL of the table `excerpt`. Bounded by number and by age."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.contract.times import to_text

LIMIT = 500
"""Three megabytes at most."""
KEPT = timedelta(days=365)

_COLUMNS = "x.event, x.device, x.taken_at, x.position, x.rate_hz, x.range_g, x.impact_ms, x.samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExcerpt:
    """One excerpt: `samples` are x, y, z as signed 16-bit little-endian counts, 32767 being `range_g`."""

    event: str
    device: str
    taken_at: datetime
    position: str
    rate_hz: float
    range_g: float
    impact_ms: int
    samples: bytes


def keep(connection: sqlite3.Connection, excerpt: StoredExcerpt) -> None:
    """Write one; the oldest make room. Of one fall the first is kept."""
    connection.execute(
        "INSERT OR IGNORE INTO excerpt VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            excerpt.event, excerpt.device, to_text(excerpt.taken_at), excerpt.position, excerpt.rate_hz,
            excerpt.range_g, excerpt.impact_ms, excerpt.samples,
        ),
    )  # fmt: skip
    surplus = "SELECT event FROM excerpt ORDER BY taken_at DESC LIMIT -1 OFFSET ?"
    connection.execute(f"DELETE FROM excerpt WHERE event IN ({surplus})", (LIMIT,))  # noqa: S608


def forget_old(connection: sqlite3.Connection, now: datetime) -> None:
    """Delete what is older than KEPT."""
    connection.execute("DELETE FROM excerpt WHERE taken_at < ?", (to_text(now - KEPT),))


def rows(connection: sqlite3.Connection, event: str | None = None) -> list[dict[str, Any]]:
    """All excerpts, oldest first, or that of one alarm; with what the alarm was and what the centre said of it."""
    query = (
        f"SELECT {_COLUMNS}, x.result, e.details, e.kind FROM excerpt AS x LEFT JOIN event AS e ON e.id = x.event "  # noqa: S608
        "WHERE ? IS NULL OR x.event = ? ORDER BY x.taken_at"
    )
    names = (*(name.removeprefix("x.") for name in _COLUMNS.split(", ")), "result", "details", "kind")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query, (event, event)).fetchall()]
