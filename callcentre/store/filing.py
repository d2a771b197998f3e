"""Filing what comes on the alarm topic: fold by message id, join by the raised event's id.

Every function runs inside one of the writer's transactions. Two houses never share a row, whatever ids they claim.
"""

import hashlib
import itertools
import json
import re
import sqlite3
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from callcentre import answers
from callcentre.answers import Addressed, Progress
from callcentre.handling import Handling
from callcentre.reading_fall import FallFacts
from callcentre.reading_finding import Finding
from callcentre.reading_location import Whereabouts
from callcentre.reports import AlarmReport, Step
from callcentre.store.queue import Row, alarm
from gateway.contract import topics
from gateway.contract.times import to_text

_PLAIN_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_MORE_URGENT = "CASE {} WHEN 'fire' THEN 0 WHEN 'person' THEN 1 ELSE 2 END"


@dataclass(slots=True)
class Filed:
    """What one message came to: what the house is told after the commit, and the alarm row that changed."""

    answers: list[Addressed] = field(default_factory=list)
    changed: Row | None = None
    duplicate: bool = False


def file_alarm(connection: sqlite3.Connection, report: AlarmReport, now: datetime) -> Filed:
    """File one readable alarm message."""
    filed = Filed(answers=[answers.received(report.gateway, report.id, now)])
    filed.duplicate = not remember(connection, report.gateway, topics.ALARM, report.id, now)
    row = find(connection, report.gateway, report.alarm)
    if filed.duplicate:
        if row is not None and row["handling"] > Handling.NONE:
            filed.answers.append(answers.handled(report.gateway, report.alarm, progress_of(row), now))
        return filed
    key = _open(connection, report, now) if row is None else _join(connection, row, report, now)
    note_pseudonym(connection, report.gateway, report.pseudonym)
    filed.changed = alarm(connection, key)
    return filed


def remember(connection: sqlite3.Connection, gateway: str, branch: str, message: str, now: datetime) -> bool:
    """Note that a readable message came. False where it had come before (unreadable does not count)."""
    cursor = connection.execute(
        """INSERT INTO message (gateway, branch, id, understood, received_at) VALUES (?, ?, ?, 1, ?)
        ON CONFLICT DO UPDATE SET understood = 1, raw = NULL WHERE understood = 0""",
        (gateway, branch, message, to_text(now)),
    )
    return cursor.rowcount == 1


def find(connection: sqlite3.Connection, gateway: str, alarm_id: str) -> sqlite3.Row | None:
    """The row of an alarm of this very house."""
    found = connection.execute("SELECT * FROM alarm WHERE gateway = ? AND id = ?", (gateway, alarm_id)).fetchone()
    return found if isinstance(found, sqlite3.Row) else None


def progress_of(row: sqlite3.Row) -> Progress:
    """How far handling of a row has come, as the house may hear it."""
    return Progress(
        state=Handling(row["handling"]).answer, role=row["owner_role"], minutes=row["minutes"], result=row["result"]
    )


def free_key(connection: sqlite3.Connection, gateway: str, alarm_id: str) -> str:
    """How the desk calls an alarm: its id, or a digest where another house had that id first or it is no plain word."""
    digests = (hashlib.sha256(f"{gateway}~{alarm_id}~{n}".encode()).hexdigest()[:32] for n in itertools.count())
    candidates = itertools.chain([alarm_id] if _PLAIN_ID.fullmatch(alarm_id) else [], digests)
    taken = "SELECT 1 FROM alarm WHERE key = ?"
    return next(key for key in candidates if connection.execute(taken, (key,)).fetchone() is None)


def note_pseudonym(connection: sqlite3.Connection, gateway: str, pseudonym: str | None) -> None:
    """Remember who lives where, as the house last said it."""
    connection.execute("INSERT INTO home (gateway) VALUES (?) ON CONFLICT DO NOTHING", (gateway,))
    if pseudonym is not None:
        connection.execute("UPDATE home SET pseudonym = ? WHERE gateway = ?", (pseudonym, gateway))


def _open(connection: sqlite3.Connection, report: AlarmReport, now: datetime) -> str:
    """A new row. An end without its beginning, and an alarm that cancels itself, are filed: nobody is called."""
    key = free_key(connection, report.gateway, report.alarm)
    filed = report.step in (Step.CLEARED, Step.CANCELLED)
    values = _facts(report, now) | {
        "key": key,
        "id": report.alarm,
        "gateway": report.gateway,
        "condition": report.step.value if filed else "active",
        "silent": report.late or filed,
        "filed": filed,
        "raised": report.step is Step.RAISED or report.cancels_itself,
        "bears_id": True,
        "repeat_count": report.repeat_count or 1,
        "received_at": to_text(now),
    }
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO alarm ({names}) VALUES ({places})", values)  # noqa: S608
    return key


def _join(connection: sqlite3.Connection, row: sqlite3.Row, report: AlarmReport, now: datetime) -> str:
    if report.step is Step.RAISED:
        _fill_in(connection, row, report, now)
    elif report.step is Step.UPDATED:
        _update(connection, row, report, now)
    else:
        connection.execute(
            "UPDATE alarm SET condition = CASE condition WHEN 'active' THEN ? ELSE condition END, updated_at = ?"
            " WHERE seq = ?",
            (report.step.value, to_text(now), row["seq"]),
        )
    return str(row["key"])


def _fill_in(connection: sqlite3.Connection, row: sqlite3.Row, report: AlarmReport, now: datetime) -> None:
    """The raised message itself comes after a follow-up, or readable after it came unreadable."""
    values = _facts(report, now) | {"silent": report.late, "filed": False, "raised": True, "reason": None}
    values["repeat_count"] = max(row["repeat_count"], report.repeat_count or 1)
    changes = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(f"UPDATE alarm SET {changes} WHERE seq = :seq", values | {"seq": row["seq"]})  # noqa: S608


def _update(connection: sqlite3.Connection, row: sqlite3.Row, report: AlarmReport, now: datetime) -> None:
    """More of the same: the count never falls, the urgency never sinks."""
    urgency = f"{_MORE_URGENT.format(':priority')} < {_MORE_URGENT.format('priority')}"
    connection.execute(
        f"""UPDATE alarm SET repeat_count = :count, updated_at = :now,
            priority = CASE WHEN {urgency} THEN :priority ELSE priority END,
            battery_low = coalesce(:battery_low, battery_low), location = coalesce(:location, location),
            finding = coalesce(:finding, finding)
            WHERE seq = :seq""",  # noqa: S608
        {
            "count": max(row["repeat_count"], report.repeat_count or row["repeat_count"] + 1),
            "now": to_text(now),
            "priority": report.priority,
            "battery_low": report.battery_low,
            "location": _as_text(report.location),
            "finding": _merged(row["finding"], report.finding),
            "seq": row["seq"],
        },
    )


def _merged(known: str | None, news: Finding | None) -> str | None:
    """What is known of a fall with what is new of it; other findings stay as the raised alarm told them."""
    if known is None or news is None or news.fall is None:
        return known or _as_text(news)
    finding: dict[str, Any] = json.loads(known)
    told = {name: value for name, value in asdict(news.fall).items() if value is not None}
    finding["fall"] = {**(finding.get("fall") or asdict(FallFacts())), **told}
    return json.dumps(finding)


def _as_text(value: Whereabouts | Finding | None) -> str | None:
    return None if value is None else json.dumps(asdict(value))


def _facts(report: AlarmReport, now: datetime) -> dict[str, object]:
    """What the message says, by column."""
    return {
        "type": report.type,
        "priority": report.priority,
        "room": report.room,
        "device": report.device,
        "model": report.model,
        "pseudonym": report.pseudonym,
        "test": report.test,
        "late": report.late,
        "understood": True,
        "since": to_text(report.since or now),
        "since_known": report.since is not None,
        "battery_low": report.battery_low,
        "supervised": report.supervised,
        "location": _as_text(report.location),
        "finding": _as_text(report.finding),
        "updated_at": to_text(now),
    }
