"""Opening the house's one SQLite file: pragmas, plain-SQL migrations, the store's identity.

WAL with synchronous=FULL: a commit that returned is on the disk. page_size 1024 and auto_vacuum INCREMENTAL are fixed
at the first migration; small pages are what keeps an alarm's two commits at a few kilobytes on an SD card.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from gateway.ids import new_store_id

_BUSY_TIMEOUT_MS = 2_000
_PRAGMAS = (
    "page_size = 1024",
    "auto_vacuum = INCREMENTAL",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "cache_size = -1024",
)


class StoreError(Exception):
    """The store cannot be read or written; the text names the file and what SQLite said."""


class DamagedError(StoreError):
    """The file's content is broken: to ask again would not help, a new file does."""


class UnfitError(StoreError):
    """What was asked does not fit the database (a row that exists already, a value no column takes).

    The disk is well: to ask again would not help.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which database this is, how often it was opened, and the last sequence number it gave."""

    store: str
    boot: int
    sequence: int


def connect(path: str) -> sqlite3.Connection:
    """Open or create a database file; nothing of it is read yet. Raises sqlite3.Error."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_TIMEOUT_MS / 1000)


def configure(connection: sqlite3.Connection) -> None:
    """Set what every connection that writes needs. Raises sqlite3.Error."""
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open an existing database read-only, beside a running gateway. Raises StoreError."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no database here; has the gateway run with this configuration?")
    uri = f"{path.absolute().as_uri()}?mode=ro"  # a path may hold ? and #, which mean something in a URI
    with reading(path):
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_MS / 1000)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT 1 FROM events LIMIT 1")
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """For the block, whatever SQLite says while it reads this file is a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error


def schema_version(connection: sqlite3.Connection) -> int:
    """Which migration the file stands at; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Apply every migration the file lacks, each in one transaction together with the record of it."""
    have = schema_version(connection)
    scripts = _scripts()
    if have > len(scripts):
        raise sqlite3.DatabaseError(f"schema {have} is newer than this program's {len(scripts)}; install the newer one")
    for number, script in enumerate(scripts[have:], have + 1):
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


def begin_boot(connection: sqlite3.Connection) -> Identity:
    """Count this opening and read who the store is. The first opening gives it its random id."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR IGNORE INTO setting VALUES ('store', ?)", (new_store_id(),))
    connection.execute("INSERT INTO setting VALUES ('boot', '1') ON CONFLICT DO UPDATE SET value = value + 1")
    settings = dict(connection.execute("SELECT name, value FROM setting").fetchall())
    (sequence,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM event").fetchone()
    connection.execute("COMMIT")
    return Identity(store=settings["store"], boot=int(settings["boot"]), sequence=int(sequence))


def _scripts() -> list[str]:
    folder = resources.files("gateway.store") / "schema"
    return [entry.read_text("utf-8") for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)]
