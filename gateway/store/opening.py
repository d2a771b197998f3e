"""Opening the house's file at a start, and renewing it while the house runs.

A damaged file is put aside and a new one takes its place, with what is still open of it. Whatever else keeps the file
from being opened is a StoreError: the house then lives in memory and tries again.
"""

import logging
import sqlite3
from datetime import datetime
from pathlib import Path

from gateway.store.damage import copies, finish_putting_aside, first_damage, forget_oldest, is_damage, put_aside
from gateway.store.database import DamagedError, Identity, StoreError, begin_boot, configure, connect, migrate
from gateway.store.salvage import Saved, from_file, read, take_over

log = logging.getLogger(__name__)

_SALVAGED = "salvaged"
_MEMORY_PAGES = 16 * 1_024
"""16 MiB: some fifteen thousand events; what exceeds it waits in the store's own bounded queue."""


def open_on_disk(
    path: Path, moment: datetime, also: Saved | None = None, *, instead: bool = False
) -> tuple[sqlite3.Connection, Identity]:
    """Open or create the database, bring its schema up to date, take over what is to be saved, count this opening.

    `moment` (UTC) is only for the name under which a damaged file is put aside. Raises StoreError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        finish_putting_aside(path)
        opened = _open(path, moment, also, instead) or _open(path, moment, also, instead)
        forget_oldest(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error
    if opened is None:
        raise DamagedError(f"{path}: the new file is damaged as well")
    return opened


def open_in_memory(path: Path) -> tuple[sqlite3.Connection, Identity, bool]:
    """A database in memory, for a house whose file cannot be written, with what is still open in that file.

    The last value tells whether the file could be read.
    """
    connection = connect(":memory:")
    configure(connection)
    connection.execute(f"PRAGMA max_page_count = {_MEMORY_PAGES}")
    migrate(connection)
    saved = from_file(path) if path.is_file() else Saved()
    take_over(connection, saved)
    return connection, begin_boot(connection), saved.boot > 0


def renew(
    old: sqlite3.Connection, path: Path, moment: datetime, *, damaged: bool, in_memory: bool, knows_file: bool
) -> tuple[sqlite3.Connection, Identity]:
    """Replace a connection whose file is damaged or gone, or was never there (`in_memory`); closes the old one.

    `knows_file`: memory had begun with what the file holds.
    Raises StoreError; the old connection then stays as it is.
    """
    try:
        if damaged:
            put_aside(path, moment)
        # Of a damaged file, too: the old connection's cache may still hold what the disk has lost.
        saved = read(old, everything=in_memory)
        opened = open_on_disk(path, moment, saved, instead=in_memory and knows_file)
    except OSError as error:
        raise StoreError(f"{path}: {error}") from error
    old.close()
    return opened


def _open(
    path: Path, moment: datetime, also: Saved | None, instead: bool
) -> tuple[sqlite3.Connection, Identity] | None:
    """None where the file was damaged and has been put aside. Raises sqlite3.Error, OSError."""
    connection = connect(str(path))
    try:
        damage = first_damage(connection)  # before anything is written
        if damage is None:
            configure(connection)
            migrate(connection)
            _take_over(connection, path, also, instead)
            return connection, begin_boot(connection)
    except sqlite3.Error as error:
        if not is_damage(error):
            connection.close()
            raise
        damage = str(error)
    log.error("the database %s is damaged: %s", path, damage)
    try:
        put_aside(path, moment)
    finally:
        connection.close()
    return None


def _take_over(connection: sqlite3.Connection, path: Path, also: Saved | None, instead: bool) -> None:
    """Write what lies aside and was not taken over yet, in one transaction with the note that it was."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (_SALVAGED,)).fetchone()
    done = row[0].split() if row else []
    fresh = [copy for copy in copies(path) if copy.name not in done]
    if not fresh and also is None:
        return
    found = [from_file(copy) for copy in fresh]
    connection.execute("BEGIN IMMEDIATE")
    taken = sum(take_over(connection, saved) for saved in found)
    if also is not None:
        taken += take_over(connection, also, instead=instead)
    names = " ".join([*done, *(copy.name for copy in fresh)])
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_SALVAGED, names))
    connection.execute("COMMIT")
    lost = sum(saved.lost for saved in found)
    log.warning("%d events were taken over into the new database; %d could not be read", taken, lost)
