"""How long a silence this home has shown often enough to be learned from: beyond it the watch goes by the hour's pace.

Learned apart for silences at home and after the door: the length that so many silences in 30 days exceed.
"""

from dataclasses import dataclass, field

from models.inactivity.hazard import DOOR_CAP, HOME_CAP

_WINDOW_DAYS = 90.0
_ENOUGH_DAYS = 14.0
_KEPT = 32
SHORTEST = 3
_AT_HOME_PER_30_DAYS, _AFTER_DOOR_PER_30_DAYS = 10.0, 0.6
_HOME_BOUNDS, _DOOR_BOUNDS = (18, 72), (24, 144)
_AT_HOME_PER_30_DAYS_HOURLY, _AFTER_DOOR_PER_30_DAYS_HOURLY = 8.0, 2.0
_HOURLY_BOUNDS = (3, 6)
_HOURLY_HOME_CAP, _HOURLY_DOOR_CAP = 4, 12


@dataclass(slots=True)
class Known:
    """The longest silences of the last months, as (day, bins; reports where they come once an hour).

    `caps` are the lengths beyond which a silence is beyond all known: after the door, and at home. `shortest` are the
    shortest that are still kept, in the same order.
    """

    days: float = 0.0
    at_home: list[tuple[float, int]] = field(default_factory=list)
    after_door: list[tuple[float, int]] = field(default_factory=list)
    caps: tuple[int, int] = (DOOR_CAP, HOME_CAP)
    shortest: tuple[int, int] = (0, 0)

    def learn(self, place: int, quiet: int) -> None:
        """A silence has ended by itself after so many bins, SHORTEST or more."""
        if quiet < self.shortest[place != 0]:
            return
        longest = self.at_home if place else self.after_door
        longest.append((self.days, quiet))
        if len(longest) > _KEPT:
            longest.remove(min(longest, key=_length))
        self._look()

    def new_day(self, hourly: bool) -> None:
        """Learn both lengths anew."""
        self.days += 1.0
        self.at_home = [each for each in self.at_home if self.days - each[0] <= _WINDOW_DAYS]
        self.after_door = [each for each in self.after_door if self.days - each[0] <= _WINDOW_DAYS]
        if hourly:
            door = self._length(self.after_door, _AFTER_DOOR_PER_30_DAYS_HOURLY, _HOURLY_BOUNDS, _HOURLY_DOOR_CAP)
            home = self._length(self.at_home, _AT_HOME_PER_30_DAYS_HOURLY, _HOURLY_BOUNDS, _HOURLY_HOME_CAP)
        else:
            door = self._length(self.after_door, _AFTER_DOOR_PER_30_DAYS, _DOOR_BOUNDS, DOOR_CAP)
            home = self._length(self.at_home, _AT_HOME_PER_30_DAYS, _HOME_BOUNDS, HOME_CAP)
        self.caps = (door, home)
        self._look()

    def _look(self) -> None:
        full = (min(map(_length, each)) if len(each) == _KEPT else 0 for each in (self.after_door, self.at_home))
        self.shortest = (next(full), next(full))

    def _length(self, longest: list[tuple[float, int]], per_30_days: float, bounds: tuple[int, int], first: int) -> int:
        span = min(self.days, _WINDOW_DAYS)
        rank = int(per_30_days * span / 30.0)
        if span < _ENOUGH_DAYS or len(longest) <= rank:
            return first
        length = sorted((bins for _, bins in longest), reverse=True)[rank]
        return min(max(length, bounds[0]), bounds[1])


def _length(each: tuple[float, int]) -> int:
    return each[1]
