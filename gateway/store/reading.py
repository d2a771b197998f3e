"""Reading the store beside a running gateway: short read-only transactions, so that the WAL can be reset in between."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.contract.times import to_text
from gateway.store.jobs import HANDLING

PAGE = 500
"""Rows per read transaction."""
_FIELDS = "sequence, id, kind, type, device, room, received_at, priority, repeat_count, result, " + ", ".join(HANDLING)
# Not in the view: where somebody was is nothing for every tool that opens the file.
_LOCATION = "(SELECT json_extract(details, '$.location') FROM event AS e WHERE e.sequence = events.sequence)"
_FIELDS += f", {_LOCATION} AS location"
_ROUTES = (
    "(SELECT json_group_object(route, json_object('attempts', attempts, 'sent', sent, 'received', d.received)) "
    "FROM delivery AS d WHERE d.event = events.id)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which events; None means all. `limit` is the newest so many."""

    kind: str | None = None
    device: str | None = None
    since: datetime | None = None
    limit: int | None = None


def events(connection: sqlite3.Connection, wanted: Filter) -> Iterator[dict[str, Any]]:
    """The events, oldest first, each as `anju events` shows it."""
    where, values = _where(wanted)
    last = _before_newest(connection, where, values, wanted.limit)
    fields = f"{_FIELDS}, {_ROUTES if _knows_routes(connection) else 'NULL'} AS routes"
    while True:
        query = f"SELECT {fields} FROM events WHERE sequence > ? AND {where} ORDER BY sequence LIMIT ?"  # noqa: S608
        page = connection.execute(query, [last, *values, PAGE]).fetchall()
        for row in page:
            yield _shown(row)
        if len(page) < PAGE:
            return
        last = page[-1]["sequence"]


def _knows_routes(connection: sqlite3.Connection) -> bool:
    """Whether the file is new enough to tell of further routes; only the running gateway brings one up to date."""
    query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'delivery'"
    return bool(connection.execute(query).fetchone()[0])


def _where(wanted: Filter) -> tuple[str, list[str]]:
    parts = {
        "kind = ?": wanted.kind,
        "device = ?": wanted.device,
        "received_at >= ?": to_text(wanted.since) if wanted.since else None,
    }
    used = {part: value for part, value in parts.items() if value is not None}
    return " AND ".join(used) or "1", list(used.values())


def _before_newest(connection: sqlite3.Connection, where: str, values: list[str], limit: int | None) -> int:
    if limit is None:
        return 0
    query = f"SELECT sequence FROM events WHERE {where} ORDER BY sequence DESC LIMIT 1 OFFSET ?"  # noqa: S608
    row = connection.execute(query, [*values, max(0, limit)]).fetchone()
    return int(row["sequence"]) if row else 0


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "kind", "type", "device", "room", "received_at")}
    shown["answers"] = {state: row[state] for state in HANDLING}
    shown |= {name: row[name] for name in ("result", "priority", "repeat_count")}
    if row["location"]:
        shown["location"] = json.loads(row["location"])
    routes = json.loads(row["routes"] or "{}")
    if routes:
        shown["routes"] = routes
    return shown


def activities(connection: sqlite3.Connection, since: datetime) -> Iterator[tuple[str, str, str]]:
    """Device, type and time of receipt of every sign of daily life since then, oldest first."""
    last = 0
    query = (
        "SELECT sequence, device, type, received_at FROM event WHERE sequence > ? AND priority = 'telemetry' "
        "AND received_at >= ? AND kind = 'activity' AND device IS NOT NULL ORDER BY sequence LIMIT ?"
    )
    while True:
        page = connection.execute(query, (last, to_text(since), PAGE)).fetchall()
        for row in page:
            yield row["device"], row["type"], row["received_at"]
        if len(page) < PAGE:
            return
        last = page[-1]["sequence"]
