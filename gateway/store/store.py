"""The store: one file, one writer, event and outbox row in one durable commit before anything is sent or sounded.

When the disk fails the alarm is not refused: what could not be written is parked in memory (bounded), goes out from
there, and is written as soon as the disk takes it again, with its answers behind it. A disk that hangs has failed too.
Until it is well again `problem` says what is wrong.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from drivers.event import Event
from gateway.contract.messages import Answer
from gateway.policy import Decision
from gateway.store import absence, deliveries, devices, jobs, pending, watching
from gateway.store.bounds import DEFAULT_LIMIT_BYTES
from gateway.store.committing import Job
from gateway.store.database import DamagedError, Identity, StoreError, UnfitError
from gateway.store.jobs import Change
from gateway.store.keeping import Keeping, Told, hush
from gateway.store.looking import Renewed, Seen, exchange, inode_of, look, names_aside
from gateway.store.opening import open_in_memory, open_on_disk
from gateway.store.patience import PATIENCE_SECONDS, in_time
from gateway.store.rows import Stored
from gateway.store.telemetry import Telemetry
from gateway.store.writer import BeginWriting, ThreadWriter, Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

COUNTS_LIMIT = 1_000
PARKED_LIMIT = 1_000
"""Answered events with their answers that wait for an ill disk."""
CLOSE_TIMEOUT_SECONDS = 3.0
PROBE_TIMEOUT_SECONDS = 10.0
RENEW_AGAIN_SECONDS = 600.0
"""After a damaged file was put aside, the next one is put aside no sooner; alarms go out from memory meanwhile."""


@dataclass(frozen=True, slots=True)
class _Write:
    """Something that is tried until the disk takes it: `event` where it writes one, `about` where it answers one.

    `state` names what is written over and over: the newest is enough.
    """

    job: Job
    event: Event | None = None
    about: str | None = None
    state: tuple[str, str] | None = None


class Store:
    """The house's memory. Use as a context manager inside a running event loop.

    `put_aside` names the damaged files that lie in the folder. `when_renewed` is told after another file was opened,
    which may hold what this run does not know.
    """

    def __init__(
        self,
        path: Path,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        begin_writing: BeginWriting = ThreadWriter,
    ) -> None:
        self._path = path
        self._begin_writing = begin_writing
        self.limit_bytes = limit_bytes
        self.problem: str | None = None
        self.put_aside: tuple[str, ...] = ()
        self._on_renewed: Callable[[], Awaitable[None]] = _nothing
        self.telemetry: Telemetry
        self._counts: dict[str, int] = {}
        self._devices: dict[str, devices.DeviceState] = {}
        self._devices_under_way = False
        self._parked: deque[_Write] = deque()
        self._unwritten: dict[str, Event] = {}
        self._under_way = 0
        self.identity: Identity
        self._writer: Writer
        self._sequence = 0
        self.kept_sequence = 0
        """The last event that is known to be on the disk."""
        self._on_disk = True
        self._inode = 0
        self._knows_file = False
        self._renewing: asyncio.Future[Renewed] | None = None
        self._damaged = False
        self._gone = False
        self._renew_not_before = float("-inf")

    def __enter__(self) -> "Store":
        try:
            connection, self.identity = open_on_disk(self._path, datetime.now(UTC))
            self._inode = inode_of(self._path)
        except StoreError as error:
            # An unreadable disk must not silence the house: it lives in memory until the disk can be used.
            self.problem = str(error)
            log.error("the store cannot be opened, alarms go out from memory only: %s", error)
            self._on_disk = False
            connection, self.identity, self._knows_file = open_in_memory(self._path)
        self._sequence = self.kept_sequence = self.identity.sequence
        self.put_aside = names_aside(self._path)
        self._writer = self._begin_writing(connection)
        self.telemetry = Telemetry(self._writer.submit, self._wrote_telemetry)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.flush()
        self.telemetry.finish()
        self._writer.close(CLOSE_TIMEOUT_SECONDS)

    def when_renewed(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call `tell` after each renewal."""
        self._on_renewed = tell

    def count_on_from(self, sequence: int, boot: int) -> None:
        """Give the next event and the next boot a number beyond these."""
        self._sequence = max(self._sequence, sequence)
        self._try(_Write(partial(jobs.count_boots_from, boot=boot)))

    def append(
        self, event: Event, decision: Decision, change: Change | None = None, then: Told = hush, meanwhile: Told = hush
    ) -> "asyncio.Future[Stored]":
        """Write an event. The future never fails: it tells when it is on the disk, or that only memory has it yet.

        `then` is called with what the future gives, a turn of the loop before whoever waits for it: an alarm leaves.
        `meanwhile` is called while the disk works at it, or not at all.
        """
        stored = self._place(event, decision)
        job = partial(jobs.append, stored=stored, answered=decision.answered, change=change)
        keeping = Keeping(stored, then)

        def settle(done: "asyncio.Future[None]") -> None:
            hanging.cancel()
            if is_on_disk := done.exception() is None:
                self.kept_sequence = max(self.kept_sequence, stored.sequence)
            keeping.tell(is_on_disk=is_on_disk)

        def hang() -> None:
            self._unwritten[event.id] = event
            self._ill(StoreError(f"the disk has not answered for {PATIENCE_SECONDS:g} s"))
            keeping.tell(is_on_disk=False)

        hanging = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, hang)
        self._writer.meanwhile(partial(meanwhile, stored))
        self._try(_Write(job, event)).add_done_callback(settle)
        return keeping.kept

    def end(self, change: Change) -> None:
        """Forget a condition that ended without an event of its own."""
        self._try(_Write(partial(jobs.end_condition, change=change)))

    def keep_absence(self, said: Callable[[], absence.Absence | None]) -> None:
        """Keep since when, and until when, nobody is at home."""
        self._try(_Write(partial(absence.keep, said=said)))

    def keep_addresses(self, addresses: dict[str, str]) -> None:
        """Keep where each server was reached last."""
        self._try(_Write(partial(jobs.keep_addresses, addresses=addresses)))

    def silence(self, alarm: str) -> None:
        """Keep that nothing more is to be sounded of an alarm."""
        self._try(_Write(partial(jobs.silence, alarm=alarm)))

    def hold(self, row: pending.Pending, change: Change | None) -> "asyncio.Future[None]":
        """Keep an alarm that is held back, and the condition it begins. The future never fails, as `append`'s."""
        return in_time(self._try(_Write(partial(pending.hold, row=row, change=change))))

    def keep_watching(self, row: watching.Watching) -> None:
        """Keep how a rule stands with a device."""
        self._try(_Write(partial(watching.keep, row=row), state=(row.device, row.rule)))

    def forget_watching(self, device: str, rule: str) -> None:
        """A rule has nothing to remember of a device."""
        self._try(_Write(partial(watching.forget, device=device, rule=rule), state=(device, rule)))

    def delivered(self, delivery: deliveries.Delivery) -> None:
        """Keep how far a message came by a further route, behind the message itself."""
        self._try(_Write(partial(deliveries.note, delivery=delivery), about=delivery.event))

    def tested(self, route: str, at: datetime) -> None:
        """Keep when a further route last proved the whole way."""
        self._try(_Write(partial(deliveries.note_test, route=route, at=at)))

    async def note_executed(self, command: str) -> bool:
        """Keep that a command is being obeyed. Returns after the commit; False where only memory has it yet."""
        done = self._try(_Write(partial(jobs.note_executed, command=command)))
        await asyncio.wait([done], timeout=PATIENCE_SECONDS)
        return done.done() and done.exception() is None

    def note(self, event: Event, decision: Decision) -> None:
        """Keep telemetry for the next batch: it is written every half minute, or when a thousand wait."""
        if not self._on_disk:
            return  # memory is for what must be answered
        self.telemetry.note(self._place(event, decision))
        if self.telemetry.is_batch:
            self.flush()

    def count_repeat(self, event: str, count: int) -> None:
        """Keep how often a press was heard, for the next batch."""
        self._counts[event] = max(count, self._counts.get(event, 0))
        if len(self._counts) >= COUNTS_LIMIT:
            self.flush()

    def keep_devices(self, states: dict[str, devices.DeviceState]) -> None:
        """Keep what is known of these devices, for the next batch; a later state replaces an earlier one."""
        self._devices |= states

    def flush(self) -> None:
        """Try again what the disk refused, then hand over the batch; the counts come last, they need their rows."""
        parked, self._parked = self._parked, deque()
        for write in parked:
            self._try(write)
        self.telemetry.write(behind=self._try_counts)
        if self._devices and not self._devices_under_way:
            self._try_devices()

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
        done = self._writer.submit(lambda connection: job(connection, *arguments))
        try:
            return await done
        except DamagedError as error:
            self._ill(error)
            raise

    async def probe(self, moment: datetime, *, durable: bool) -> None:
        """Write the time and take it back again, or with `durable` commit it: `problem` knows then of a sick disk.

        Where the file is damaged, gone or could not be opened, another one is tried. Raises TimeoutError where the
        writer does not come back.
        """
        if self._on_disk and self._renewing is None:
            seen = partial(look, path=self._path, inode=self._inode, moment=moment, durable=durable)
            try:
                self._note(await self._in_time(self._writer.submit(seen)))
            except StoreError as error:
                self._ill(error)
        if self._damaged or self._gone or not self._on_disk:
            await self._renew(moment)

    def _note(self, seen: Seen) -> None:
        self.put_aside, self._gone = seen.put_aside, seen.is_gone
        if seen.damage is not None:
            self._ill(DamagedError(seen.damage))
        elif seen.lost is not None:
            self._ill(StoreError(seen.lost))
        else:
            self._recovered()

    async def _renew(self, moment: datetime) -> None:
        """Put another file in the place of one that is damaged, gone or was never there, and go on with it.

        Where that takes too long, the next call waits for the same one.
        """
        now = asyncio.get_running_loop().time()
        if now < self._renew_not_before:
            return
        if self._renewing is None:
            self._renewing = self._writer.exchange(
                partial(
                    exchange, path=self._path, moment=moment, damaged=self._damaged, in_memory=not self._on_disk,
                    knows_file=self._knows_file,
                )
            )  # fmt: skip
        try:
            renewed = await self._in_time(self._renewing)
        except StoreError as error:
            log.debug("the store could not be renewed: %s", error)
            self._renewing = None
            return
        self._renewing = None
        self.identity, self._inode, self.put_aside = renewed.identity, renewed.inode, renewed.put_aside
        # A disk that damages one file after another would be filled with them.
        self._renew_not_before = now + (RENEW_AGAIN_SECONDS if self._damaged else 0.0)
        log.warning("the store goes on in %s", self._path)
        self._damaged, self._gone, self._on_disk = False, False, True
        self._sequence = max(self._sequence, self.identity.sequence) + len(self._parked)
        self.kept_sequence = self.identity.sequence
        self.flush()
        self._recovered()
        await self._on_renewed()

    @staticmethod
    async def _in_time(done: "asyncio.Future[T]") -> T:
        await asyncio.wait([done], timeout=PROBE_TIMEOUT_SECONDS)
        if not done.done():
            raise TimeoutError
        return done.result()

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
            self._ill(error)
            self._park(write)

    def _wrote_telemetry(self, error: BaseException | None) -> None:
        if error is None:
            self._recovered()
        else:
            self._ill(error)

    def _try_counts(self) -> None:
        if self._counts:
            counts, self._counts = self._counts, {}
            self._try(_Write(partial(jobs.set_repeat_counts, counts=counts)))

    def _try_devices(self) -> None:
        """What the disk refuses waits with what is newer: hours of an ill disk must not push an alarm out."""
        states, self._devices = self._devices, {}

        def settle(done: "asyncio.Future[None]") -> None:
            self._devices_under_way = False
            if done.exception() is not None:
                self._devices = states | self._devices

        self._devices_under_way = True  # one at a time: an older state that comes back must replace no newer one
        self._writer.submit(partial(devices.set_states, states=states)).add_done_callback(settle)

    def _park(self, write: _Write) -> None:
        if write.state is not None:
            # A door that goes to and fro must not push an alarm out.
            self._parked = deque(one for one in self._parked if one.state != write.state)
        self._parked.append(write)
        if len(self._parked) > PARKED_LIMIT:
            dropped = self._parked.popleft()
            if dropped.event is not None:
                self._unwritten.pop(dropped.event.id, None)
                log.error("the store is ill for too long: event %s will never be written", dropped.event.id)

    def _ill(self, error: BaseException) -> None:
        if self.problem is None:
            log.error("the store cannot be written, alarms go out from memory: %s", error)
        self.problem = str(error)
        self._damaged = self._damaged or isinstance(error, DamagedError)

    def _recovered(self) -> None:
        waiting = self._under_way or self._parked or self.telemetry.is_under_way
        well = self._on_disk and not self._damaged and not self._gone
        if self.problem is not None and not waiting and well:
            log.warning("the store can be written again")
            self.problem = None


async def _nothing() -> None:
    return
