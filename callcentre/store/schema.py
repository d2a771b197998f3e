"""The desk's SQLite file: how it is opened and how its plain-SQL schema versions are applied."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_SECONDS = 5.0
_HERE = Path(__file__).parent
_VERSIONS = ("schema_v1.sql", "schema_v2.sql", "schema_v3.sql", "schema_v4.sql", "schema_v5.sql")


class StoreError(Exception):
    """The database cannot be read or written; the text says why in one line."""


def open_writable(path: Path) -> sqlite3.Connection:
    """Open for writing, creating and migrating as needed.

    Durable before anything is acknowledged: WAL with synchronous FULL. Raises StoreError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            path.chmod(0o600)
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path} cannot be used as the desk's database: {error}") from error
    return connection


@contextmanager
def one_write(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction from a command that runs beside the desk; all of it or nothing. Raises StoreError."""
    try:
        with closing(open_writable(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(f"{path} could not be written: {error}") from error


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open for reading only. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    connection.row_factory = sqlite3.Row
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date; each version and the record of it in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_VERSIONS):
        connection.execute("ROLLBACK")
        raise StoreError(f"{path} was written by a newer desk (schema {version}); install that version")
    for number, name in enumerate(_VERSIONS[version:], start=version + 1):
        for statement in (_HERE / name).read_text(encoding="utf-8").split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")
