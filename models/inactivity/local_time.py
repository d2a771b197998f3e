"""The home's wall clock. Shifts of the clock fall on quarter hours, and never twice within some hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_QUARTER_SECONDS = 900
_BLOCK_SECONDS = 6 * 3_600
DAY_SECONDS = 86_400
SLOT_SECONDS = 1_800


class LocalTime:
    """Local seconds (naive) from UTC seconds. Raises ValueError for a time zone nobody knows."""

    def __init__(self, timezone: str) -> None:
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"timezone {timezone!r} is unknown: write a name such as Asia/Shanghai") from error
        self._since = self._until = 0.0
        self._offset = 0.0

    def seconds(self, at: float) -> float:
        """Seconds since 1970 as the home's wall clock counts them."""
        if not self._since <= at < self._until:
            self._look_up(at)
        return at + self._offset

    def slot(self, at: float) -> tuple[int, int, float]:
        """The number of the local day, the half-hour within it, and when that half-hour ends (UTC seconds)."""
        local = self.seconds(at)
        into = local % DAY_SECONDS
        # A quarter of an hour may be all that is left of it before the clock shifts.
        quarter_end = at - local % _QUARTER_SECONDS + _QUARTER_SECONDS
        slot_end = at - local % SLOT_SECONDS + SLOT_SECONDS
        end = slot_end if self.seconds(quarter_end) - quarter_end == local - at else quarter_end
        return int(local // DAY_SECONDS), int(into // SLOT_SECONDS), end

    def clock(self, at: float) -> str:
        """HH:MM on the home's wall clock."""
        minutes = int(self.seconds(at) % DAY_SECONDS // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def _look_up(self, at: float) -> None:
        """One look-up serves some hours, or a quarter where the clock shifts within them."""
        block = at // _BLOCK_SECONDS * _BLOCK_SECONDS
        self._since, self._until = block, block + _BLOCK_SECONDS
        self._offset = self._offset_at(block)
        if self._offset_at(self._until) != self._offset:
            self._since = at // _QUARTER_SECONDS * _QUARTER_SECONDS
            self._until = self._since + _QUARTER_SECONDS
            self._offset = self._offset_at(self._since)

    def _offset_at(self, at: float) -> float:
        shift = datetime.fromtimestamp(at, UTC).astimezone(self._zone).utcoffset()
        return shift.total_seconds() if shift is not None else 0.0
