"""The store: one file, one writer, event and outbox row in one durable commit before anything is sent or sounded.

When the disk fails the alarm is not refused: what could not be written is parked in memory (bounded), goes out from
there, and is written as soon as the disk takes it again, with its answers behind it. A disk that hangs has failed too.
Until it is well again `problem` says what is wrong.
"""

import asyncio
import logging
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from drivers.event import Event
from gateway.contract.messages import Answer
from gateway.policy import Decision
from gateway.store import jobs
from gateway.store.database import MEMORY, Identity, StoreError, UnfitError, open_for_writing
from gateway.store.rows import Stored
from gateway.store.writer import Job, Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

TELEMETRY_BATCH = 1_000
PARKED_LIMIT = 1_000
"""Answered events with their answers, and as many rows of telemetry, that wait for an ill disk."""
CLOSE_TIMEOUT_SECONDS = 3.0
PATIENCE_SECONDS = 2.0
"""How long an alarm waits for its commit before it goes out from memory."""
PROBE_TIMEOUT_SECONDS = 10.0
SCARCE_BYTES = 2 * 1_024 * 1_024


@dataclass(frozen=True, slots=True)
class _Write:
    """Something that is tried until the disk takes it: `event` where it writes one, `about` where it answers one."""

    job: Job
    event: Event | None = None
    about: str | None = None


class Store:
    """The house's memory. Use as a context manager inside a running event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem: str | None = None
        self._telemetry: list[Stored] = []
        self._counts: dict[str, int] = {}
        self._parked: deque[_Write] = deque()
        self._parked_telemetry: list[Stored] = []
        self._unwritten: dict[str, Event] = {}
        self._under_way = 0
        self.identity: Identity
        self._writer: Writer
        self._sequence = 0
        self._on_disk = True
        self._inode = 0

    def __enter__(self) -> "Store":
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection, self.identity = open_for_writing(str(self._path))
            self._inode = self._path.stat().st_ino
        except (StoreError, OSError) as error:
            # An unreadable disk must not silence the house: it lives in memory until somebody mends it.
            self.problem = str(error)
            log.error("the store cannot be opened, alarms go out from memory only: %s", error)
            self._on_disk = False
            connection, self.identity = open_for_writing(MEMORY)
        self._sequence = self.identity.sequence
        self._writer = Writer(connection)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.flush()
        self._writer.close(CLOSE_TIMEOUT_SECONDS)

    def append(self, event: Event, decision: Decision, change: jobs.Change | None = None) -> "asyncio.Future[Stored]":
        """Write an event. The future never fails: it tells when it is on the disk, or that only memory has it yet."""
        stored = self._place(event, decision)
        job = partial(jobs.append, stored=stored, answered=decision.answered, change=change)
        kept: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()

        def settle(done: "asyncio.Future[None]") -> None:
            hanging.cancel()
            if not kept.done():
                kept.set_result(stored if done.exception() is None else replace(stored, durable=False))

        def hang() -> None:
            self._unwritten[event.id] = event
            self._ill(f"the disk has not answered for {PATIENCE_SECONDS:g} s")
            kept.set_result(replace(stored, durable=False))

        hanging = kept.get_loop().call_later(PATIENCE_SECONDS, hang)
        self._try(_Write(job, event)).add_done_callback(settle)
        return kept

    def end(self, change: jobs.Change) -> None:
        """Forget a condition that ended without an event of its own."""
        self._try(_Write(partial(jobs.end_condition, change=change)))

    def silence(self, alarm: str) -> None:
        """Keep that nothing more is to be sounded of an alarm."""
        self._try(_Write(partial(jobs.silence, alarm=alarm)))

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
        """Try again what the disk refused, then hand over the batch; the counts come last, they need their rows."""
        parked, self._parked = self._parked, deque()
        for write in parked:
            self._try(write)
        for batch in (self._parked_telemetry, self._telemetry):
            if batch:
                self._try_telemetry(batch)
        self._parked_telemetry, self._telemetry = [], []
        if self._counts:
            counts, self._counts = self._counts, {}
            self._try(_Write(partial(jobs.set_repeat_counts, counts=counts)))

    async def mark(self, answer: Answer) -> jobs.Marked | None:
        """Note an answer. Returns after the commit; for an event that only memory has at once: it is parked behind it.

        None where nothing bears the id. Raises StoreError where the disk refuses or hangs; it is tried again then.
        """
        job = partial(jobs.mark, answer=answer)
        event = self._unwritten.get(answer.about)
        if event is None:
            done = self._try(_Write(job, about=answer.about))
            await asyncio.wait([done], timeout=PATIENCE_SECONDS)
            if not done.done():
                raise StoreError("the disk does not answer")
            marked: jobs.Marked | None = done.result()
            return marked
        self._park(_Write(job, about=answer.about))
        return jobs.Marked.unstored(answer, raised=event.raises_alarm or event.is_test)

    async def ask(self, job: Callable[..., T], *arguments: object) -> T:
        """Run one of the reading jobs. Raises StoreError."""
        return await self._writer.submit(lambda connection: job(connection, *arguments))

    async def probe(self, moment: datetime, *, durable: bool) -> None:
        """Write the time and take it back again, or with `durable` commit it: `problem` knows then of a sick disk.

        Raises TimeoutError where the writer does not come back.
        """
        lost = self._lost_file()
        if lost is not None:
            self._ill(lost)
            return
        # A rolled-back write never reaches the disk: where it is nearly full, only a real one tells.
        durable = durable or shutil.disk_usage(self._path.parent).free < SCARCE_BYTES
        done = self._writer.submit(partial(jobs.probe, moment=moment, durable=durable))
        await asyncio.wait([done], timeout=PROBE_TIMEOUT_SECONDS)
        if not done.done():
            raise TimeoutError
        error = done.exception()
        if error is not None:
            self._ill(str(error))
        else:
            self._recovered()

    def _lost_file(self) -> str | None:
        """Whether the file that is written to is still the one at its path; nobody would find it again otherwise."""
        if not self._on_disk:
            return self.problem
        try:
            there = self._path.stat().st_ino
        except OSError as error:
            return f"the file is gone: {error}"
        return None if there == self._inode else "another file lies in the store's place"

    def _place(self, event: Event, decision: Decision) -> Stored:
        self._sequence += 1
        return Stored(
            event=event,
            boot=self.identity.boot,
            sequence=self._sequence,
            priority=decision.priority,
            durable=self._on_disk,
        )

    def _try(self, write: _Write) -> "asyncio.Future[Any]":
        self._under_way += 1
        done = self._writer.submit(write.job)
        done.add_done_callback(partial(self._settle, write))
        return done

    def _settle(self, write: _Write, done: "asyncio.Future[Any]") -> None:
        self._under_way -= 1
        error = done.exception()
        if error is None:
            if write.event is not None:
                self._unwritten.pop(write.event.id, None)
            if write.about in self._unwritten:
                self._park(write)  # its event was refused once more: there was nothing to mark
            self._recovered()
            return
        if write.event is not None:
            self._unwritten[write.event.id] = write.event
        if isinstance(error, UnfitError):
            log.error("what does not fit the store is not tried again: %s", error)
        else:
            self._ill(str(error))
            self._park(write)

    def _try_telemetry(self, batch: list[Stored]) -> None:
        def settle(done: "asyncio.Future[None]") -> None:
            self._under_way -= 1
            error = done.exception()
            if error is None:
                self._recovered()
            elif isinstance(error, UnfitError):
                log.error("%d rows of telemetry do not fit the store: %s", len(batch), error)
            else:
                self._ill(str(error))
                self._parked_telemetry = [*self._parked_telemetry, *batch][-PARKED_LIMIT:]

        self._under_way += 1
        self._writer.submit(partial(jobs.append_many, batch=batch)).add_done_callback(settle)

    def _park(self, write: _Write) -> None:
        self._parked.append(write)
        if len(self._parked) > PARKED_LIMIT:
            dropped = self._parked.popleft()
            if dropped.event is not None:
                self._unwritten.pop(dropped.event.id, None)
                log.error("the store is ill for too long: event %s will never be written", dropped.event.id)

    def _ill(self, problem: str) -> None:
        if self.problem is None:
            log.error("the store cannot be written, alarms go out from memory: %s", problem)
        self.problem = problem

    def _recovered(self) -> None:
        waiting = self._under_way or self._parked or self._parked_telemetry
        if self.problem is not None and not waiting and self._on_disk:
            log.warning("the store can be written again")
            self.problem = None
