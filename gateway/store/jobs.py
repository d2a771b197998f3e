"""Everything the house asks of its database, as functions of a connection: the only SQL besides the schema."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace

from drivers.event import Kind
from gateway.contract.messages import Answer
from gateway.contract.times import from_text, to_text
from gateway.policy import RANKS
from gateway.store.rows import SELECT, Stored, from_row, to_row

HANDLING = ("received", "accepted", "dispatched", "arrived", "resolved")
"""The states an alarm goes through at the centre, by rank; each is a column of `outbox`."""

RECENT_ROWS = 5_000
_INSERT_EVENT = "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
_ROWS_A_STATEMENT = 100
_INSERT_EVENTS = _INSERT_EVENT + ",(?,?,?,?,?,?,?,?,?,?,?,?,?)" * (_ROWS_A_STATEMENT - 1)
SILENCED_LIMIT = 64
EXECUTED_LIMIT = 256
"""More than any centre sends in the five minutes that a command may live."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that begins with the event (`began`) or ends with it.

    `event` is the event that it is remembered by, where that is not the one that it is written with.
    """

    device: str
    name: str
    began: bool
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is on or wrong right now, and the event that said so; `resolved` where people have ended it."""

    device: str
    name: str
    event: str
    since: datetime
    resolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What an answer did. `changed` is false where the store knew it already; `highest` is the highest state now."""

    about: str
    raised: bool
    changed: bool
    highest: str

    @classmethod
    def unstored(cls, answer: Answer, *, raised: bool) -> "Marked":
        """What an answer means while the disk refuses to note it."""
        return cls(about=answer.about, raised=raised, changed=True, highest=answer.state)


def append(connection: sqlite3.Connection, stored: Stored, *, answered: bool, change: Change | None) -> None:
    """Write an event, its outbox row and the condition it begins or ends; it is held back no longer."""
    event = stored.event
    stored = replace(stored, sequence=free_sequence(connection, stored.sequence))
    connection.execute(_INSERT_EVENT, to_row(stored))
    connection.execute("DELETE FROM pending WHERE event = ?", (event.id,))
    if answered:
        raised = event.raises_alarm or event.kind is Kind.TEST
        connection.execute(
            "INSERT INTO outbox (sequence, rank, raised) VALUES (?, ?, ?)",
            (stored.sequence, RANKS[stored.priority], raised),
        )
    if change is None:
        return
    if change.began:
        connection.execute(
            "INSERT OR REPLACE INTO condition VALUES (?, ?, ?, ?)",
            (change.device, change.name, change.event or event.id, to_text(event.received_at)),
        )
    else:
        end_condition(connection, change)


def free_sequence(connection: sqlite3.Connection, wanted: int) -> int:
    """The wanted place, or the next free one: what waited in memory may find its place taken in a renewed file."""
    if connection.execute("SELECT 1 FROM event WHERE sequence = ?", (wanted,)).fetchone() is None:
        return wanted
    return int(connection.execute("SELECT max(sequence) + 1 FROM event").fetchone()[0])


def end_condition(connection: sqlite3.Connection, change: Change) -> None:
    """Forget a condition that is over."""
    connection.execute("DELETE FROM condition WHERE device = ? AND name = ?", (change.device, change.name))


def append_many(connection: sqlite3.Connection, batch: list[Stored]) -> None:
    """Write telemetry: events that nobody answers.

    Many rows a statement: Python's lock is let go and taken again for each, and beside a busy loop that costs up to
    5 ms a time.
    """
    rows = [to_row(stored) for stored in batch]
    whole = len(rows) - len(rows) % _ROWS_A_STATEMENT
    for start in range(0, whole, _ROWS_A_STATEMENT):
        values = [value for row in rows[start : start + _ROWS_A_STATEMENT] for value in row]
        connection.execute(_INSERT_EVENTS, values)
    connection.executemany(_INSERT_EVENT, rows[whole:])


def set_repeat_counts(connection: sqlite3.Connection, counts: dict[str, int]) -> None:
    """Keep how often a press was heard; only ever upwards."""
    connection.executemany(
        "UPDATE event SET repeat_count = max(repeat_count, ?) WHERE id = ?",
        [(count, event) for event, count in counts.items()],
    )


def mark(connection: sqlite3.Connection, answer: Answer) -> Marked | None:
    """Note an answer, once: a state that is known stays as it was first. None where nothing bears that id.

    Every handling state implies that the message was received. Only the raised event can be handled.
    """
    row = connection.execute(
        "SELECT sequence, raised, received, accepted, dispatched, arrived, resolved "
        "FROM event JOIN outbox USING (sequence) WHERE id = ?",
        (answer.about,),
    ).fetchone()
    if row is None:
        return None
    sequence, raised, *times = row
    have = dict(zip(HANDLING, times, strict=True))
    wanted = ["received"] if answer.state == "received" or not raised else ["received", answer.state]
    missing = [state for state in wanted if have[state] is None]
    if missing:
        assignments = ", ".join(f"{state} = ?" for state in missing)
        connection.execute(
            f"UPDATE outbox SET {assignments}, result = coalesce(result, ?) WHERE sequence = ?",  # noqa: S608
            [*(answer.at for _ in missing), answer.result if "resolved" in wanted else None, sequence],
        )
    if "resolved" in missing:
        connection.execute("UPDATE excerpt SET result = ? WHERE event = ?", (answer.result, answer.about))
    reached = [state for state in HANDLING if have[state] is not None or state in missing]
    return Marked(about=answer.about, raised=bool(raised), changed=bool(missing), highest=reached[-1])


def waiting(connection: sqlite3.Connection, limit: int) -> list[Stored]:
    """What the centre has not received, most urgent first."""
    rows = connection.execute(SELECT + "WHERE o.received IS NULL ORDER BY o.rank, o.sequence LIMIT ?", (limit,))
    return [from_row(row) for row in rows]


def one(connection: sqlite3.Connection, event: str) -> Stored | None:
    """One event that has an outbox row, by its id."""
    row = connection.execute(SELECT + "WHERE e.id = ?", (event,)).fetchone()
    return from_row(row) if row else None


def open_alarms(connection: sqlite3.Connection, limit: int) -> tuple[list[tuple[str, str]], int]:
    """(id, highest state) of the newest alarms nobody has resolved, oldest first, and how many there are in all."""
    query = (
        "SELECT e.id, o.received, o.accepted, o.dispatched, o.arrived "
        "FROM outbox AS o JOIN event AS e USING (sequence) "
        "WHERE o.raised = 1 AND o.resolved IS NULL ORDER BY o.sequence DESC LIMIT ?"
    )
    found = [(row[0], _highest(row[1:])) for row in connection.execute(query, (limit,))]
    count = connection.execute("SELECT count(*) FROM outbox WHERE raised = 1 AND resolved IS NULL").fetchone()[0]
    return found[::-1], int(count)


def conditions(connection: sqlite3.Connection) -> list[Condition]:
    """What was on or wrong when the house was last up. Who took an alarm back has ended it as people do."""
    rows = connection.execute(
        "SELECT c.device, c.name, c.event, c.since, "
        "(o.raised = 1 AND o.resolved IS NOT NULL) OR coalesce(json_extract(e.details, '$.state') = 'cancelled', 0) "
        "FROM condition AS c LEFT JOIN event AS e ON e.id = c.event LEFT JOIN outbox AS o USING (sequence)"
    ).fetchall()
    return [
        Condition(device=device, name=name, event=event, since=from_text(since), resolved=bool(resolved))
        for device, name, event, since, resolved in rows
    ]


def last_device_times(connection: sqlite3.Connection) -> dict[str, datetime]:
    """The newest time that each device's own clock gave, among the newest events."""
    rows = connection.execute(
        "SELECT device, max(occurred_at) FROM event WHERE sequence > (SELECT max(sequence) FROM event) - ? "
        "AND device IS NOT NULL AND occurred_at IS NOT NULL GROUP BY device",
        (RECENT_ROWS,),
    ).fetchall()
    return {row[0]: from_text(row[1]) for row in rows}


def newest(connection: sqlite3.Connection, limit: int) -> list[Stored]:
    """The newest answered events, oldest first: a press that was under way when the power went is not a new one."""
    rows = connection.execute(SELECT + "ORDER BY o.sequence DESC LIMIT ?", (limit,)).fetchall()
    return [from_row(row) for row in reversed(rows)]


def silence(connection: sqlite3.Connection, alarm: str) -> None:
    """Note that nothing more is to be sounded of an alarm, so that a restart does not begin again."""
    kept = [known for known in silenced(connection) if known != alarm]
    newest = json.dumps([*kept, alarm][-SILENCED_LIMIT:])
    connection.execute("INSERT OR REPLACE INTO setting VALUES ('silenced', ?)", (newest,))


def silenced(connection: sqlite3.Connection) -> list[str]:
    """The alarms silenced last, the newest last."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'silenced'").fetchone()
    found: list[str] = json.loads(row[0]) if row else []
    return found


def keep_addresses(connection: sqlite3.Connection, addresses: dict[str, str]) -> None:
    """Keep where each server (`host:port`) was reached last."""
    text = json.dumps(addresses, sort_keys=True)
    connection.execute("INSERT OR REPLACE INTO setting VALUES ('addresses', ?)", (text,))


def addresses(connection: sqlite3.Connection) -> dict[str, str]:
    """Where each server (`host:port`) was reached last."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'addresses'").fetchone()
    found: dict[str, str] = json.loads(row[0]) if row else {}
    return found


def note_executed(connection: sqlite3.Connection, command: str) -> None:
    """Keep the id of a command before it is obeyed, so that no restart obeys it again."""
    newest = json.dumps([*executed(connection), command][-EXECUTED_LIMIT:])
    connection.execute("INSERT OR REPLACE INTO setting VALUES ('executed', ?)", (newest,))


def executed(connection: sqlite3.Connection) -> list[str]:
    """The ids of the commands obeyed last, the newest last."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'executed'").fetchone()
    found: list[str] = json.loads(row[0]) if row else []
    return found


def count_boots_from(connection: sqlite3.Connection, boot: int) -> None:
    """Let the next opening be beyond this boot."""
    connection.execute("UPDATE setting SET value = max(CAST(value AS INTEGER), ?) WHERE name = 'boot'", (boot,))


def probe(connection: sqlite3.Connection, moment: datetime, *, durable: bool) -> None:
    """Write a mark and take it back, or keep it where the disk itself is to be tried."""
    connection.execute("SAVEPOINT probe")
    connection.execute("INSERT OR REPLACE INTO setting VALUES ('probe', ?)", (to_text(moment),))
    if not durable:
        connection.execute("ROLLBACK TO probe")
    connection.execute("RELEASE probe")


def _highest(times: tuple[str | None, ...]) -> str:
    reached = [state for state, time in zip(HANDLING, times, strict=False) if time is not None]
    return reached[-1] if reached else "calling"
