"""What a new database takes over from another: from a damaged file what is still open, from memory everything.

The ids stay, so that the centre folds what it has seen already. An alarm of which nothing says any more whether it was
answered counts as unanswered: it is sent again.
"""

import logging
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.policy import RANKS
from gateway.store.damage import with_deadline
from gateway.store.jobs import append, free_sequence
from gateway.store.rows import READ_COLUMNS, Stored, from_row
from gateway.store.salvage_tables import read_tables, write_tables

log = logging.getLogger(__name__)

SEARCHED_PLACES = 5_000
READING_SECONDS = 4.0
"""How long a damaged file may be read, for each way of reading it."""
_OUTBOX = (
    "SELECT sequence, raised, received, accepted, dispatched, arrived, resolved, result FROM outbox NOT INDEXED "
    "ORDER BY sequence {way}"
)
_IS_ALARM = "priority IN ('fire', 'person', 'property')"
_ALARMS = f"SELECT sequence FROM event NOT INDEXED WHERE {_IS_ALARM} ORDER BY sequence {{way}}"  # noqa: S608
_ALARM = f"SELECT 1 FROM event NOT INDEXED WHERE sequence = ? AND {_IS_ALARM}"  # noqa: S608
_MERGE = (
    "UPDATE outbox SET received = coalesce(received, ?), accepted = coalesce(accepted, ?), "
    "dispatched = coalesce(dispatched, ?), arrived = coalesce(arrived, ?), resolved = coalesce(resolved, ?), "
    "result = coalesce(result, ?) WHERE sequence = ?"
)
_NEVER_ANSWERED = (None,) * 6
_ID_CHARACTERS = 36
_UNREADABLE = (sqlite3.Error, msgspec.MsgspecError, ValueError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was read: events with their outbox columns from `received` to `result`, and how many could not be read."""

    boot: int = 0
    kept: list[tuple[Stored, tuple[Any, ...]]] = field(default_factory=list)
    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    lost: int = 0


def from_file(path: Path) -> Saved:
    """Read a file that cannot be written, and do not change a byte of it. Never raises: what cannot be read is lost."""
    # Where not even the WAL's index can be made, `immutable` reads the file without its WAL.
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as connection:
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
                connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
                return read(connection, everything=False)
        except sqlite3.Error as error:
            log.warning("%s cannot be read with %s: %s", path.name, mode, error)
    return Saved()


def read(connection: sqlite3.Connection, *, everything: bool) -> Saved:
    """The answered events (without `everything` only those that are still open), the small tables, the boot."""
    try:
        return _read(connection, everything=everything)
    finally:
        connection.set_progress_handler(None, 0)


def _read(connection: sqlite3.Connection, *, everything: bool) -> Saved:
    outbox, whole = _both_ways(connection, _OUTBOX)
    wanted = {
        sequence: tuple(answers)
        for (sequence,), (raised, *answers) in outbox.items()
        if everything or answers[0] is None or (raised and answers[4] is None)
    }
    if not whole:
        known = {sequence for (sequence,) in outbox}
        wanted |= dict.fromkeys(_alarms(connection, known) - known, _NEVER_ANSWERED)
    query = _event_query(connection)
    found = [(_event(connection, query, sequence), answers) for sequence, answers in sorted(wanted.items())]
    kept = [(stored, answers) for stored, answers in found if stored is not None]
    return Saved(
        boot=max([_boot(connection), *(stored.boot for stored, _ in kept)]),
        kept=kept,
        tables=read_tables(connection, lambda query, key_columns: _both_ways(connection, query, key_columns)[0]),
        lost=len(found) - len(kept),
    )


def take_over(connection: sqlite3.Connection, saved: Saved, *, instead: bool = False) -> int:
    """Write what was read, behind what is there; for the caller's transaction. How many events were new here.

    `instead`: what was read knows better what is so now, because it had begun with what is there.

    Boots go on from the old file's: the centre must not take the next session for an older one.
    """
    taken = 0
    for stored, answers in saved.kept:
        known = connection.execute("SELECT sequence FROM event WHERE id = ?", (stored.event.id,)).fetchone()
        if known is None:
            placed = replace(stored, sequence=free_sequence(connection, stored.sequence))
            append(connection, placed, answered=True, change=None)
            taken += 1
        connection.execute(_MERGE, (*answers, known[0] if known else placed.sequence))
    write_tables(connection, saved.tables, instead=instead)
    connection.execute(
        "INSERT INTO setting VALUES ('boot', ?) ON CONFLICT DO UPDATE SET value = max(CAST(value AS INTEGER), ?)",
        (str(saved.boot), saved.boot),
    )
    return taken


def _both_ways(
    connection: sqlite3.Connection, query: str, key_columns: int = 1
) -> tuple[dict[tuple[Any, ...], tuple[Any, ...]], bool]:
    """The rows from the front up to the damage, then from the back down to it; and whether there was none."""
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for way in ("ASC", "DESC"):
        with_deadline(connection, READING_SECONDS)
        try:
            for row in connection.execute(query.format(way=way)):
                rows[row[:key_columns]] = row[key_columns:]
        except sqlite3.Error:
            continue
        return rows, way == "ASC"
    return rows, False


def _alarms(connection: sqlite3.Connection, known: set[int]) -> set[int]:
    """The places of all alarms and tests; between and behind damaged pages each place is asked for by itself."""
    rows, whole = _both_ways(connection, _ALARMS)
    found = {sequence for (sequence,) in rows}
    if whole or not found | known:
        return found
    # Of the rows before a damaged page the last one is lost too: it is only given out once the next has been read.
    highest = max(found | known) + SEARCHED_PLACES
    with_deadline(connection, READING_SECONDS)
    for sequence in range(highest, max(0, highest - 2 * SEARCHED_PLACES), -1):
        with suppress(sqlite3.Error):
            if connection.execute(_ALARM, (sequence,)).fetchone():
                found.add(sequence)
    return found


def _event_query(connection: sqlite3.Connection) -> str:
    """Asks for the columns of today; an older file lacks some of them."""
    try:
        have = {row[1] for row in connection.execute("PRAGMA table_info(event)")}
    except sqlite3.Error:
        have = set(READ_COLUMNS)
    columns = ", ".join(name if name in have else f"NULL AS {name}" for name in READ_COLUMNS)
    return f"SELECT {columns} FROM event NOT INDEXED WHERE sequence = ?"  # noqa: S608


def _event(connection: sqlite3.Connection, query: str, sequence: int) -> Stored | None:
    try:
        row = connection.execute(query, (sequence,)).fetchone()
    except sqlite3.Error:
        return None
    for details in () if row is None else (row[-1], "{}"):
        try:
            stored = from_row((*row[:-1], details))
        except _UNREADABLE:
            continue  # an alarm without its details beats no alarm
        if len(stored.event.id) == _ID_CHARACTERS and stored.priority in RANKS:
            return stored
    return None


def _boot(connection: sqlite3.Connection) -> int:
    try:
        row = connection.execute("SELECT value FROM setting WHERE name = 'boot'").fetchone()
        return int(row[0]) if row else 0
    except (sqlite3.Error, ValueError):
        return 0
