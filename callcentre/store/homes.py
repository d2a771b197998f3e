"""The table of homes: who gave a sign of life when, and what each birth is told about its open alarms."""

import json
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from callcentre import answers
from callcentre.reports import StatusReport
from callcentre.store.filing import Filed, find, progress_of
from gateway.contract.times import from_text, to_text

GRACE = timedelta(seconds=60)
PROBLEMS_SHOWN = 20
REQUESTS_SHOWN = 5
_REQUESTS_SINCE = timedelta(hours=24)


def file_status(connection: sqlite3.Connection, report: StatusReport, now: datetime) -> Filed:
    """File a birth, heartbeat, end or will, and answer each alarm that the house holds open."""
    connection.execute("INSERT INTO home (gateway) VALUES (?) ON CONFLICT DO NOTHING", (report.gateway,))
    home = connection.execute("SELECT * FROM home WHERE gateway = ?", (report.gateway,)).fetchone()
    status = report.status
    if status.state == "offline" and status.session < home["session"]:
        return Filed(duplicate=True)
    _note(connection, report, home, now)
    if status.state != "online":
        return Filed()
    return Filed(answers=[_present(connection, report.gateway, alarm, now) for alarm in status.open])


def file_digest(connection: sqlite3.Connection, gateway: str, now: datetime) -> Filed:
    """Note that a telemetry digest came; it is not answered."""
    connection.execute(
        "INSERT INTO home (gateway, digest_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET digest_at = excluded.digest_at",
        (gateway, to_text(now)),
    )
    return Filed()


def homes(connection: sqlite3.Connection, now: datetime) -> list[dict[str, Any]]:
    """Every home that was ever heard, the ones that need a look first."""
    rows = connection.execute(
        """SELECT home.*, resident.name AS resident_name, resident.address AS resident_address,
            (SELECT count(*) FROM alarm
                WHERE alarm.gateway = home.gateway AND handling < 4 AND filed = 0) AS open_alarms
        FROM home LEFT JOIN resident ON resident.pseudonym = home.pseudonym ORDER BY home.gateway"""
    ).fetchall()
    faults = _by_gateway(
        connection, "SELECT gateway, name, detail, device, room, at FROM fault WHERE over = 0 ORDER BY at", ()
    )
    requests = _by_gateway(
        connection,
        "SELECT gateway, name, room, at FROM event"
        " WHERE kind = 'service_request' AND received_at > ? ORDER BY seq DESC",
        (to_text(now - _REQUESTS_SINCE),),
    )
    shown = [_shown(row, faults, requests, now) for row in rows]
    return sorted(shown, key=lambda home: (home["alive"], not home["faults"], home["gateway"]))


def count_homes(connection: sqlite3.Connection, now: datetime) -> tuple[int, int]:
    """How many homes are alive, and how many there are."""
    rows = connection.execute("SELECT state, heard_at, heartbeat_minutes FROM home").fetchall()
    return sum(is_alive(row["state"], row["heard_at"], row["heartbeat_minutes"], now) for row in rows), len(rows)


def is_alive(state: str | None, heard_at: str | None, heartbeat_minutes: int, now: datetime) -> bool:
    """Alive means heartbeat age: at most two heartbeats and a grace, and no end announced since."""
    if state != "online" or heard_at is None:
        return False
    return now - from_text(heard_at) <= 2 * timedelta(minutes=heartbeat_minutes) + GRACE


def _note(connection: sqlite3.Connection, report: StatusReport, home: sqlite3.Row, now: datetime) -> None:
    status = report.status
    born = status.state == "online"
    heard_at = max(filter(None, (home["heard_at"], _heard_at(report, now))), default=None)
    connection.execute(
        """UPDATE home SET state = ?, session = ?, heard_at = ?, heartbeat_minutes = coalesce(?, heartbeat_minutes),
            version = coalesce(?, version), problems = ?, protection = coalesce(?, protection),
            falls = CASE WHEN ? THEN ? ELSE falls END WHERE gateway = ?""",
        (
            status.state,
            status.session if born else home["session"],
            heard_at,
            status.heartbeat_minutes,
            (status.version or "")[:64] or None,
            json.dumps([text[:200] for text in status.problems[:PROBLEMS_SHOWN]]) if born else home["problems"],
            status.protection.inactivity if status.protection else None,
            status.protection is not None,  # then its silence on falls says that nothing is worn there
            status.protection.falls if status.protection else None,
            report.gateway,
        ),
    )


def _heard_at(report: StatusReport, now: datetime) -> str | None:
    """A status that the broker had kept is as old as it says; a will is no sign of life."""
    if report.status.state == "offline":
        return None
    if not report.retained:
        return to_text(now)
    try:
        return to_text(min(from_text(report.status.at), now))
    except (ValueError, OverflowError):
        return None


def _present(connection: sqlite3.Connection, gateway: str, alarm: str, now: datetime) -> answers.Addressed:
    row = find(connection, gateway, alarm)
    if row is None or (row["handling"] == 0 and not row["raised"]):  # at most a follow-up came: ask for the beginning
        return answers.hold(gateway, alarm, now)
    if row["handling"] == 0:
        return answers.received(gateway, alarm, now, understood=bool(row["understood"]))
    return answers.handled(gateway, alarm, progress_of(row), now)


def _by_gateway(connection: sqlite3.Connection, query: str, values: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query, values):
        entry = dict(row)
        grouped.setdefault(entry.pop("gateway"), []).append(entry)
    return grouped


def _shown(
    row: sqlite3.Row,
    faults: dict[str, list[dict[str, Any]]],
    requests: dict[str, list[dict[str, Any]]],
    now: datetime,
) -> dict[str, Any]:
    names = (
        "gateway",
        "state",
        "heard_at",
        "heartbeat_minutes",
        "version",
        "pseudonym",
        "digest_at",
        "protection",
        "falls",
    )
    shown = {name: row[name] for name in (*names, "resident_name", "resident_address", "open_alarms")}
    shown["alive"] = is_alive(row["state"], row["heard_at"], row["heartbeat_minutes"], now)
    shown["problems"] = json.loads(row["problems"])
    shown["faults"] = faults.get(row["gateway"], [])
    shown["requests"] = requests.get(row["gateway"], [])[:REQUESTS_SHOWN]
    return shown
