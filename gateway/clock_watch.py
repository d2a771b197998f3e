"""Whether the wall clock can be believed: not set for long, impossible, or jumping while it was said to be right. Pure.

Time zones and daylight saving do not come into it: the house counts in UTC.
"""

from datetime import datetime

from drivers.event import ClockQuality
from gateway.clock import EARLIEST

NOT_SET_AFTER_SECONDS = 900.0
"""A house without a battery-backed clock has no time until a time server has been reached; that takes minutes."""
JUMP_SECONDS = 5.0
"""Time daemons correct small errors without a jump."""
STEADY_AFTER_SECONDS = 3_600.0

NOT_SET, JUMPED = "not_set", "jumped"
CAUSES = (NOT_SET, JUMPED)


class ClockWatch:
    """Looked at every second."""

    def __init__(self) -> None:
        self._untrusted_since: float | None = None
        self._offset: float | None = None
        self._was_known = False
        self._jumped_at: float | None = None

    def wrong(self, monotonic: float, wall: datetime, quality: ClockQuality) -> set[str]:
        """What is wrong now, of CAUSES."""
        is_known = quality is ClockQuality.SYNCHRONISED
        if is_known:
            self._untrusted_since = None
        elif self._untrusted_since is None:
            self._untrusted_since = monotonic
        offset = wall.timestamp() - monotonic
        # A clock that becomes known may jump; one that was known may not.
        if self._was_known and self._offset is not None and abs(offset - self._offset) > JUMP_SECONDS:
            self._jumped_at = monotonic
        self._offset, self._was_known = offset, is_known
        found = set()
        since = self._untrusted_since
        if wall < EARLIEST or (since is not None and monotonic - since >= NOT_SET_AFTER_SECONDS):
            found.add(NOT_SET)
        if self._jumped_at is not None and monotonic - self._jumped_at < STEADY_AFTER_SECONDS:
            found.add(JUMPED)
        return found
