"""The one writer: a thread that owns the connection and commits what is asked of it.

Jobs that wait together share one commit (one fsync for all of them); each has its own savepoint, so that one that
fails takes nobody with it. A job's future is resolved only after the commit.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from gateway.store.database import StoreError

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
_GROUP_LIMIT = 200
_Item = tuple[Job, "asyncio.Future[Any]"] | None


class Writer:
    """Runs jobs on the connection, in order, in their own thread. Use as a context manager inside a running loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._jobs: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Queue a job. The future gives its result once it is on the disk; it raises StoreError otherwise."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((job, done))
        return done

    def close(self, timeout_seconds: float) -> None:
        """Finish what is queued, close the database; gives up waiting after `timeout_seconds`."""
        self._jobs.put(None)
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        more = True
        while more:
            group, more = self._next_group()
            if group:
                self._tell(self._commit(group))
        with suppress(sqlite3.Error):
            self._connection.close()

    def _next_group(self) -> tuple[list[tuple[Job, "asyncio.Future[Any]"]], bool]:
        item = self._jobs.get()
        group: list[tuple[Job, asyncio.Future[Any]]] = []
        while item is not None:
            group.append(item)
            if len(group) == _GROUP_LIMIT or self._jobs.empty():
                return group, True
            item = self._jobs.get()
        return group, False

    def _commit(self, group: list[tuple[Job, "asyncio.Future[Any]"]]) -> list[tuple["asyncio.Future[Any]", Any]]:
        outcomes: list[tuple[asyncio.Future[Any], Any]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job, done in group:
                outcomes.append((done, self._attempt(job)))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            return [(done, StoreError(str(error))) for _, done in group]
        return outcomes

    def _attempt(self, job: Job) -> Any:
        self._connection.execute("SAVEPOINT job")
        try:
            result = job(self._connection)
        except sqlite3.IntegrityError as error:
            self._connection.execute("ROLLBACK TO job")
            result = StoreError(str(error))
        self._connection.execute("RELEASE job")
        return result

    def _tell(self, outcomes: list[tuple["asyncio.Future[Any]", Any]]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(_resolve, outcomes)


def _resolve(outcomes: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for done, outcome in outcomes:
        if done.done():
            continue
        if isinstance(outcome, StoreError):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
