"""One stretch of samples on the 50 Hz grid of the model, whatever the device's rate and the size of its blocks.

Grid point k lies at sample k · rate / 50 of the stretch: nothing depends on where one block ends.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.features import RATE_HZ
from models.fall.resample import interpolate

Floats = npt.NDArray[np.float64]

_AHEAD = 2
_KEPT = 600
"""Grid points behind the newest that a judgement may still need; twice as many are held at most, plus a block."""


class Grid:
    """`points` (n, 3) in g; points[0] is grid point number `first` of the stretch."""

    def __init__(self, rate_hz: float) -> None:
        self._step = rate_hz / RATE_HZ
        self._tail: Floats = np.empty((0, 3))
        self._tail_first = 0
        self.points: Floats = np.empty((0, 3))
        self.first = 0

    @property
    def end(self) -> int:
        """The number of the next grid point."""
        return self.first + len(self.points)

    def extend(self, samples: Floats) -> None:
        """Take the next samples (n, 3) of the stretch."""
        self._tail = np.concatenate([self._tail, samples])
        self._reach(self._tail_first + len(self._tail) - 1 - _AHEAD)
        spare = int(self.end * self._step) - 1 - self._tail_first
        if spare > 0:
            self._tail, self._tail_first = self._tail[spare:], self._tail_first + spare

    def finish(self) -> None:
        """The stretch is over: the grid reaches its last sample."""
        self._reach(self._tail_first + len(self._tail) - 1)

    def trim(self) -> None:
        """Forget what no judgement needs any more."""
        spare = len(self.points) - _KEPT
        if spare > _KEPT:
            self.points, self.first = self.points[spare:], self.first + spare

    def state(self) -> dict[str, Any]:
        """What `restore` needs, in plain values."""
        return {
            "tail": self._tail.tolist(),
            "tail_first": self._tail_first,
            "points": self.points.tolist(),
            "first": self.first,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._tail = np.array(state["tail"], dtype=np.float64).reshape(-1, 3)
        self._tail_first = state["tail_first"]
        self.points = np.array(state["points"], dtype=np.float64).reshape(-1, 3)
        self.first = state["first"]

    def _reach(self, last: int) -> None:
        """Add the grid points up to sample number `last`."""
        count = max(0, int(np.floor(last / self._step + 1e-9)) + 1 - self.end)
        if count:
            if self._step == 1.0:
                begin = self.end - self._tail_first
                self.points = np.concatenate([self.points, self._tail[begin : begin + count]])
                return
            positions = np.arange(self.end, self.end + count, dtype=np.float64) * self._step - self._tail_first
            self.points = np.concatenate([self.points, interpolate(self._tail, positions)])
