"""What the watch is compared with: a plain timer whose one limit is learned from the same budget, just as causally."""

from models.inactivity.verdict import Verdict

_DAY, _HOUR = 86_400.0, 3_600.0
_WINDOW_DAYS = 120.0
_FIRST_HOURS = 8.0


class PlainTimer:
    """Alarms when nothing was heard for longer than all but a budget's share of the last months' silences."""

    def __init__(self, per_30_days: float) -> None:
        self._per_day = per_30_days / 30.0
        self._began: float | None = None
        self._last = 0.0
        self._told = False
        self._silences: list[tuple[float, float]] = []
        self._limit = _FIRST_HOURS * _HOUR

    def copy(self) -> "PlainTimer":
        """The same timer, to be tried on a collapse."""
        other = PlainTimer(self._per_day * 30.0)
        other.__dict__.update(self.__dict__)
        other._silences = list(self._silences)
        return other

    def observe(self, at: float, _sensor: str, _count: float = 1) -> None:
        """One report."""
        if self._began is None:
            self._began, self._last = at, at
        if at - self._last > _HOUR:
            self._silences.append((at, at - self._last))
            self._learn(at)
        self._last, self._told = max(at, self._last), False

    def check(self, at: float) -> Verdict | None:
        """An alarm, once per silence."""
        silent = at - self._last
        if self._began is None or self._told or silent < self._limit:
            return None
        self._told = True
        return Verdict("inactivity", "alarm", self._last, at, "", "", silent / _HOUR)

    def _learn(self, at: float) -> None:
        assert self._began is not None
        self._silences = [pair for pair in self._silences if at - pair[0] <= _WINDOW_DAYS * _DAY]
        days = min((at - self._began) / _DAY, _WINDOW_DAYS)
        rank = int(self._per_day * days)
        longest = sorted((length for _, length in self._silences), reverse=True)
        if days >= 28.0 and rank < len(longest):
            self._limit = longest[rank]
