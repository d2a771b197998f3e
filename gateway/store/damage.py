"""A database whose content is broken: noticed, put aside within its own folder with its bytes unchanged, remembered.

What lies aside is evidence and may still hold alarms. The newest three are kept; a fourth makes the oldest go, because
a disk that is full of copies would be the next illness.
"""

import logging
import os
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

log = logging.getLogger(__name__)

CHECK_SECONDS = 3.0
"""How long the check at the start may take; what it has not reached by then is found by whoever reads it."""
COPIES_KEPT = 3
_PARTS = ("", "-wal", "-shm")
_MARK = ".damaged-"
_STEPS = 20_000
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the content is broken (and not that the disk refuses)."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN


def first_damage(connection: sqlite3.Connection, seconds: float = CHECK_SECONDS) -> str | None:
    """What SQLite's quick check finds first within so long; None where it finds nothing. Raises sqlite3.Error."""
    with_deadline(connection, seconds)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return None
    finally:
        connection.set_progress_handler(None, 0)
    return None if found == "ok" else str(found).replace("\n", " ")


def with_deadline(connection: sqlite3.Connection, seconds: float) -> None:
    """Let whatever this connection reads from now on end after so long with SQLITE_INTERRUPT."""
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)


def damage_in(path: Path, seconds: float) -> str | None:
    """The same for a file that another connection has open: whose cache hides what has become of the disk."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return first_damage(connection, seconds)
    except sqlite3.Error as error:
        return str(error) if is_damage(error) else None


def put_aside(path: Path, moment: datetime) -> Path | None:
    """Rename the database and its WAL within their folder; None where nothing lies there. Raises OSError.

    A connection that still has it open is closed after this, not before: SQLite leaves a file alone that has moved.
    """
    if not path.is_file():
        return None
    stem = aside = path.with_name(f"{path.name}{_MARK}{moment:%Y%m%dT%H%M%SZ}")
    number = 1
    while aside.exists():
        number += 1
        aside = stem.with_name(f"{stem.name}.{number}")
    for part in _PARTS:
        _rename(_with(path, part), _with(aside, part))
    _sync(path.parent)
    log.error("the damaged database %s was put aside as %s", path, aside.name)
    return aside


def finish_putting_aside(path: Path) -> None:
    """Complete what a power cut interrupted: a WAL whose database lies aside already belongs there. Raises OSError."""
    aside = copies(path)
    if path.exists() or not aside or not _with(path, "-wal").exists():
        return
    for part in _PARTS[1:]:
        if not _with(aside[-1], part).exists():
            _rename(_with(path, part), _with(aside[-1], part))
    _sync(path.parent)


def copies(path: Path) -> list[Path]:
    """What lies aside, oldest first."""
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.name.startswith(path.name + _MARK)]
    except OSError:
        return []
    return [path.with_name(name) for name in sorted(names) if not name.endswith(_PARTS[1:])]


def forget_oldest(path: Path) -> None:
    """Delete what exceeds COPIES_KEPT."""
    for old in copies(path)[:-COPIES_KEPT]:
        log.error("more than %d damaged databases lie in the folder: %s is deleted", COPIES_KEPT, old.name)
        for part in _PARTS:
            _with(old, part).unlink(missing_ok=True)


def _with(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)


def _rename(old: Path, new: Path) -> None:
    if old.exists():
        old.rename(new)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
