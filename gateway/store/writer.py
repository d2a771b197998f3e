"""The one writer: whoever asks anything of the database asks it.

A job's future is resolved only after the commit, and always: a writer that has ended answers StoreError.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from gateway.store.committing import Asked, Committer, Exchanging, Outcome, resolve
from gateway.store.database import StoreError

T = TypeVar("T")
_GROUP_LIMIT = 200
_MEANWHILE_LIMIT = 8
"""In a storm of alarms the time of a commit is too short for more."""


class Writer(Protocol):
    """Runs jobs on one connection, in order."""

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Queue a job. The future gives its result once it is on the disk; it raises StoreError otherwise."""

    def exchange(self, make: Callable[[sqlite3.Connection], tuple[sqlite3.Connection, T]]) -> "asyncio.Future[T]":
        """Queue a change of the connection; the future gives what `make` gives with it. Raises StoreError as `make`."""

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Have work done on the loop while the disk is at the next commit; say so before the job is submitted."""

    def close(self, timeout_seconds: float) -> None:
        """Finish what is queued, close the database; gives up waiting after `timeout_seconds`."""


BeginWriting = Callable[[sqlite3.Connection], Writer]


class ThreadWriter:
    """The `Writer` of a real house: a thread that owns the connection. Make it inside a running loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._committer = Committer(connection, self._tell_of_commit)
        self._meanwhile: deque[Callable[[], None]] = deque(maxlen=_MEANWHILE_LIMIT)
        self._jobs: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
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
        self._jobs.put((Exchanging(make), done))
        if self._ended.is_set():
            self._refuse_the_rest()
        return done

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Have work done on the loop while the disk is at the next commit; say so before the job is submitted."""
        self._meanwhile.append(work)

    def close(self, timeout_seconds: float) -> None:
        """Finish what is queued, close the database; gives up waiting after `timeout_seconds`."""
        self._jobs.put(None)
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        group: list[Asked] = []
        more = True
        try:
            while more:
                group, more = self._next_group()
                for outcomes in self._committer.work(group):
                    self._tell(outcomes)
                group = []
        finally:
            # Whatever ends the writer, nobody may wait for it: an alarm would wait with them.
            self._ended.set()
            self._tell([(done, StoreError("the writer has failed")) for _, done in group])
            self._refuse_the_rest()
            self._committer.close()

    def _refuse_the_rest(self) -> None:
        with suppress(queue.Empty):
            while True:
                asked = self._jobs.get_nowait()
                if asked is not None:
                    self._tell([(asked[1], StoreError("the writer has ended"))])

    def _next_group(self) -> tuple[list[Asked], bool]:
        item = self._jobs.get()
        group: list[Asked] = []
        while item is not None:
            group.append(item)
            if len(group) == _GROUP_LIMIT or self._jobs.empty():
                return group, True
            item = self._jobs.get()
        return group, False

    def _tell_of_commit(self) -> None:
        """Python's lock is free until the disk is done. Sooner, the loop's work would hold this thread up."""
        if self._meanwhile:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._work_meanwhile)

    def _work_meanwhile(self) -> None:
        while self._meanwhile:
            self._meanwhile.popleft()()

    def _tell(self, outcomes: list[Outcome]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(resolve, outcomes)
