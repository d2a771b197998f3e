"""The home's wall clock. Shifts of the clock fall on quarter hours, so one look-up serves all times within it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_QUARTER_SECONDS = 900
DAY_SECONDS = 86_400
SLOT_SECONDS = 1_800


class LocalTime:
    """Local seconds (naive) from UTC seconds. Raises ValueError for a time zone nobody knows."""

    def __init__(self, timezone: str) -> None:
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"timezone {timezone!r} is unknown: write a name such as Asia/Shanghai") from error
        self._quarter = -1
        self._offset = 0.0
        self._slot_quarter = -1
        self._slot = (0, 0)

    def seconds(self, at: float) -> float:
        """Seconds since 1970 as the home's wall clock counts them."""
        quarter = int(at // _QUARTER_SECONDS)
        if quarter != self._quarter:
            shift = datetime.fromtimestamp(quarter * _QUARTER_SECONDS, UTC).astimezone(self._zone).utcoffset()
            self._offset = shift.total_seconds() if shift is not None else 0.0
            self._quarter = quarter
        return at + self._offset

    def day_and_slot(self, at: float) -> tuple[int, int]:
        """The number of the local day, and the half-hour within it."""
        if int(at // _QUARTER_SECONDS) != self._slot_quarter:
            local = self.seconds(at)
            self._slot_quarter = self._quarter
            self._slot = int(local // DAY_SECONDS), int(local % DAY_SECONDS // SLOT_SECONDS)
        return self._slot

    def clock(self, at: float) -> str:
        """HH:MM on the home's wall clock."""
        minutes = int(self.seconds(at) % DAY_SECONDS // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
