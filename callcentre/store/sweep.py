"""What is forgotten when. Unresolved alarms are never deleted; everything else has an age at which it goes."""

import sqlite3
from datetime import datetime, timedelta

from gateway.contract.times import to_text

SLICE = 500
EVENTS_KEPT = timedelta(days=90)
ANSWERS_KEPT = timedelta(days=7)
RECORDS_KEPT = timedelta(days=1_095)
_RULES = (
    ("event", "received_at < ?", EVENTS_KEPT),
    ("message", "received_at < ?", EVENTS_KEPT),
    ("answer_outbox", "created_at < ?", ANSWERS_KEPT),
    ("audit", "at < ?", RECORDS_KEPT),
    ("alarm", "updated_at < ? AND (handling = 4 OR filed = 1)", RECORDS_KEPT),
)


def sweep(connection: sqlite3.Connection, now: datetime) -> bool:
    """Delete one slice of each table's oldest; True where there may be more."""
    more = False
    for table, condition, kept in _RULES:
        cursor = connection.execute(
            f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM {table} WHERE {condition} ORDER BY seq LIMIT {SLICE})",  # noqa: S608
            (to_text(now - kept),),
        )
        more = more or cursor.rowcount == SLICE
    connection.execute("PRAGMA incremental_vacuum(200)").fetchall()  # frees a page per row asked for
    return more


def probe(connection: sqlite3.Connection) -> None:
    """Take the write lock and find the schema: proof that the writer works, without wearing the disk."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
