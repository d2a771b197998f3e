"""The pulse of a house in virtual time: it looks every second while something goes on, and seldom while nothing does.

A year has 31 million seconds, and in nearly all of them nobody does anything. Whatever reaches the house over the air,
comes from the district or goes there stirs it. What becomes due in the quiet by itself (a sensor silent for a day, a
door open for long) is found a little later than in real life: at most LONGEST_SECONDS, and mostly `slower` seconds.
"""

import asyncio
import math

STIRRED_SECONDS = 60.0
"""So long after something happened a house looks closely: longer than a line's hiccup, or a jammed radio's."""
LONGEST_SECONDS = 600.0


class Pulse:
    """One house's. In the quiet its pauses are so many times `slower`. Use inside a running loop."""

    def __init__(self, slower: float) -> None:
        self._slower = slower
        self._loop = asyncio.get_running_loop()
        self._busy_until = self._loop.time()
        self._resting: dict[asyncio.Future[None], float] = {}

    def stir(self) -> None:
        """Something happens: look closely for a while."""
        self._busy_until = self._loop.time() + STIRRED_SECONDS
        resting, self._resting = self._resting, {}
        for sleeper, seconds in resting.items():
            self._loop.call_later(seconds, _wake, sleeper)

    async def pause(self, seconds: float) -> None:
        """Wait so many seconds; longer in the quiet, but no longer than they after it has ended."""
        now = self._loop.time()
        if now < self._busy_until or seconds >= LONGEST_SECONDS:
            await asyncio.sleep(seconds)
            return
        sleeper: asyncio.Future[None] = self._loop.create_future()
        self._resting[sleeper] = seconds
        step = min(seconds * self._slower, LONGEST_SECONDS)
        # All whose pauses are alike wake together: the loop turns once for them.
        rested = self._loop.call_at(math.ceil((now + seconds) / step) * step, _wake, sleeper)
        try:
            await sleeper
        finally:
            rested.cancel()
            self._resting.pop(sleeper, None)


def _wake(sleeper: "asyncio.Future[None]") -> None:
    if not sleeper.done():
        sleeper.set_result(None)
