"""How often a home reports: at once, or merged into one report an hour."""

from dataclasses import dataclass

HOUR_SECONDS = 3600.0
_SAME_SECONDS = 1.0
_ENOUGH = 48


@dataclass(slots=True)
class Reports:
    """Whether reports come once an hour, always at the same minute; between them nothing can be expected.

    `hourly`: so many reports in a row came at the same minute of the hour.
    """

    phase: float = 0.0
    streak: int = 0
    last: float = -1.0
    hourly: bool = False

    def add(self, at: float) -> None:
        """A report came, at another moment than the last."""
        self.last = at
        phase = at % HOUR_SECONDS
        if abs(phase - self.phase) <= _SAME_SECONDS:
            self.streak = min(self.streak + 1, _ENOUGH)
        else:
            self.phase, self.streak = phase, 0
        self.hourly = self.streak >= _ENOUGH

    def due(self, bin_end: float, bin_seconds: float) -> bool:
        """Whether life would be reported within the bin that ends then."""
        return not self.hourly or (self.phase - bin_end + bin_seconds) % HOUR_SECONDS < bin_seconds
