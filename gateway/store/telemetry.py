"""Telemetry on its way to the disk: gathered, then written slice by slice; an alarm waits for one slice at most.

What the disk refuses waits here, bounded, for the next batch. It may be thinned, alarms never.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial

from gateway.store import jobs
from gateway.store.database import UnfitError
from gateway.store.rows import Stored

log = logging.getLogger(__name__)

BATCH = 1_000
SLICE_ROWS = 200
"""Some five milliseconds of SQLite's work, and one commit."""
WAITING_LIMIT = 10_000
"""Rows that wait for a disk that is slower than what comes."""
REFUSED_LIMIT = 1_000
"""Rows that wait for an ill disk."""

Submit = Callable[[Callable[[sqlite3.Connection], None]], "asyncio.Future[None]"]


class Telemetry:
    """Rows that nobody answers. `settled` is told of each slice's end: None, or what the disk said."""

    def __init__(self, submit: Submit, settled: Callable[[BaseException | None], None]) -> None:
        self._submit = submit
        self._settled = settled
        self._gathered: list[Stored] = []
        self._due: deque[Stored] = deque(maxlen=WAITING_LIMIT)
        self._refused: deque[Stored] = deque(maxlen=REFUSED_LIMIT)
        self._slices = 0
        self._behind: Callable[[], None] | None = None

    @property
    def is_batch(self) -> bool:
        """Whether enough is gathered for a batch."""
        return len(self._gathered) >= BATCH

    @property
    def is_behind(self) -> bool:
        """Whether more than one batch waits for the disk."""
        return len(self._due) > BATCH

    @property
    def is_under_way(self) -> bool:
        """Whether rows that were handed over are not on the disk yet."""
        return bool(self._slices or self._due or self._refused)

    def note(self, stored: Stored) -> None:
        """Gather one more row."""
        self._gathered.append(stored)

    def write(self, behind: Callable[[], None]) -> None:
        """Begin to write all that is gathered; `behind` submits what must come after the last of it."""
        self._due.extend(self._refused)
        self._due.extend(self._gathered)
        self._refused.clear()
        self._gathered.clear()
        self._behind = behind
        if not self._slices:
            self._next()

    def finish(self) -> None:
        """Submit all that is left, without waiting for one slice after the other."""
        while self._due:
            self._next()

    def _next(self) -> None:
        """Submit one slice, a larger one where the disk falls behind."""
        rows = min(len(self._due), max(SLICE_ROWS, min(BATCH, len(self._due) // 4)))
        taken = [self._due.popleft() for _ in range(rows)]
        if taken:
            self._slices += 1
            done = self._submit(partial(jobs.append_many, batch=taken))
            done.add_done_callback(partial(self._settle, taken))
        behind, self._behind = (None, self._behind) if self._due else (self._behind, None)
        if behind is not None:
            behind()

    def _settle(self, taken: list[Stored], done: "asyncio.Future[None]") -> None:
        self._slices -= 1
        error = done.exception()
        if isinstance(error, UnfitError):
            log.error("%d rows of telemetry do not fit the store: %s", len(taken), error)
            error = None
        elif error is not None:
            self._refused.extend([*taken, *self._due])  # the next batch tries them again
            self._due.clear()
        if not self._slices and (self._due or self._behind is not None):
            self._next()
        self._settled(error)
