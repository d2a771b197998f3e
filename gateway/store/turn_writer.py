"""A writer without a thread, for simulated time: what is asked in one turn of the loop is committed in the next.

It never waits for the disk (synchronous OFF): a simulated power cut ends a program, not a machine.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from gateway.store.committing import Asked, Committer, Exchanging, resolve

T = TypeVar("T")


class TurnWriter:
    """A `Writer` on the loop itself. Make it inside a running loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = OFF")
        self._committer = Committer(connection, lambda: None)
        self._asked: list[Asked] = []
        self._is_cut = False
        self._loop = asyncio.get_running_loop()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Ask for a job in the next turn."""
        return self._ask(job)

    def exchange(self, make: Callable[[sqlite3.Connection], tuple[sqlite3.Connection, T]]) -> "asyncio.Future[T]":
        """Ask for another connection in the next turn."""
        return self._ask(Exchanging(make))

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Nothing: no disk is waited for."""

    def close(self, timeout_seconds: float) -> None:  # noqa: ARG002 - nothing hangs here
        """Finish what is asked, close the database."""
        self._work()
        self.cut()

    def cut(self) -> None:
        """The power goes: what is not committed never will be, and nobody is told."""
        self._is_cut = True
        self._asked.clear()
        self._committer.close()

    def _ask(self, what: "Callable[[sqlite3.Connection], object] | Exchanging") -> "asyncio.Future[T]":
        done: asyncio.Future[T] = self._loop.create_future()
        if not self._is_cut:
            if not self._asked:
                self._loop.call_soon(self._work)
            self._asked.append((what, done))
        return done

    def _work(self) -> None:
        asked, self._asked = self._asked, []
        for outcomes in self._committer.work(asked):
            resolve(outcomes)
