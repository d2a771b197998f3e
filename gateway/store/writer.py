"""The one writer: a thread that owns the connection and commits what is asked of it.

Jobs that wait together share one commit (one fsync for all of them); each has its own savepoint, so that one that
fails takes nobody with it, and where the disk refuses the group each is tried alone: a small alarm may still fit where
a thousand telemetry rows do not. A job's future is resolved only after the commit, and always: a writer that has ended
answers StoreError.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from gateway.store.damage import is_damage
from gateway.store.database import DamagedError, StoreError, UnfitError

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
_GROUP_LIMIT = 200
Exchange = Callable[[sqlite3.Connection], tuple[sqlite3.Connection, Any]]


class _Exchanging:
    """Marks a job that gives back another connection, to be used from then on."""

    def __init__(self, make: Exchange) -> None:
        self.make = make


_Asked = tuple[Job | _Exchanging, "asyncio.Future[Any]"]
_UNFIT = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, msgspec.MsgspecError),
    *(ArithmeticError, LookupError, TypeError, ValueError),
)
"""What a job raises when its own values are at fault: rows that exist, numbers and texts that SQLite cannot hold."""


class Writer:
    """Runs jobs on the connection, in order, in their own thread. Use as a context manager inside a running loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._jobs: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Queue a job. The future gives its result once it is on the disk; it raises StoreError otherwise."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((job, done))
        if self._ended.is_set():
            self._refuse_the_rest()
        return done

    def exchange(self, make: Callable[[sqlite3.Connection], tuple[sqlite3.Connection, T]]) -> "asyncio.Future[T]":
        """Queue a change of the connection; the future gives what `make` gives with it. Raises StoreError as `make`."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((_Exchanging(make), done))
        if self._ended.is_set():
            self._refuse_the_rest()
        return done

    def close(self, timeout_seconds: float) -> None:
        """Finish what is queued, close the database; gives up waiting after `timeout_seconds`."""
        self._jobs.put(None)
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        group: list[_Asked] = []
        more = True
        try:
            while more:
                group, more = self._next_group()
                for part in _apart(group):
                    self._tell(self._do(part))
                group = []
        finally:
            # Whatever ends the writer, nobody may wait for it: an alarm would wait with them.
            self._ended.set()
            self._tell([(done, StoreError("the writer has failed")) for _, done in group])
            self._refuse_the_rest()
            with suppress(sqlite3.Error):
                self._connection.close()

    def _refuse_the_rest(self) -> None:
        with suppress(queue.Empty):
            while True:
                asked = self._jobs.get_nowait()
                if asked is not None:
                    self._tell([(asked[1], StoreError("the writer has ended"))])

    def _next_group(self) -> tuple[list[_Asked], bool]:
        item = self._jobs.get()
        group: list[_Asked] = []
        while item is not None:
            group.append(item)
            if len(group) == _GROUP_LIMIT or self._jobs.empty():
                return group, True
            item = self._jobs.get()
        return group, False

    def _do(self, part: list[_Asked]) -> list[tuple["asyncio.Future[Any]", Any]]:
        job, done = part[0]
        if not isinstance(job, _Exchanging):
            return self._commit([(job, done) for job, done in part if not isinstance(job, _Exchanging)])
        try:
            self._connection, result = job.make(self._connection)
        except StoreError as error:
            return [(done, error)]
        return [(done, result)]

    def _commit(self, group: list[tuple[Job, "asyncio.Future[Any]"]]) -> list[tuple["asyncio.Future[Any]", Any]]:
        outcomes: list[tuple[asyncio.Future[Any], Any]] = []
        try:
            # Not IMMEDIATE: a job that only reads must work on a file that can no longer be written.
            self._connection.execute("BEGIN")
            for job, done in group:
                outcomes.append((done, self._attempt(job)))
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

    def _tell(self, outcomes: list[tuple["asyncio.Future[Any]", Any]]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(_resolve, outcomes)


def _apart(group: list[_Asked]) -> list[list[_Asked]]:
    """The group in the order it was asked, each exchange of the connection by itself."""
    parts: list[list[_Asked]] = [[]]
    for asked in group:
        if isinstance(asked[0], _Exchanging):
            parts += [[asked], []]
        else:
            parts[-1].append(asked)
    return [part for part in parts if part]


def _resolve(outcomes: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for done, outcome in outcomes:
        if done.done():
            continue
        if isinstance(outcome, StoreError):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
