"""Whether the sensor can be trusted, second by second: stuck, saturated, in the wrong unit, or lying on a table."""

from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.verdict import FaultKind, SensorFault

Floats = npt.NDArray[np.float64]

DEAD_G = 0.006
"""Rest noise of the sensors at hand is 0.0005–0.005 g; breathing and pulse move a worn one more, most of the time."""
OFF_BODY_SECONDS = 180
"""Nobody who wears it moves for so long by less than noise: it lies on a table."""
ALIVE_G = 0.03
JUST_SECONDS = 5.0
STUCK_SECONDS = 10
STUCK_COARSE_SECONDS = 60
"""An int8 sensor repeats itself while its wearer lies still."""
_FINE_G = 0.02
_SATURATED_G = 1.9
_SATURATED_SECONDS = 2
_IMPOSSIBLE_G = 5.0
"""Nobody has a mean acceleration of 5 g over a second; one of about 9.8 is in m/s²."""
_METRIC_G = (7.0, 13.0)
_IMPOSSIBLE_SECONDS = 3
_MOVING_G = 0.3


class Health:
    """Statistics of whole seconds of samples, and how long each suspicion has lasted."""

    def __init__(self, rate_hz: float) -> None:
        self._per_second = round(rate_hz)
        self._pending: Floats = np.empty((0, 3))
        self._at = 0.0
        self._finest = np.inf
        self._constant = [0, 0, 0]
        self._others_moved = [0, 0, 0]
        self._impossible = 0
        self._dead = 0
        self._active: set[FaultKind] = set()
        self.off_body = False
        self._lifted_at: float | None = None
        self.faults: list[SensorFault] = []

    @property
    def untrusted(self) -> bool:
        """Whether a fault is on that makes every judgement worthless."""
        return bool(self._active)

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
            "finest": float(self._finest),
            "constant": list(self._constant),
            "others_moved": list(self._others_moved),
            "impossible": self._impossible,
            "dead": self._dead,
            "active": sorted(self._active),
            "off_body": self.off_body,
            "lifted_at": self._lifted_at,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._pending = np.array(state["pending"], dtype=np.float64).reshape(-1, 3)
        self._at, self._finest = state["at"], state["finest"]
        self._constant, self._others_moved = list(state["constant"]), list(state["others_moved"])
        self._impossible, self._dead = state["impossible"], state["dead"]
        self._active = {FaultKind(kind) for kind in state["active"]}
        self.off_body, self._lifted_at = state["off_body"], state["lifted_at"]

    def _second(self, second: Floats) -> None:
        span = second.max(axis=0) - second.min(axis=0)
        steps = np.abs(np.diff(second, axis=0))
        smallest = steps[steps > 1e-7]
        if smallest.size:
            self._finest = min(self._finest, float(smallest.min()))
        moved = bool(span.max() > _MOVING_G)
        for axis in range(3):
            same = bool(span[axis] <= 1e-7)
            self._constant[axis] = self._constant[axis] + 1 if same else 0
            self._others_moved[axis] = self._others_moved[axis] + moved if same else 0
        mean = float(np.sqrt((second**2).sum(axis=1)).mean())
        self._impossible = self._impossible + 1 if mean > _IMPOSSIBLE_G else 0
        self._watch_body(second, float(span.max()))
        self._decide(second[-1], mean)

    def _watch_body(self, second: Floats, span: float) -> None:
        self._dead = self._dead + 1 if float(second.std(axis=0).max()) < DEAD_G else 0
        if self._dead >= OFF_BODY_SECONDS and self._finest < _FINE_G:
            self.off_body = True
        elif self.off_body and span > ALIVE_G:
            self.off_body, self._lifted_at = False, self._at

    def _decide(self, value: Floats, mean: float) -> None:
        pinned = [
            axis
            for axis in range(3)
            if self._constant[axis] >= _SATURATED_SECONDS and abs(float(value[axis])) > _SATURATED_G
        ]
        impossible = self._impossible >= _IMPOSSIBLE_SECONDS
        metric = impossible and not pinned and _METRIC_G[0] < mean < _METRIC_G[1]
        patience = STUCK_SECONDS if self._finest < _FINE_G or not np.isfinite(self._finest) else STUCK_COARSE_SECONDS
        stuck = min(self._constant) >= patience or max(self._others_moved) >= patience
        self._tell(FaultKind.SATURATED, bool(pinned) or (impossible and not metric), "an axis stands at its end")
        self._tell(FaultKind.WRONG_UNIT, metric, f"rest is {mean:.1f}, not 1: these are m/s², wanted is g")
        self._tell(FaultKind.STUCK, stuck and not pinned, f"the same value for {patience} s: the sensor is stuck")

    def _tell(self, kind: FaultKind, on: bool, text: str) -> None:
        if on and kind not in self._active:
            self._active.add(kind)
            self.faults.append(SensorFault(kind, self._at, text))
        elif not on:
            self._active.discard(kind)
