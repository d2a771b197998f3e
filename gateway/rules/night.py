"""When it is night in the house: local wall time, whatever the season does to the clocks. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """From `begins` to `ends` by the clock on the wall, in the house's time zone; the two are never equal."""

    begins: time
    ends: time
    zone: ZoneInfo

    def end_of(self, moment: datetime) -> datetime | None:
        """When the night that `moment` (aware) lies in is over, in UTC; None where it is day."""
        end = self._next(self.ends, moment)
        return end if end < self._next(self.begins, moment) else None

    def _next(self, at: time, moment: datetime) -> datetime:
        """The first time after `moment` at which the clock shows `at`.

        An hour that the clock skips is over when the clock has jumped, one that it shows twice counts the first time.
        """
        day = moment.astimezone(self.zone).date()
        days = (day + timedelta(days=count) for count in range(3))
        shown = (datetime.combine(one, at, tzinfo=self.zone).astimezone(UTC) for one in days)
        return next(one for one in shown if one > moment)
