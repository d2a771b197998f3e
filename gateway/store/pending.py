"""Alarms that their person may still take back, as rows: the SQL of the table `pending`."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

import msgspec

from drivers.event import Event
from gateway.contract.times import from_text, to_text
from gateway.store.jobs import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One held alarm. `due` is by the wall clock, `seconds` the whole window."""

    event: Event
    due: datetime
    seconds: float


class _Details(msgspec.Struct):
    event: Event
    seconds: float


def hold(connection: sqlite3.Connection, row: Pending, change: Change | None) -> None:
    """Write a held alarm and the condition it began."""
    event, known = row.event, "SELECT 1 FROM event WHERE id = ?"
    if connection.execute(known, (event.id,)).fetchone() is not None:
        return  # it was tried again behind the alarm itself
    details = msgspec.json.encode(_Details(event=event, seconds=row.seconds)).decode()
    connection.execute(
        "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?)", (event.id, event.type, to_text(row.due), details)
    )
    if change is not None:
        connection.execute(
            "INSERT OR REPLACE INTO condition VALUES (?, ?, ?, ?)",
            (change.device, change.name, change.event or event.id, to_text(event.received_at)),
        )


def all_rows(connection: sqlite3.Connection) -> list[Pending]:
    """Every alarm that was held when the house was last up. One that cannot be read any more is left out."""
    connection.execute("DELETE FROM pending WHERE event IN (SELECT id FROM event)")
    found: list[Pending] = []
    for due, details in connection.execute("SELECT due, details FROM pending ORDER BY due").fetchall():
        try:
            read = msgspec.json.decode(details, type=_Details)
            found.append(Pending(event=read.event, due=from_text(due), seconds=read.seconds))
        except (msgspec.MsgspecError, ValueError):
            continue
    return found
