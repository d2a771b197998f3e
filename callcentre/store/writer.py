"""The one writer: a thread that runs jobs on the database and commits many of them at once.

Under load the jobs that came while a commit was on its way to the disk share the next one. A job's future is settled
only after that commit: who awaits it may acknowledge.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from callcentre.store.schema import StoreError, open_writable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
BATCH_LIMIT = 500
_JOB_ERRORS = (sqlite3.Error, OverflowError, UnicodeError)


class UnstorableError(StoreError):
    """This one job cannot be stored, whenever it is tried; others of its commit were."""


@dataclass(slots=True)
class _Waiting:
    job: Job[Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: StoreError | None = None


class Writer:
    """Runs jobs in the order of `submit`. Who calls bounds how many wait: the broker's window and the web server's."""

    def __init__(self, path: Path) -> None:
        self._connection = open_writable(path)
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._running: list[_Waiting] = []
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="desk-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> "asyncio.Future[T]":
        """Queue a job. The future gives its result once committed, or raises StoreError."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._ended.done():
            future.set_exception(StoreError("the database writer has ended"))
        else:
            self._queue.put(_Waiting(job, future))
        return future

    async def ended(self) -> None:
        """Wait until the thread is gone: before `close` only a fault in a job can bring that about."""
        await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Commit what waits, then close the file."""
        self._queue.put(None)
        await self.ended()
        self._connection.close()

    def _run(self) -> None:
        try:
            while batch := self._take():
                self._running = batch
                _commit(self._connection, batch)
                self._loop.call_soon_threadsafe(_settle, batch)
                self._running = []
        finally:
            with suppress(RuntimeError):  # the loop has been closed first
                self._loop.call_soon_threadsafe(self._end)

    def _take(self) -> list[_Waiting]:
        first = self._queue.get()
        if first is None:
            return []
        batch = [first]
        with suppress(queue.Empty):
            while len(batch) < BATCH_LIMIT:
                more = self._queue.get_nowait()
                if more is None:
                    self._queue.put(None)
                    break
                batch.append(more)
        return batch

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)
        left: list[_Waiting | None] = [*self._running]
        while not self._queue.empty():
            left.append(self._queue.get())
        for waiting in left:
            if waiting is not None and not waiting.future.done():
                waiting.future.set_exception(StoreError("the database writer has ended"))


def _commit(connection: sqlite3.Connection, batch: list[_Waiting]) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for waiting in batch:
            _attempt(connection, waiting)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for waiting in batch:
            waiting.error = StoreError(f"nothing can be stored: {error}")


def _attempt(connection: sqlite3.Connection, waiting: _Waiting) -> None:
    """Run one job so that its failure leaves the others of the transaction alone."""
    connection.execute("SAVEPOINT job")
    try:
        waiting.result = waiting.job(connection)
    except (sqlite3.OperationalError, sqlite3.InternalError):
        raise  # the disk or the file, not this job
    except _JOB_ERRORS as error:
        connection.execute("ROLLBACK TO job")
        waiting.error = UnstorableError(f"this cannot be stored: {error}")
    connection.execute("RELEASE job")


def _settle(batch: list[_Waiting]) -> None:
    for waiting in batch:
        if waiting.future.done():
            continue
        if waiting.error is not None:
            waiting.future.set_exception(waiting.error)
        else:
            waiting.future.set_result(waiting.result)
