"""The buttons of the box: waits for their lines, and hands on what they say. Reopened whenever the chip comes back.

The waiting is done in a thread of its own: a chip behind I2C or USB may hang, and must hang alone.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from drivers.box import NAME, Level, Panel
from drivers.device import Decoded
from drivers.event import Signal
from drivers.link.gpio import GpioError, Inputs, Seen
from gateway.config_box import Box
from gateway.problems import Problems
from gateway.watch import Lines

log = logging.getLogger(__name__)
T = TypeVar("T")

PROBLEM = "box buttons"
REOPEN_SECONDS = 1.0
LOOK_SECONDS = 0.5
"""Edges wake the waiting thread; so often it looks without one, since edges get lost and chips are pulled out."""
REST_SECONDS = 0.01
"""Between two looks: a contact that rattles without end gets a hundred a second, not the whole processor."""
HANG_SECONDS = 5.0


Hear = Callable[[Decoded, str, float], object]
"""Takes signals, their driver, and when they came (seconds of perf_counter)."""


class BoxLine:
    """All buttons of the box, on one chip. `monotonic` is the kernel's clock, by which edges are dated."""

    def __init__(
        self,
        box: Box,
        hear: Hear,
        lines: Lines,
        problems: Problems,
        monotonic: Callable[[], float],
    ) -> None:
        self._box = box
        self._names = {number: name for name, number in box.buttons.items()}
        self._heard = hear
        self._lines = lines
        self._problems = problems
        self._monotonic = monotonic
        self._panel = Panel()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="box-buttons")

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                await self._listen()
            except GpioError as error:
                self._problems.report(PROBLEM, f"the buttons of the box are not heard: {error}; see [box]")
            self._lines.down(NAME, self._monotonic())
            await asyncio.sleep(REOPEN_SECONDS)

    async def _listen(self) -> None:
        inputs = Inputs(self._box.chip, tuple(self._names), active_low=self._box.pressed_low)
        try:
            self._look(await self._ask(inputs.open))
            self._hear((self._panel.check_in(),))
            log.info("listening on the box (%s), %d buttons", self._box.chip, len(self._names))
            while True:
                self._look(await self._ask(partial(inputs.wait, self._patience())))
                await asyncio.sleep(REST_SECONDS)
        finally:
            self._thread.submit(inputs.close)  # behind whatever still runs there

    def _patience(self) -> float:
        due = self._panel.next_look()
        return LOOK_SECONDS if due is None else min(LOOK_SECONDS, due - self._monotonic())

    async def _ask(self, call: Callable[[], T]) -> T:
        """Have the thread do it. One that hangs is told of and waited for: a second would hang behind it."""
        asked = asyncio.get_running_loop().run_in_executor(self._thread, call)
        await asyncio.wait([asked], timeout=HANG_SECONDS)
        if not asked.done():
            self._lines.down(NAME, self._monotonic())
            self._problems.report(
                PROBLEM, f"the buttons of the box are not heard: GPIO chip {self._box.chip} does not answer"
            )
        answer = await asked
        self._lines.up(NAME)
        self._problems.over(PROBLEM)
        return answer

    def _look(self, seen: Iterable[Seen]) -> None:
        self._hear(self._panel.look(Level(button=self._names[one.line], down=one.active, at=one.at) for one in seen))

    def _hear(self, said: tuple[Signal, ...]) -> None:
        if said:
            self._heard(said, NAME, time.perf_counter())
