"""Filing what could not be read: kept raw, shown, answered where it bears an id, and never a flood."""

import sqlite3
from datetime import datetime

from callcentre import answers
from callcentre.reports import UNREADABLE, EventReport, UnreadableReport
from callcentre.store.events import keep_event
from callcentre.store.filing import Filed, find, free_key
from callcentre.store.queue import alarm
from gateway.contract import topics
from gateway.contract.times import to_text

NAMELESS_LIMIT = 5
"""How many unreadable alarms without an id one house can have open; more of them raise the count of the last."""


def file_unreadable(connection: sqlite3.Connection, report: UnreadableReport, now: datetime) -> Filed:
    """File one unreadable message of the alarm or event topic."""
    filed = Filed()
    known = connection.execute(
        "SELECT understood FROM message WHERE gateway = ? AND branch = ? AND id = ?",
        (report.gateway, report.branch, report.id),
    ).fetchone()
    if report.bears_id:
        understood = known is not None and bool(known["understood"])
        filed.answers.append(answers.received(report.gateway, report.id, now, understood=understood))
    if known is not None:
        filed.duplicate = True
        return filed
    if report.branch == topics.EVENT:
        _keep(connection, report, now)
        event = EventReport(
            gateway=report.gateway, id=report.id, kind=UNREADABLE, name=UNREADABLE, device="", room=None, at=None
        )
        keep_event(connection, event, now)
        return filed
    key = _count_up(connection, report, now) or _open(connection, report, now)
    filed.changed = alarm(connection, key)
    return filed


def _keep(connection: sqlite3.Connection, report: UnreadableReport, now: datetime) -> None:
    connection.execute(
        "INSERT INTO message (gateway, branch, id, understood, received_at, raw) VALUES (?, ?, ?, 0, ?, ?)",
        (report.gateway, report.branch, report.id, to_text(now), report.raw),
    )


def _count_up(connection: sqlite3.Connection, report: UnreadableReport, now: datetime) -> str | None:
    """Fold into a row that is open already; None where this one deserves its own."""
    row = find(connection, report.gateway, report.id)
    if row is None and not report.bears_id:
        nameless = connection.execute(
            "SELECT * FROM alarm"
            " WHERE gateway = ? AND understood = 0 AND bears_id = 0 AND handling < 4 ORDER BY seq DESC",
            (report.gateway,),
        ).fetchall()
        row = nameless[0] if len(nameless) >= NAMELESS_LIMIT else None
    if row is None:
        return None
    connection.execute(
        "UPDATE alarm SET repeat_count = repeat_count + 1, updated_at = ? WHERE seq = ?", (to_text(now), row["seq"])
    )
    return str(row["key"])


def _open(connection: sqlite3.Connection, report: UnreadableReport, now: datetime) -> str:
    _keep(connection, report, now)
    key = free_key(connection, report.gateway, report.id)
    home = connection.execute("SELECT pseudonym FROM home WHERE gateway = ?", (report.gateway,)).fetchone()
    connection.execute(
        """INSERT INTO alarm (key, id, gateway, type, priority, pseudonym, test, late, silent, filed, raised,
            understood, bears_id, reason, since, since_known, received_at, updated_at)
        VALUES (:key, :id, :gateway, :type, 'person', :pseudonym, 0, 0, 0, 0, 1,
            0, :bears_id, :reason, :now, 0, :now, :now)""",
        {
            "key": key,
            "id": report.id,
            "gateway": report.gateway,
            "type": UNREADABLE,
            "pseudonym": home["pseudonym"] if home else None,
            "bears_id": report.bears_id,
            "reason": report.reason,
            "now": to_text(now),
        },
    )
    return key
