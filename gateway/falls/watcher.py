"""Watches the samples of worn devices for falls, in one thread of its own that nobody waits for.

Where alarms are heard only a put into a bounded queue is done; the thread takes from it in small portions and loads
the numerics with the first block, once the alarms of the last run have left. Overload drops the oldest blocks, which
the detector sees as a gap and the district as a trouble. A stop in order leaves how each detector stands to the next
start, which goes on from there: a fall whose impact was just seen is judged then. After a kill or a power cut each
detector begins anew, and an impact of the last seconds before it is not judged.
"""

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.device import Device
from drivers.wearable_stream import Gap, Stretch
from gateway.contract.messages import FallsWatched
from gateway.falls.findings import WATCHED, Findings
from gateway.falls.kept import Left, from_row
from gateway.falls.reports import Report
from gateway.falls.rule import LEFT
from gateway.intake.outcomes import Moment
from gateway.metrics import Metrics
from gateway.store.watching import Watching

if TYPE_CHECKING:
    from gateway.falls.judge import Judge

log = logging.getLogger(__name__)

QUEUE_BLOCKS = 240
"""Of each device: two minutes at two blocks a second."""
PORTION_BLOCKS = 8
"""Of each device at a time: the thread is never long about one."""
CALM_SECONDS = 10.0
"""The numerics wait for the alarms of the last run to leave, but not for longer."""
OVERLOADED_SECONDS = 60.0
SILENT_SECONDS = 5.0
"""A device that says nothing for so long (it broke, or lies out of reach) is judged by what it has said."""
OUT_OF_REACH_SECONDS = 900.0
"""As for its supervision: a band in its charger guards nobody."""
NICE = 10
STOP_SECONDS = 2.0
"""A thread that hangs holds up no stop."""
_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class _Work:
    """What the thread does in one go."""

    portion: list[tuple[str, Stretch]]
    follow: list[str]
    done: list[str]
    silent: tuple[str, ...]

    def do(self, judge: "Judge") -> list[Report]:
        for device in self.done:
            judge.unfollow(device)
        for device in self.follow:
            judge.follow(device)
        found = [report for device, stretch in self.portion for report in judge.take(device, stretch)]
        return found + [report for device in self.silent for report in judge.finish(device)]


class FallWatcher:
    """A sink of samples. `is_calm`: no alarm waits to leave."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        findings: Findings,
        metrics: Metrics,
        is_calm: Callable[[], bool],
        monotonic: Callable[[], float],
    ) -> None:
        self._devices = devices
        self._findings = findings
        self._metrics = metrics
        self._is_calm = is_calm
        self._monotonic = monotonic
        self._queues: dict[str, deque[Stretch]] = {device: deque() for device in devices}
        self._wanted = asyncio.Event()
        self._dropped_at = float("-inf")
        self._heard: dict[str, float] = {}
        self._newest: dict[str, float] = {}
        self._left: dict[str, Left] = {}
        self._judging = asyncio.Lock()
        self._judge: Judge | None = None
        self._pool: ThreadPoolExecutor | None = None

    def resume(self, rows: Iterable[Watching], moment: Moment) -> None:
        """Take up what a stop has left."""
        found = {row.device: from_row(row, moment) for row in rows if row.rule == LEFT}
        for device in self._devices:
            left = found.get(device)
            if left is not None:
                log.info("the watch over falls goes on where device %s was left", device)
                self._left[device] = left
                self._heard[device] = moment.monotonic
                self._wanted.set()
            elif device in found:
                log.warning("what the last run left of device %s is too old or cannot be read: its watch over falls "
                            "begins anew", device)  # fmt: skip
            else:
                log.info("nothing was left of device %s: its watch over falls begins anew, an impact in the seconds "
                         "before is not judged", device)  # fmt: skip

    async def stop(self) -> dict[str, Left]:
        """Judge what has come and judge no more. Returns how the detectors stand; nothing where the thread hangs."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._judging.acquire()  # and nobody gives it back: what comes now is for the next start
                while portion := self._portion():
                    await self._do(_Work(portion, [], [], ()))
                if self._judge is None:
                    return self._left
                return await asyncio.get_running_loop().run_in_executor(self._pool, self._judge.left)
        except TimeoutError:
            log.warning("the watch over falls did not stop in time: it begins anew at the next start")
            return {}

    def take(self, device: Device, said: Stretch | Gap, at: float) -> None:
        """Put a stretch into the queue of its device; of a gap the next stretch's time tells."""
        queue = self._queues.get(device.id)
        if queue is None or isinstance(said, Gap):
            return
        if len(queue) >= QUEUE_BLOCKS:
            queue.popleft()
            self._dropped_at = at
            self._metrics.fall_watch_dropped()
        queue.append(said)
        self._heard[device.id] = self._newest[device.id] = at
        self._wanted.set()

    def late(self, device: Device, blocks: int) -> None:
        """So many blocks came twice, or too late."""
        if device.id in self._devices:
            self._findings.late(device.id, blocks)

    def protection(self) -> FallsWatched:
        """Whether falls are noticed now; of several devices the best counts."""
        return min(map(self._watched, self._devices), key=WATCHED.index)

    def _watched(self, device: str) -> FallsWatched:
        newest = self._newest.get(device)
        if newest is None or self._monotonic() - newest > OUT_OF_REACH_SECONDS:
            return "silent"
        return self._findings.standing(device)

    async def run(self) -> None:
        """Judge for ever."""
        try:
            await self._wanted.wait()
            await self._calm()
            async with self._judging:
                await self._begin()
            while True:
                await self._news()
                await self._judge_all()
                self._findings.look(is_overloaded=self._monotonic() - self._dropped_at < OVERLOADED_SECONDS)
        finally:
            pool, self._pool, self._judge = self._pool, None, None
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)

    async def _begin(self) -> "tuple[ThreadPoolExecutor, Judge]":
        """The thread and what judges in it."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="falls", initializer=_give_way)
        if self._judge is None:
            loop, (left, self._left) = asyncio.get_running_loop(), (self._left, {})
            self._judge = await loop.run_in_executor(self._pool, _new_judge, self._devices, left)
        return self._pool, self._judge

    async def _judge_all(self) -> None:
        while True:
            async with self._judging:
                portion = self._portion()
                silent = () if portion else self._silent()
                if not portion and not silent:
                    return
                await self._do(_Work(portion, self._findings.to_follow(), self._findings.done(), silent))

    async def _do(self, work: _Work) -> None:
        pool, judge = await self._begin()
        await self._findings.told(await asyncio.get_running_loop().run_in_executor(pool, work.do, judge))

    async def _calm(self) -> None:
        for _ in range(round(CALM_SECONDS / _PAUSE_SECONDS)):
            if self._is_calm():
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _news(self) -> None:
        """Wait for blocks, or for a device that has sent some to fall silent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENT_SECONDS if self._heard else None):
                await self._wanted.wait()
        self._wanted.clear()

    def _silent(self) -> tuple[str, ...]:
        """The devices that have fallen silent since the last look."""
        now = self._monotonic()
        found = tuple(device for device, at in self._heard.items() if now - at >= SILENT_SECONDS)
        for device in found:
            del self._heard[device]
        return found

    def _portion(self) -> list[tuple[str, Stretch]]:
        """The next blocks of every device, in order."""
        found: list[tuple[str, Stretch]] = []
        for device, queue in self._queues.items():
            found += [(device, queue.popleft()) for _ in range(min(PORTION_BLOCKS, len(queue)))]
        return found


def _give_way() -> None:
    """The thread runs when nobody else wants to. Not every system has priorities of threads."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _new_judge(devices: Mapping[str, Device], left: Mapping[str, Left]) -> "Judge":
    from gateway.falls.judge import Judge  # here and not above: the numerics load in the thread, with the first block

    judge = Judge({device.id: device.position or "torso" for device in devices.values()})
    for device, how in left.items():
        judge.resume(device, how)
    return judge
