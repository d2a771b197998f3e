"""Whether the sensor can be trusted, second by second: stuck, saturated, in the wrong unit, or lying on a table."""

from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.doubts import AT_ITS_END_G, FINE_G, SAME_G, may_rest
from models.fall.verdict import MOST_FAULTS, FaultKind, SensorFault

Floats = npt.NDArray[np.float64]

DEAD_G = 0.006
"""Rest noise of the sensors at hand is 0.0005–0.005 g; breathing and pulse move a worn one more, most of the time."""
OFF_BODY_SECONDS = 120
"""Nobody who wears it moves so little for so long, 75 s at most in the recordings: it lies on a table."""
ALIVE_G = 0.03
JUST_SECONDS = 5.0
STUCK_SECONDS = 10
STUCK_FINE_SECONDS = 4
"""A sensor whose noise is larger than its steps never repeats itself; a busy watch held a value for 0.9 s."""
STUCK_COARSE_SECONDS = 60
"""An int8 sensor repeats itself while its wearer lies still."""
STUCK_UNREST_SECONDS = 2
"""Nothing stands still where gravity is not 1 g."""
_COARSE_G = 0.02
"""From this step on a sensor may say the same for long while its wearer lies still."""
_ENDED_SECONDS = 2
_CLIPPED_SHARE = 0.4
"""Of the samples of a second at one end; an arm that waves a sensor of ±2 g about stays below for most of it."""
_IMPOSSIBLE_G = 5.0
"""Nobody has a mean acceleration of 5 g over a second; one of about 9.8 is in m/s²."""
_COUNTS_G = 30.0
"""No sensor for people reaches so far: these are counts, or thousandths."""
_IMPOSSIBLE_SECONDS = 3
_MOVING_G = 0.3
_QUIET_G = 0.15
_GRAVITY_G = (0.65, 1.4)
"""What a quiet second may measure; sensors at hand, some badly calibrated, say 0.81 to 1.24."""
_LIKELY_G = (0.85, 1.2)
_MISFIT_SECONDS = 5


class Health:
    """Statistics of whole seconds of samples, and how long each suspicion has lasted."""

    def __init__(self, rate_hz: float) -> None:
        self._per_second = round(rate_hz)
        self._pending: Floats = np.empty((0, 3))
        self._made_up: npt.NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
        self._at = 0.0
        self._finest = np.inf
        self._constant = np.zeros(3, dtype=np.int64)
        self._others_moved = np.zeros(3, dtype=np.int64)
        self._ended = 0
        self._impossible = 0
        self._misfit = 0
        self._dead = 0
        self._active: set[FaultKind] = set()
        self.off_body = False
        self._lifted_at: float | None = None
        self.faults: list[SensorFault] = []

    @property
    def untrusted(self) -> bool:
        """Whether a fault is on that makes every judgement worthless; a stuck sensor has no impacts to judge."""
        return bool(self._active - {FaultKind.STUCK})

    @property
    def step_g(self) -> float:
        """The smallest step of the sensor's values that was seen, until it is below FINE_G; infinite for none."""
        return self._finest

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

    def take(self, samples: Floats, start: float, made_up: int = 0) -> None:
        """Samples (n, 3) in g, finite, the first at `start` seconds; no more than are `wanted`.

        The first `made_up` of them bridge a hole and say nothing about the sensor's steps.
        """
        if not len(self._pending):
            self._at = start
        self._pending = np.concatenate([self._pending, samples])
        self._made_up = np.concatenate([self._made_up, np.arange(len(samples)) < made_up])
        if not self.wanted:
            self._second(self._pending)
            self._pending, self._made_up = np.empty((0, 3)), np.empty(0, dtype=np.bool_)

    def state(self) -> dict[str, Any]:
        """What `restore` needs, in plain values."""
        return {
            "pending": self._pending.tolist(),
            "made_up": self._made_up.tolist(),
            "at": self._at,
            "finest": self._finest if np.isfinite(self._finest) else None,
            "constant": self._constant.tolist(),
            "others_moved": self._others_moved.tolist(),
            "ended": self._ended,
            "impossible": self._impossible,
            "misfit": self._misfit,
            "dead": self._dead,
            "active": sorted(self._active),
            "off_body": self.off_body,
            "lifted_at": self._lifted_at,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._pending = np.array(state["pending"], dtype=np.float64).reshape(-1, 3)
        self._made_up = np.array(state["made_up"], dtype=np.bool_)
        self._at, self._finest = state["at"], np.inf if state["finest"] is None else state["finest"]
        self._constant, self._others_moved = np.array(state["constant"]), np.array(state["others_moved"])
        self._ended, self._impossible = state["ended"], state["impossible"]
        self._misfit, self._dead = state["misfit"], state["dead"]
        self._active = {FaultKind(kind) for kind in state["active"]}
        self.off_body, self._lifted_at = state["off_body"], state["lifted_at"]

    def _second(self, second: Floats) -> None:
        low, high = second.min(axis=0), second.max(axis=0)
        span = high - low
        most = float(span.max())
        self._learn_resolution(second)
        constant = span <= SAME_G
        mean = float(np.sqrt((second * second).sum(axis=1)).sum()) / len(second)
        # The spread is below half the span: only what hardly moves needs to be measured.
        dead = most < 2 * ALIVE_G and float(second.std(axis=0).max()) < DEAD_G
        self._watch_body(dead, most)
        self._weigh_rest(mean, most, stands=bool(constant.all()))
        ended = _is_at_its_end(second, float(max(high.max(), -low.min())), constant)
        if not (constant.any() or ended or self._misfit or self._active) and mean <= _IMPOSSIBLE_G:
            self._constant[:] = self._others_moved[:] = self._impossible = self._ended = 0
            return
        moved = most > (ALIVE_G if self._finest < FINE_G else _MOVING_G)
        self._constant = np.where(constant, self._constant + 1, 0)
        self._others_moved = np.where(constant, self._others_moved + moved, 0)
        self._impossible = self._impossible + 1 if mean > _IMPOSSIBLE_G else 0
        self._ended = self._ended + 1 if ended else 0
        self._decide(second, mean)

    def _learn_resolution(self, second: Floats) -> None:
        """The smallest step ever seen, until it is small enough to tell."""
        if self._finest >= FINE_G:
            steps = np.abs(np.diff(second, axis=0))
            measured = ~(self._made_up[1:] | self._made_up[:-1])[:, None]
            self._finest = float(np.min(steps, initial=self._finest, where=(steps > SAME_G) & measured))

    def _weigh_rest(self, mean: float, span: float, *, stands: bool) -> None:
        """How long what is quiet has measured what is not gravity; what moves may end the suspicion, never raise it."""
        if span < _QUIET_G * max(mean, 1.0) and not stands:
            fits = _GRAVITY_G[0] < mean < _GRAVITY_G[1]
            self._misfit = 0 if fits else min(self._misfit + 1, _MISFIT_SECONDS)
        elif _LIKELY_G[0] < mean < _LIKELY_G[1]:
            self._misfit = 0

    def _watch_body(self, dead: bool, span: float) -> None:
        self._dead = self._dead + 1 if dead else 0
        if self._dead >= OFF_BODY_SECONDS and self._finest < _COARSE_G:
            self.off_body = True
        elif self.off_body and span > ALIVE_G:
            self.off_body, self._lifted_at = False, self._at

    def _decide(self, second: Floats, mean: float) -> None:
        pinned = self._ended >= _ENDED_SECONDS
        impossible = self._impossible >= _IMPOSSIBLE_SECONDS
        # Gravity in another unit points one way; what points everywhere is a sensor thrown to its ends.
        coherent = mean > _COUNTS_G or float(np.sqrt((second.mean(axis=0) ** 2).sum())) > mean / 2
        foreign = (impossible and coherent) or self._misfit >= _MISFIT_SECONDS
        patience = STUCK_SECONDS if self._finest < _COARSE_G or not np.isfinite(self._finest) else STUCK_COARSE_SECONDS
        patience = STUCK_FINE_SECONDS if self._finest < FINE_G else patience
        if not may_rest(float(np.sqrt((second[-1] ** 2).sum())), self._finest):
            patience = min(patience, STUCK_UNREST_SECONDS)
        stuck = bool(self._constant.min() >= patience or self._others_moved.max() >= STUCK_SECONDS)
        ended = pinned or (impossible and not foreign)
        self._tell(FaultKind.SATURATED, ended, "an axis stands at its end")
        self._tell(
            FaultKind.WRONG_UNIT, foreign and not pinned, f"rest is {mean:.1f}, not 1: wanted is g, not m/s² or counts"
        )
        self._tell(FaultKind.STUCK, stuck and not pinned, f"the same value for {patience} s: the sensor is stuck")

    def _tell(self, kind: FaultKind, on: bool, text: str) -> None:
        if on and kind not in self._active:
            self._active.add(kind)
            self.faults = [*self.faults[1 - MOST_FAULTS :], SensorFault(kind, self._at, text)]
        elif not on:
            self._active.discard(kind)


def _is_at_its_end(second: Floats, farthest: float, constant: npt.NDArray[np.bool_]) -> bool:
    """Whether an axis stood at an end through a second, or was thrown to one again and again."""
    if farthest <= AT_ITS_END_G:
        return False
    far = np.abs(second)
    if bool((constant & (far[0] > AT_ITS_END_G)).any()):
        return True
    at_end = (far >= farthest - SAME_G).mean(axis=0) >= _CLIPPED_SHARE
    return bool((at_end & (np.ptp(second, axis=0) > 1.0)).any())
