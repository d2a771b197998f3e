"""What somebody does after a fall, from the accelerometer that told of it: still, moving, turned over, walking.

A judgement of whole seconds, in plain statistics: nothing here is trained. `Aftermath` is fed from a few seconds before
the impact on, so that it knows which way was up. Values are in g, times in seconds on the clock of the samples.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STILL_G = 0.05
"""The largest standard deviation of any axis over a second in which nobody moves; breathing stays below."""
TURNED_DEGREES = 50.0
"""Gravity so far from where it was before the fall: who stood or sat lies now."""
_UPRIGHT_SECONDS = (4.0, 1.5)
"""Before the impact: from when to when gravity is taken as it was."""
_STEP_SECONDS = (0.35, 0.85)
"""Between two steps of an older person's walk (70 to 170 a minute)."""
_WALK_SECONDS = 4
_WALK_G = (0.04, 0.6)
"""The standard deviation of |a| of somebody who walks."""
_REGULAR = 0.5
"""How alike |a| is to itself one step later; fidgeting stays below."""
_SETTLE_SECONDS = 2.0
"""After the impact the body comes to rest: this is neither stillness nor movement."""
_HOLE_SECONDS = 0.5
"""A start this far from where the last samples ended is no jitter."""


class Aftermath:
    """`impact` is when it hit. `rate_hz` is the device's, 20 to 100."""

    def __init__(self, rate_hz: float, impact: float) -> None:
        self._rate = rate_hz
        self._per_second = round(rate_hz)
        self._impact = impact
        self._before: list[Floats] = []
        self._pending: Floats = np.empty((0, 3))
        self._at = 0.0
        self._end: float | None = None
        self._upright: Floats | None = None
        self._gravity: Floats | None = None
        self._sizes: list[Floats] = []
        self.seconds = 0
        """How many whole seconds after the impact were seen."""
        self.still_seconds = 0
        """For how long nothing has moved, up to the newest second."""
        self.still_in_all = 0
        self.walking_seconds = 0
        """For how long the steps of somebody upright have been seen, up to the newest second."""

    @property
    def turned_degrees(self) -> float | None:
        """The angle between gravity before the fall and now; None where either is not known."""
        if self._upright is None or self._gravity is None:
            return None
        product = float(self._upright @ self._gravity)
        size = float(np.linalg.norm(self._upright) * np.linalg.norm(self._gravity))
        return None if size == 0.0 else float(np.degrees(np.arccos(np.clip(product / size, -1.0, 1.0))))

    def feed(self, samples: npt.ArrayLike, start: float) -> None:
        """Samples (n, 3) in g, the first of `start`; a hole between two calls breaks off the second it falls into.

        A clock that goes back (the device began anew in the fall) goes on from where it was.
        """
        block = np.asarray(samples, dtype=np.float64)
        end = start if self._end is None else self._end
        if abs(start - end) > _HOLE_SECONDS:
            self._pending = np.empty((0, 3))
        if start < end - _HOLE_SECONDS:
            self._impact += start - end
        self._end = start + len(block) / self._rate
        block = block[np.isfinite(block).all(axis=1)]
        if not len(self._pending):
            self._at = start
        self._pending = np.concatenate([self._pending, block])
        while len(self._pending) >= self._per_second:
            second, self._pending = self._pending[: self._per_second], self._pending[self._per_second :]
            self._second(second)
            self._at += self._per_second / self._rate

    def _second(self, second: Floats) -> None:
        since = self._at - self._impact
        if since < _SETTLE_SECONDS:
            if -_UPRIGHT_SECONDS[0] <= since <= -_UPRIGHT_SECONDS[1]:
                self._before.append(second.mean(axis=0))
                self._upright = np.mean(self._before, axis=0)
            return
        self.seconds += 1
        still = bool(second.std(axis=0).max() < STILL_G)
        self.still_seconds = self.still_seconds + 1 if still else 0
        self.still_in_all += still
        mean = second.mean(axis=0)
        # Gravity is what stays: half of it is new each second.
        self._gravity = mean if self._gravity is None else (self._gravity + mean) / 2
        self._sizes = [*self._sizes[1 - _WALK_SECONDS :], np.linalg.norm(second, axis=1)]
        self.walking_seconds = self.walking_seconds + 1 if self._is_walking() else 0

    def _is_walking(self) -> bool:
        turned = self.turned_degrees
        if len(self._sizes) < _WALK_SECONDS or (turned is not None and turned >= TURNED_DEGREES):
            return False
        sizes = np.concatenate(self._sizes)
        sizes = sizes - sizes.mean()
        if not _WALK_G[0] <= float(sizes.std()) <= _WALK_G[1]:
            return False
        low, high = (max(1, round(seconds * self._rate)) for seconds in _STEP_SECONDS)
        power = float(sizes @ sizes)
        alike = max(
            float(sizes[:-lag] @ sizes[lag:]) / power * len(sizes) / (len(sizes) - lag) for lag in range(low, high)
        )
        return alike >= _REGULAR
