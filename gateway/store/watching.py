"""What is being watched over time, as rows: the SQL of the table `watching`."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from gateway.contract.times import from_text, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """How one rule stands with one device. `due` is by the wall clock; `details` is the rule's own JSON."""

    device: str
    rule: str
    due: datetime | None
    details: str


def keep(connection: sqlite3.Connection, row: Watching) -> None:
    """Write how it stands, in the place of what stood before."""
    connection.execute(
        "INSERT OR REPLACE INTO watching VALUES (?, ?, ?, ?)",
        (row.device, row.rule, to_text(row.due) if row.due else None, row.details),
    )


def forget(connection: sqlite3.Connection, device: str, rule: str) -> None:
    """There is nothing to remember any more."""
    connection.execute("DELETE FROM watching WHERE device = ? AND rule = ?", (device, rule))


def all_rows(connection: sqlite3.Connection) -> list[Watching]:
    """Everything that was being watched when the house was last up."""
    rows = connection.execute("SELECT device, rule, due, details FROM watching").fetchall()
    return [
        Watching(device=device, rule=rule, due=from_text(due) if due else None, details=details)
        for device, rule, due, details in rows
    ]
