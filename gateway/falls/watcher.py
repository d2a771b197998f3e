"""Watches the samples of worn devices for falls, in one thread of its own that nobody waits for.

Where alarms are heard only a put into a bounded queue is done; the thread takes from it in small portions and loads
the numerics with the first block, once the alarms of the last run have left. Overload drops the oldest blocks, which
the detector sees as a gap and the district as a trouble. After a restart each detector begins anew: a fall in those
seconds is not seen.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.device import Device
from drivers.wearable_stream import Gap, Stretch
from gateway.contract.messages import FallsWatched
from gateway.falls.findings import WATCHED, Findings
from gateway.falls.reports import Report
from gateway.metrics import Metrics

if TYPE_CHECKING:
    from gateway.falls.judge import Judge

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
        await self._wanted.wait()
        await self._calm()
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="falls", initializer=_give_way)
        try:
            loop = asyncio.get_running_loop()
            judge = await loop.run_in_executor(pool, _new_judge, self._devices)
            while True:
                await self._news()
                while (portion := self._portion()) or (silent := self._silent()):
                    work = _Work(portion, self._findings.to_follow(), self._findings.done(), () if portion else silent)
                    await self._findings.told(await loop.run_in_executor(pool, work.do, judge))
                self._findings.look(is_overloaded=self._monotonic() - self._dropped_at < OVERLOADED_SECONDS)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

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


def _new_judge(devices: Mapping[str, Device]) -> "Judge":
    from gateway.falls.judge import Judge  # here and not above: the numerics load in the thread, with the first block

    return Judge({device.id: device.position or "torso" for device in devices.values()})
