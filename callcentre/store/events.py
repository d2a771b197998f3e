"""Filing events that are no alarms: a bounded history, and per home the faults that are not over."""

import sqlite3
from datetime import datetime

from callcentre import answers
from callcentre.reports import UNREADABLE, EventReport
from callcentre.store.filing import Filed, remember
from gateway.contract import topics
from gateway.contract.times import to_text

FAULTS_PER_HOME = 200
HISTORY_PER_HOME = 20_000
_FAULT_KINDS = frozenset({"trouble", "tamper", "low_battery", "supervision_lost", UNREADABLE})


def file_event(connection: sqlite3.Connection, report: EventReport, now: datetime) -> Filed:
    """File one readable event."""
    filed = Filed(answers=[answers.received(report.gateway, report.id, now)])
    if not remember(connection, report.gateway, topics.EVENT, report.id, now):
        filed.duplicate = True
        return filed
    keep_event(connection, report, now)
    return filed


def keep_event(connection: sqlite3.Connection, report: EventReport, now: datetime) -> None:
    """Write the history and what it changes in the home's faults."""
    connection.execute("INSERT INTO home (gateway) VALUES (?) ON CONFLICT DO NOTHING", (report.gateway,))
    at = to_text(report.at or now)
    connection.execute(
        "INSERT INTO event (gateway, kind, name, device, room, at, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (report.gateway, report.kind, report.name, report.device, report.room, at, to_text(now)),
    )
    connection.execute(
        """DELETE FROM event
        WHERE seq = (SELECT seq FROM event WHERE gateway = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)""",
        (report.gateway, HISTORY_PER_HOME),
    )
    if report.kind in _FAULT_KINDS:
        _mark(connection, report, at, over=False)
    elif report.kind == "restore":
        _mark(connection, report, at, over=True)


def _mark(connection: sqlite3.Connection, report: EventReport, at: str, *, over: bool) -> None:
    """The later of fault and restore stands, in whatever order they come.

    A restore that does not say which of a device's faults is over ends all of them; one that names a fault which is not
    known here ends the one that was filed without a name, by an earlier version.
    """
    values = {
        "gateway": report.gateway,
        "device": report.device,
        "name": report.name,
        "detail": report.detail,
        "room": report.room,
        "at": at,
        "over": over,
        "limit": FAULTS_PER_HOME,
    }
    same = "gateway = :gateway AND device = :device AND name = :name"
    if over and report.detail:
        connection.execute(
            f"""UPDATE fault SET over = 1, at = :at WHERE {same} AND detail = '' AND over = 0 AND at <= :at
            AND NOT EXISTS (SELECT 1 FROM fault WHERE {same} AND detail = :detail)""",  # noqa: S608
            values,
        )
    connection.execute(
        f"""INSERT INTO fault (gateway, device, name, detail, room, at, over)
        SELECT :gateway, :device, :name, :detail, :room, :at,
            :over OR EXISTS (SELECT 1 FROM fault WHERE {same} AND detail = '' AND over = 1 AND at > :at)
        WHERE (SELECT count(*) FROM fault WHERE gateway = :gateway) < :limit
            OR EXISTS (SELECT 1 FROM fault WHERE {same} AND detail = :detail)
        ON CONFLICT DO UPDATE SET room = excluded.room, at = excluded.at, over = excluded.over
            WHERE excluded.at >= at""",  # noqa: S608
        values,
    )
    if over and not report.detail:
        connection.execute(f"UPDATE fault SET over = 1, at = :at WHERE {same} AND over = 0 AND at <= :at", values)  # noqa: S608
