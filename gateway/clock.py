"""Time as the house knows it: monotonic while running, wall time only to name a moment, and how far to trust it."""

import ctypes
import time
from datetime import UTC, datetime

from drivers.event import ClockQuality, Event

QUALITY_SECONDS = 1.0
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No house is older than this program: an earlier time is a clock that has lost its own."""
_TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not synchronised


class _Timex(ctypes.Structure):
    # struct timex of <sys/timex.h>; only `modes` is read here, the rest is room for the kernel to write to.
    _fields_ = (("modes", ctypes.c_uint), ("rest", ctypes.c_byte * 252))


class Clock:
    """The machine's clocks; tests and driven time give their own."""

    def __init__(self) -> None:
        self._quality = ClockQuality.UNTRUSTED
        self._quality_until = 0.0
        self._adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)

    def monotonic(self) -> float:
        """Seconds that only ever grow, for every deadline."""
        return time.monotonic()

    def now(self) -> datetime:
        """The wall clock in UTC."""
        return datetime.now(UTC)

    def quality(self) -> ClockQuality:
        """Whether a time server has set the clock, by the kernel's own word (every time daemon tells it).

        Asked once a second at most: each message wants to know. Never known where the time is impossible, whatever the
        kernel says.
        """
        now = time.monotonic()
        if self._adjtimex is not None and now >= self._quality_until:
            state = self._adjtimex(ctypes.byref(_Timex(modes=0)))
            known = state not in (-1, _TIME_ERROR) and self.now() >= EARLIEST
            self._quality = ClockQuality.SYNCHRONISED if known else ClockQuality.UNTRUSTED
            self._quality_until = now + QUALITY_SECONDS
        return self._quality


def age_seconds(event: Event, wall: datetime) -> float:
    """How long ago an event was heard; nothing where the house did not know the time then."""
    known = event.clock_quality is ClockQuality.SYNCHRONISED
    return (wall - event.received_at).total_seconds() if known else 0.0
