"""What counts as life: signs that bear each other out. One sensor, and nothing else within 15 minutes, does not."""

from dataclasses import dataclass

TOGETHER_SECONDS = 900.0
LONE_COUNT = 2.0
_BACK_REPORTS = 3
_BACK_COUNT = 4.0


@dataclass(slots=True)
class Cluster:
    """Events that came close together. `sensor` is the first one's index."""

    sensor: int = -1
    count: float = 0.0
    last: float = -1e18
    life: bool = False
    reports: int = 0
    door: bool = False

    def add(self, at: float, sensor: int, count: float, door: bool) -> None:
        """One more report. `life` tells whether the events so far bear each other out; `door`: at the way out."""
        if at - self.last > TOGETHER_SECONDS:
            self.sensor, self.count, self.life, self.reports, self.door = sensor, 0.0, False, 0, False
        self.reports += 1
        self.door = self.door or door
        self.last = max(at, self.last)
        self.count += count
        self.life = self.life or sensor != self.sensor or self.count > LONE_COUNT

    @property
    def back(self) -> bool:
        """Whether somebody has come back: through the door, or borne out by more than two strays that met."""
        return self.life and (self.door or self.reports >= _BACK_REPORTS or self.count > _BACK_COUNT)
