"""Whether the sensor can be trusted, second by second: stuck, saturated, in the wrong unit, or lying on a table."""

from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.verdict import FaultKind, SensorFault

Floats = npt.NDArray[np.float64]

DEAD_G = 0.006
"""Rest noise of the sensors at hand is 0.0005–0.005 g; breathing and pulse move a worn one more, most of the time."""
OFF_BODY_SECONDS = 120
"""Nobody who wears it moves so little for so long, 75 s at most in the recordings: it lies on a table."""
ALIVE_G = 0.03
JUST_SECONDS = 5.0
STUCK_SECONDS = 10
STUCK_COARSE_SECONDS = 60
"""An int8 sensor repeats itself while its wearer lies still."""
STUCK_UNREST_SECONDS = 2
"""Nothing stands still where gravity is not 1 g."""
_REST_G = 0.15
_FINE_G = 0.02
_SATURATED_G = 1.9
_SATURATED_SECONDS = 2
_IMPOSSIBLE_G = 5.0
"""Nobody has a mean acceleration of 5 g over a second; one of about 9.8 is in m/s²."""
_METRIC_G = (7.0, 13.0)
_COUNTS_G = 30.0
"""No sensor for people reaches so far: these are counts, or thousandths."""
_IMPOSSIBLE_SECONDS = 3
_MOVING_G = 0.3
_SAME_G = 1e-7


def frozen_in_motion(samples: Floats) -> bool:
    """Whether samples (n, 3) are all the same, and none that a sensor at rest gives: it died while it moved."""
    size = float(np.sqrt((samples[0] ** 2).sum()))
    return abs(size - 1.0) > _REST_G and bool(np.ptp(samples, axis=0).max() <= _SAME_G)


class Health:
    """Statistics of whole seconds of samples, and how long each suspicion has lasted."""

    def __init__(self, rate_hz: float) -> None:
        self._per_second = round(rate_hz)
        self._pending: Floats = np.empty((0, 3))
        self._at = 0.0
        self._finest = np.inf
        self._constant = np.zeros(3, dtype=np.int64)
        self._others_moved = np.zeros(3, dtype=np.int64)
        self._impossible = 0
        self._dead = 0
        self._active: set[FaultKind] = set()
        self.off_body = False
        self._lifted_at: float | None = None
        self.faults: list[SensorFault] = []

    @property
    def untrusted(self) -> bool:
        """Whether a fault is on that makes every judgement worthless; a stuck sensor has no impacts to judge."""
        return bool(self._active - {FaultKind.STUCK})

    def lay_unworn(self, at: float) -> bool:
        """Whether it lay there, worn by nobody, until just before `at`."""
        return self.off_body or (self._lifted_at is not None and abs(self._lifted_at - at) < JUST_SECONDS)

    @property
    def active(self) -> frozenset[FaultKind]:
        """The faults that are on."""
        return frozenset(self._active)

    @property
    def wanted(self) -> int:
        """How many samples complete the second that is being filled."""
        return self._per_second - len(self._pending)

    def take(self, samples: Floats, start: float) -> None:
        """Samples (n, 3) in g, finite, the first at `start` seconds; no more than are `wanted`."""
        if not len(self._pending):
            self._at = start
        self._pending = np.concatenate([self._pending, samples])
        if not self.wanted:
            self._second(self._pending)
            self._pending = np.empty((0, 3))

    def state(self) -> dict[str, Any]:
        """What `restore` needs, in plain values."""
        return {
            "pending": self._pending.tolist(),
            "at": self._at,
            "finest": self._finest if np.isfinite(self._finest) else None,
            "constant": self._constant.tolist(),
            "others_moved": self._others_moved.tolist(),
            "impossible": self._impossible,
            "dead": self._dead,
            "active": sorted(self._active),
            "off_body": self.off_body,
            "lifted_at": self._lifted_at,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._pending = np.array(state["pending"], dtype=np.float64).reshape(-1, 3)
        self._at, self._finest = state["at"], np.inf if state["finest"] is None else state["finest"]
        self._constant, self._others_moved = np.array(state["constant"]), np.array(state["others_moved"])
        self._impossible, self._dead = state["impossible"], state["dead"]
        self._active = {FaultKind(kind) for kind in state["active"]}
        self.off_body, self._lifted_at = state["off_body"], state["lifted_at"]

    def _second(self, second: Floats) -> None:
        low, high = second.min(axis=0), second.max(axis=0)
        span = high - low
        most = float(span.max())
        self._learn_resolution(second)
        constant = span <= _SAME_G
        mean = float(np.sqrt((second * second).sum(axis=1)).sum()) / len(second)
        # The spread is below half the span: only what hardly moves needs to be measured.
        dead = most < 2 * ALIVE_G and float(second.std(axis=0).max()) < DEAD_G
        self._watch_body(dead, most)
        if not constant.any() and mean <= _IMPOSSIBLE_G and not self._active:
            self._constant[:] = self._others_moved[:] = self._impossible = 0
            return
        self._constant = np.where(constant, self._constant + 1, 0)
        self._others_moved = np.where(constant, self._others_moved + (most > _MOVING_G), 0)
        self._impossible = self._impossible + 1 if mean > _IMPOSSIBLE_G else 0
        self._decide(second[-1], mean)

    def _learn_resolution(self, second: Floats) -> None:
        """The smallest step ever seen, until it is small enough to tell."""
        if self._finest >= _FINE_G:
            steps = np.abs(np.diff(second, axis=0))
            self._finest = float(np.min(steps, initial=self._finest, where=steps > _SAME_G))

    def _watch_body(self, dead: bool, span: float) -> None:
        self._dead = self._dead + 1 if dead else 0
        if self._dead >= OFF_BODY_SECONDS and self._finest < _FINE_G:
            self.off_body = True
        elif self.off_body and span > ALIVE_G:
            self.off_body, self._lifted_at = False, self._at

    def _decide(self, value: Floats, mean: float) -> None:
        pinned = bool(((self._constant >= _SATURATED_SECONDS) & (np.abs(value) > _SATURATED_G)).any())
        impossible = self._impossible >= _IMPOSSIBLE_SECONDS
        foreign = impossible and not pinned and (_METRIC_G[0] < mean < _METRIC_G[1] or mean > _COUNTS_G)
        patience = STUCK_SECONDS if self._finest < _FINE_G or not np.isfinite(self._finest) else STUCK_COARSE_SECONDS
        if frozen_in_motion(value[None]):
            patience = min(patience, STUCK_UNREST_SECONDS)
        stuck = bool(self._constant.min() >= patience or self._others_moved.max() >= STUCK_SECONDS)
        self._tell(FaultKind.SATURATED, pinned or (impossible and not foreign), "an axis stands at its end")
        self._tell(FaultKind.WRONG_UNIT, foreign, f"rest is {mean:.1f}, not 1: wanted is g, not m/s² or counts")
        self._tell(FaultKind.STUCK, stuck and not pinned, f"the same value for {patience} s: the sensor is stuck")

    def _tell(self, kind: FaultKind, on: bool, text: str) -> None:
        if on and kind not in self._active:
            self._active.add(kind)
            self.faults.append(SensorFault(kind, self._at, text))
        elif not on:
            self._active.discard(kind)
