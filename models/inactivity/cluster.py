"""What counts as life: signs that bear each other out. One sensor, and nothing else within 15 minutes, does not."""

import msgspec

TOGETHER_SECONDS = 900.0
LONE_COUNT = 2.0


class Cluster(msgspec.Struct):
    """Events that came close together. `sensor` is the first one's index."""

    sensor: int = -1
    count: float = 0.0
    last: float = -1e18
    life: bool = False

    def add(self, at: float, sensor: int, count: float) -> None:
        """One more report. `life` tells whether the events so far bear each other out."""
        if at - self.last > TOGETHER_SECONDS:
            self.sensor, self.count, self.life = sensor, 0.0, False
        self.last = max(at, self.last)
        self.count += count
        self.life = self.life or sensor != self.sensor or self.count > LONE_COUNT
