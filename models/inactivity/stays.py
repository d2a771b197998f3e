"""Stays that are alarming by their length: in the bathroom, or out at night.

Each is told after the shortest of a few lengths that this home has passed seldom enough: a tenth of the false-alarm
budget, by the rate that Jeffreys' prior gives for so few. A home that often shows such stays is never alarmed by them.
"""

from dataclasses import dataclass, field

from models.inactivity.local_time import DAY_SECONDS, LocalTime
from models.inactivity.sensors import Place

BATHROOM_MINUTES = (60, 90, 120, 180, 240)
NIGHT_OUT_MINUTES = (15, 30, 60, 120, 180)
_BATHROOM, _ENTRY = int(Place.BATHROOM), int(Place.ENTRY)
_SHARE = 0.1
_WINDOW_DAYS = 365.0
_KEPT = 12
_NIGHT_BEGINS, _NIGHT_ENDS = 23 * 3_600.0, 5 * 3_600.0


@dataclass(slots=True)
class Ladder:
    """The days on which a stay passed each of the lengths, and how far the present stay has come."""

    minutes: tuple[int, ...]
    passed: list[list[float]] = field(default_factory=list)
    since: float | None = None
    reached: int = 0
    stage: int = 0
    prompted_at: float = 0.0

    def begin(self, at: float) -> None:
        """A stay begins, unless it goes on already."""
        if self.since is None:
            self.since, self.reached, self.stage = at, 0, 0

    def end(self) -> None:
        """The stay is over."""
        self.since = None

    def go_on(self, at: float, day: float) -> None:
        """Note each length passed, once a stay."""
        while self.since is not None and self.reached < len(self.minutes):
            if at - self.since < self.minutes[self.reached] * 60.0:
                return
            while len(self.passed) <= self.reached:
                self.passed.append([])
            days = self.passed[self.reached]
            days.append(day)
            del days[:-_KEPT]
            self.reached += 1

    def limit(self, day: float, first_day: float, per_30_days: float) -> float | None:
        """The seconds after which a stay is to be told, by what earlier stays were like; None: never."""
        span = min(day - first_day, _WINDOW_DAYS)
        for number, minutes in enumerate(self.minutes):
            days = self.passed[number] if number < len(self.passed) else []
            # The stay that goes on is not among the earlier ones.
            now = 1 if self.since is not None and number < self.reached else 0
            seen = len([each for each in days if day - each <= _WINDOW_DAYS]) - now
            if span > 0 and (seen + 0.5) / span * 30.0 <= _SHARE * per_30_days:
                return minutes * 60.0
        return None


@dataclass(slots=True)
class Stays:
    """Both ladders."""

    bathroom: Ladder = field(default_factory=lambda: Ladder(BATHROOM_MINUTES))
    night_out: Ladder = field(default_factory=lambda: Ladder(NIGHT_OUT_MINUTES))

    def hear(self, at: float, time: LocalTime, place: int, life: bool) -> None:
        """A sign at `at`, by the home's wall clock; `place` is where, `life` whether it is borne out."""
        if place == _BATHROOM:
            self.bathroom.begin(at)
        else:
            self.bathroom.since = None
        if place == _ENTRY:
            self.night_out.end()
            of_day = time.seconds(at) % DAY_SECONDS
            if of_day >= _NIGHT_BEGINS or of_day < _NIGHT_ENDS:
                self.night_out.begin(at)
        elif life:
            self.night_out.since = None

    def end(self) -> None:
        """Nothing is known any more, or all is known to be right."""
        self.bathroom.end()
        self.night_out.end()

    @property
    def open(self) -> bool:
        """Whether one of the two goes on."""
        return self.bathroom.since is not None or self.night_out.since is not None

    def go_on(self, at: float, day: float) -> None:
        """Time has passed."""
        if self.bathroom.since is not None:
            self.bathroom.go_on(at, day)
        if self.night_out.since is not None:
            self.night_out.go_on(at, day)

    def shift(self, seconds: float) -> None:
        """The clock was set."""
        for ladder in (self.bathroom, self.night_out):
            ladder.since = None if ladder.since is None else ladder.since + seconds
            ladder.prompted_at += seconds
