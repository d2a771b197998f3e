"""Whether the last week differs from the month before it: sleep, getting up at night, outings, activity.

A note for whoever looks after the home, once a week; never an alarm.
"""

from dataclasses import dataclass, field
from statistics import mean, stdev

from models.inactivity.hazard import NIGHT
from models.inactivity.sensors import Place

_ENTRY = int(Place.ENTRY)
_WEEK, _MONTH = 7, 28
_LEAST_SHARE = 0.3
_LEAST_DEVIATIONS = 3.0
_UP_AFTER_BINS = 3
_OUT_AFTER_BINS = 6
_BINS_PER_HOUR = 12.0
_WORDS = (
    ("quiet hours at night", "夜间安静小时数"),
    ("times up at night", "夜间起床次数"),
    ("outings", "外出次数"),
    ("hours with movement", "有活动的小时数"),
)


NAMES = ("quiet_night_hours", "times_up_at_night", "outings", "active_hours")
"""The same four as machine words."""


@dataclass(slots=True)
class Routine:
    """Today's four numbers so far, and those of the last five weeks, oldest first."""

    today: list[float] = field(default_factory=lambda: [0.0] * len(_WORDS))
    days: list[list[float]] = field(default_factory=list)

    def learn_silent(self, bins: int) -> None:
        """So many silent bins of a night are over."""
        self.today[0] += bins / _BINS_PER_HOUR

    def learn_sign(self, slot: int, quiet: int, place: int) -> None:
        """A bin with a sign is over; before it nothing moved for `quiet` bins, `place` was the last."""
        today = self.today
        today[1] += NIGHT[slot] and quiet >= _UP_AFTER_BINS
        today[2] += place == _ENTRY and quiet >= _OUT_AFTER_BINS
        today[3] += 1.0 / _BINS_PER_HOUR

    def new_day(self, weekday: int) -> tuple[str, str] | None:
        """A day is over. On Mondays (0): what changed, in English and Chinese, or None."""
        self.days.append([round(each, 2) for each in self.today])
        self.today = [0.0] * len(_WORDS)
        del self.days[: -(_WEEK + _MONTH)]
        if weekday != 0 or len(self.days) < _WEEK + _MONTH:
            return None
        changes = [self._change(number) for number in range(len(_WORDS))]
        told = [change for change in changes if change is not None]
        if not told:
            return None
        return "this week: " + "; ".join(en for en, _ in told), "本周：" + "；".join(zh for _, zh in told)

    def changes(self) -> dict[str, tuple[float, float]]:
        """What differs, by its name in NAMES: the mean of the last week, and of the month before it, both a day."""
        if len(self.days) < _WEEK + _MONTH:
            return {}
        found = ((name, self._means(number)) for number, name in enumerate(NAMES))
        return {name: means for name, means in found if means is not None}

    def _change(self, number: int) -> tuple[str, str] | None:
        means = self._means(number)
        if means is None:
            return None
        week, usual = means
        en, zh = _WORDS[number]
        return f"{week:.1f} {en} a day, before it {usual:.1f}", f"每日{zh} {week:.1f}，此前为 {usual:.1f}"

    def _means(self, number: int) -> tuple[float, float] | None:
        month = [day[number] for day in self.days[:_MONTH]]
        week = mean(day[number] for day in self.days[_MONTH:])
        usual = mean(month)
        scatter = max(stdev(month) / _WEEK**0.5, 0.1)
        if abs(week - usual) < max(_LEAST_DEVIATIONS * scatter, _LEAST_SHARE * usual):
            return None
        return week, usual
