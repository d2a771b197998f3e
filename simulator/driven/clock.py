"""The clocks of a house in virtual time."""

import asyncio
from datetime import UTC, datetime, timedelta

from drivers.event import ClockQuality


class HouseClock:
    """`begins` is the wall clock's time at the loop's second 0. The house's own may be wrong; the world's never is."""

    def __init__(self, begins: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._begins = begins.astimezone(UTC)
        self._wrong_by = timedelta()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return self._loop.time()

    def now(self) -> datetime:
        """What the house takes for the time, in UTC."""
        return self.true() + self._wrong_by

    def true(self) -> datetime:
        """The time, in UTC."""
        return self._begins + timedelta(seconds=self._loop.time())

    def quality(self) -> ClockQuality:
        """A time server has set it, as far as the house knows."""
        return ClockQuality.SYNCHRONISED

    def jump(self, seconds: float) -> None:
        """The house's clock is set, rightly or wrongly."""
        self._wrong_by += timedelta(seconds=seconds)
