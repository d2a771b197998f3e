"""The small tables that a new database takes over from another, row by row as far as each can be believed.

What is half overwritten must not end a later start: each value has to be of its column's form.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from gateway.contract.times import from_text

Row = tuple[Any, ...]
Rows = Callable[[str, int], dict[Row, Row]]

_TABLES = {
    "condition": ("device", "name", "event", "since"),
    "watching": ("device", "rule", "due", "details"),
    "pending": ("event", "type", "due", "details"),
    "delivery": ("event", "route", "attempts", "sent", "received"),
}
"""Their columns; the first two are the key."""
_PRESENT = ("condition", "watching", "pending")
"""What these hold is so now; the others only grow."""
_SETTINGS = {"executed": "details", "silenced": "details", "away_since": "since", "absence": "details"}
"""The settings that are taken over, each with the column whose form it has."""
_TIMES = frozenset({"since", "due", "sent", "received"})
_NEVER_NULL = frozenset({"since", "sent"})


def read_tables(connection: sqlite3.Connection, rows: Rows) -> dict[str, list[Row]]:
    """The sound rows of each table. `rows` runs a query (`{way}` in it is ASC or DESC) with so many key columns."""
    found: dict[str, list[Row]] = {}
    for name, columns in _TABLES.items():
        order = ", ".join(f"{column} {{way}}" for column in columns[:2])
        query = f"SELECT {', '.join(columns)} FROM {name} ORDER BY {order}"  # noqa: S608
        whole = [(*key, *rest) for key, rest in rows(query, 2).items()]
        found[name] = [row for row in whole if all(map(_is_sound, columns, row))]
    found["setting"] = []
    for name, form in _SETTINGS.items():
        with suppress(sqlite3.Error):
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
            if row and _is_sound(form, row[0]):
                found["setting"].append((name, row[0]))
    return found


def write_tables(connection: sqlite3.Connection, tables: dict[str, list[Row]], *, instead: bool) -> None:
    """Write them beside what is there; with `instead`, in the place of what is there and was to be so now."""
    for name, rows in tables.items():
        if instead and name in _PRESENT:
            connection.execute(f"DELETE FROM {name}")  # noqa: S608
        columns = _TABLES.get(name, ("name", "value"))
        places = ", ".join("?" * len(columns))
        insert = f"INSERT OR IGNORE INTO {name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
        connection.executemany(insert, rows)


def _is_sound(column: str, value: Any) -> bool:
    if value is None:
        return column in _TIMES - _NEVER_NULL
    try:
        if column in _TIMES:
            from_text(value)
        elif column == "details":
            msgspec.json.decode(value)
    except (msgspec.MsgspecError, ValueError, TypeError):
        return False
    return isinstance(value, int if column == "attempts" else str)
