"""Reading alarms: rows as the API shows them, and the order in which operators get them."""

import json
import sqlite3
from typing import Any

from callcentre.handling import Handling

Row = dict[str, Any]

_SELECT = """
SELECT alarm.*, resident.name AS resident_name, resident.address AS resident_address
FROM alarm LEFT JOIN resident ON resident.pseudonym = alarm.pseudonym
"""
_UNRESOLVED = "alarm.handling < 4 AND alarm.filed = 0"
_CONDITIONS = {"open": _UNRESOLVED, "closed": f"NOT ({_UNRESOLVED})", "all": "1"}
STATES = tuple(_CONDITIONS)
# Unresolved first, fire before person before others, nobody's before somebody's, an alarm before a test, who lies on
# the floor and does not move before who may have got up, then oldest first.
_QUEUE_ORDER = f"""
({_UNRESOLVED}) DESC,
CASE alarm.priority WHEN 'fire' THEN 0 WHEN 'person' THEN 1 ELSE 2 END,
alarm.handling > 0,
alarm.test,
coalesce(json_extract(alarm.finding, '$.fall.long_lie_minutes'), 0) = 0,
alarm.seq
"""
_NEWEST_FIRST = "alarm.updated_at DESC, alarm.seq DESC"
_TEXTS = ("gateway", "type", "priority", "condition", "room", "device", "model", "pseudonym", "reason", "repeat_count")
_TIMES = ("since", "received_at", "updated_at")
_OTHERS = ("owner", "owner_role", "minutes", "result", "note", "resident_name", "resident_address")
_FLAGS = ("test", "late", "silent", "filed", "understood", "since_known", "battery_low", "supervised")


def queue(connection: sqlite3.Connection, state: str, limit: int) -> tuple[list[Row], int]:
    """The first `limit` alarms in the queue's order (`closed`: newest first), and how many there are in all."""
    condition = _CONDITIONS[state]
    order = _NEWEST_FIRST if state == "closed" else _QUEUE_ORDER
    rows = connection.execute(f"{_SELECT} WHERE {condition} ORDER BY {order} LIMIT ?", (limit,))
    total = connection.execute(f"SELECT count(*) FROM alarm WHERE {condition}").fetchone()[0]  # noqa: S608
    return [_shown(row) for row in rows], int(total)


def alarm(connection: sqlite3.Connection, key: str) -> Row | None:
    """One alarm as the queue shows it."""
    row = connection.execute(f"{_SELECT} WHERE alarm.key = ?", (key,)).fetchone()
    return _shown(row) if row else None


def alarm_in_full(connection: sqlite3.Connection, key: str) -> Row | None:
    """One alarm with the resident's card and who did what."""
    shown = alarm(connection, key)
    if shown is None:
        return None
    card = connection.execute("SELECT * FROM resident WHERE pseudonym = ?", (shown["pseudonym"],)).fetchone()
    shown["resident"] = dict(card) if card else {"pseudonym": shown["pseudonym"]}
    history = connection.execute(
        "SELECT at, name, role, action, detail FROM audit WHERE alarm = ? ORDER BY seq", (key,)
    )
    shown["history"] = [dict(row) for row in history]
    return shown


def _shown(row: sqlite3.Row) -> Row:
    shown: Row = {"id": row["key"], "alarm": row["id"], "state": Handling(row["handling"]).word}
    shown |= {name: row[name] for name in (*_TEXTS, *_TIMES, *_OTHERS)}
    shown |= {name: json.loads(row[name]) if row[name] else None for name in ("location", "finding")}
    return shown | {name: None if row[name] is None else bool(row[name]) for name in _FLAGS}
