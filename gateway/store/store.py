"""The store: one file, one writer, event and outbox row in one durable commit before anything is sent or sounded.

When the disk fails the alarm is not refused: what could not be written is parked in memory (bounded), goes out from
there, and is written as soon as the disk takes it again. Until then `problem` says what is wrong.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from drivers.event import Event
from gateway.contract.messages import Answer
from gateway.policy import Decision
from gateway.store import jobs
from gateway.store.database import MEMORY, Identity, StoreError, begin_boot, open_for_writing
from gateway.store.rows import Stored
from gateway.store.writer import Job, Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

TELEMETRY_BATCH = 1_000
PARKED_LIMIT = 1_000
CLOSE_TIMEOUT_SECONDS = 3.0


class Store:
    """The house's memory. Use as a context manager inside a running event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem: str | None = None
        self._telemetry: list[Stored] = []
        self._counts: dict[str, int] = {}
        self._parked: deque[Job] = deque(maxlen=PARKED_LIMIT)
        self.identity: Identity
        self._writer: Writer
        self._sequence = 0
        self._on_disk = True

    def __enter__(self) -> "Store":
        try:
            connection = open_for_writing(str(self._path))
            self.identity = begin_boot(connection)
        except (StoreError, OSError) as error:
            # An unreadable disk must not silence the house: it lives in memory until somebody mends it.
            self.problem = str(error)
            log.error("the store cannot be opened, alarms go out from memory only: %s", error)
            self._on_disk = False
            connection = open_for_writing(MEMORY)
            self.identity = begin_boot(connection)
        self._sequence = self.identity.sequence
        self._writer = Writer(connection)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.flush()
        self._writer.close(CLOSE_TIMEOUT_SECONDS)

    def append(self, event: Event, decision: Decision, change: jobs.Change | None = None) -> "asyncio.Future[Stored]":
        """Write an event. The future never fails: it tells when it is on the disk, or that only memory has it."""
        stored = self._place(event, decision)
        job = partial(jobs.append, stored=stored, answered=decision.answered, change=change)
        kept: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()

        def settle(done: "asyncio.Future[None]") -> None:
            error = done.exception()
            if isinstance(error, StoreError):
                self._park(job, error)
            else:
                self._recovered()
            kept.set_result(stored if error is None else replace(stored, durable=False))

        self._writer.submit(job).add_done_callback(settle)
        return kept

    def note(self, event: Event, decision: Decision) -> None:
        """Keep telemetry for the next batch: it is written every half minute, or when a thousand wait."""
        self._telemetry.append(self._place(event, decision))
        if len(self._telemetry) >= TELEMETRY_BATCH:
            self.flush()

    def count_repeat(self, event: str, count: int) -> None:
        """Keep how often a press was heard, for the next batch."""
        self._counts[event] = max(count, self._counts.get(event, 0))
        if len(self._counts) >= TELEMETRY_BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand the batch to the writer, and try again what the disk refused before."""
        batch, self._telemetry = self._telemetry, []
        counts, self._counts = self._counts, {}
        if batch:
            self._submit_quietly(partial(jobs.append_many, batch=batch))
        if counts:
            self._submit_quietly(partial(jobs.set_repeat_counts, counts=counts))
        for _ in range(len(self._parked)):
            self._submit_quietly(self._parked.popleft())

    def mark(self, answer: Answer) -> "asyncio.Future[jobs.Marked | None]":
        """Note an answer; the future tells what it did, after the commit."""
        return self._writer.submit(partial(jobs.mark, answer=answer))

    async def ask(self, job: Callable[..., T], *arguments: object) -> T:
        """Run one of the reading jobs. Raises StoreError."""
        return await self._writer.submit(lambda connection: job(connection, *arguments))

    def _place(self, event: Event, decision: Decision) -> Stored:
        self._sequence += 1
        return Stored(
            event=event,
            boot=self.identity.boot,
            sequence=self._sequence,
            priority=decision.priority,
            durable=self._on_disk,
        )

    def _submit_quietly(self, job: Job) -> None:
        def settle(done: "asyncio.Future[None]") -> None:
            error = done.exception()
            if isinstance(error, StoreError):
                self._park(job, error)
            else:
                self._recovered()

        self._writer.submit(job).add_done_callback(settle)

    def _park(self, job: Job, error: StoreError) -> None:
        self._parked.append(job)
        if self.problem is None:
            log.error("the store cannot be written, alarms go out from memory: %s", error)
        self.problem = str(error)

    def _recovered(self) -> None:
        if self.problem is not None and not self._parked and self._on_disk:
            log.warning("the store can be written again")
            self.problem = None
