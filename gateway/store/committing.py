"""What is asked of the database, done in as few commits as it takes.

Jobs that wait together share one commit (one fsync for all of them); each has its own savepoint, so that one that
fails takes nobody with it, and where the disk refuses the group each is tried alone: a small alarm may still fit where
a thousand telemetry rows do not.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import msgspec

from gateway.store.damage import is_damage
from gateway.store.database import DamagedError, StoreError, UnfitError

Job = Callable[[sqlite3.Connection], Any]
Exchange = Callable[[sqlite3.Connection], tuple[sqlite3.Connection, Any]]


class Exchanging:
    """Marks a job that gives back another connection, to be used from then on."""

    def __init__(self, make: Exchange) -> None:
        self.make = make


Asked = tuple[Job | Exchanging, "asyncio.Future[Any]"]
Outcome = tuple["asyncio.Future[Any]", Any]
"""Whoever waits, and what is to be told: a result, or a StoreError."""
_UNFIT = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, msgspec.MsgspecError),
    *(ArithmeticError, LookupError, TypeError, ValueError),
)
"""What a job raises when its own values are at fault: rows that exist, numbers and texts that SQLite cannot hold."""


class Committer:
    """Owns the connection; for one thread only. `before_commit` is called where the disk's work begins."""

    def __init__(self, connection: sqlite3.Connection, before_commit: Callable[[], None]) -> None:
        self._connection = connection
        self._before_commit = before_commit

    def work(self, group: list[Asked]) -> Iterator[list[Outcome]]:
        """Do what was asked, in order; each list of outcomes comes after its commit."""
        for part in _apart(group):
            yield self._do(part)

    def close(self) -> None:
        """Give the database back."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def _do(self, part: list[Asked]) -> list[Outcome]:
        job, done = part[0]
        if not isinstance(job, Exchanging):
            return self._commit([(job, done) for job, done in part if not isinstance(job, Exchanging)])
        try:
            self._connection, result = job.make(self._connection)
        except StoreError as error:
            return [(done, error)]
        return [(done, result)]

    def _commit(self, group: list[tuple[Job, "asyncio.Future[Any]"]]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            # Not IMMEDIATE: a job that only reads must work on a file that can no longer be written.
            self._connection.execute("BEGIN")
            for job, done in group:
                outcomes.append((done, self._attempt(job)))
            self._before_commit()
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            if len(group) > 1 and error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                return [outcome for alone in group for outcome in self._commit([alone])]
            kind = DamagedError if is_damage(error) else StoreError
            return [(done, kind(str(error))) for _, done in group]
        except MemoryError:
            # SQLite's own word for it too (SQLITE_NOMEM). What waits is tried again; a writer that ends is not.
            with suppress(sqlite3.Error, MemoryError):
                self._connection.execute("ROLLBACK")
            return [(done, StoreError("there is no memory left")) for _, done in group]
        return outcomes

    def _attempt(self, job: Job) -> Any:
        self._connection.execute("SAVEPOINT job")
        try:
            result = job(self._connection)
        except _UNFIT as error:
            self._connection.execute("ROLLBACK TO job")
            result = UnfitError(f"{type(error).__name__}: {error}")
        self._connection.execute("RELEASE job")
        return result


def _apart(group: list[Asked]) -> list[list[Asked]]:
    """The group in the order it was asked, each exchange of the connection by itself."""
    parts: list[list[Asked]] = [[]]
    for asked in group:
        if isinstance(asked[0], Exchanging):
            parts += [[asked], []]
        else:
            parts[-1].append(asked)
    return [part for part in parts if part]


def resolve(outcomes: list[Outcome]) -> None:
    """Tell whoever still waits; on the loop's thread."""
    for done, outcome in outcomes:
        if done.done():
            continue
        if isinstance(outcome, StoreError):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
