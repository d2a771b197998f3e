"""The streaming detector: samples in, verdicts out, each from nothing later than 4 s after its impact."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.candidates import REACH, candidates
from models.fall.doubts import broken, last_broken
from models.fall.features import ANCHOR, RATE_HZ, WINDOW, norm, posture_change, stillness
from models.fall.grid import Grid
from models.fall.health import DEAD_G, Health
from models.fall.intake import Intake, Piece
from models.fall.model import POSITIONS, Model, Position, shipped
from models.fall.verdict import FallVerdict, FaultKind, SensorFault
from models.fall.windows import window

Floats = npt.NDArray[np.float64]

SLOWEST_HZ, FASTEST_HZ = 20.0, 100.0
SAME_FALL_SECONDS = 10.0
"""Whatever hits the ground within so long of a fall is part of it."""
_AFTER = WINDOW - ANCHOR
_STILL_G = 0.1
_LOOKED_BACK = 200
"""So far before an impact it is looked whether the sensor was at fault; more than a window reaches."""
_JOLT = 5
"""An impact so soon after is the end of the fault itself."""
_EDGE = 20
"""How far the filters of stillness reach, and a little more."""


class FallDetector:
    """Falls of one wearer, from the accelerometer on the torso or the wrist.

    `rate_hz` is what the device says, 20 to 100. `model` is another one than the shipped, for measuring.
    """

    def __init__(self, position: Position = "torso", rate_hz: float = 50.0, model: Model | None = None) -> None:
        if position not in POSITIONS:
            raise ValueError(f"position is {position!r}; it must be one of {', '.join(POSITIONS)}")
        if not SLOWEST_HZ <= rate_hz <= FASTEST_HZ:
            raise ValueError(f"rate_hz is {rate_hz}; the detector takes {SLOWEST_HZ:.0f} to {FASTEST_HZ:.0f}")
        self._position: Position = position
        self._rate = float(rate_hz)
        self._model = shipped(position) if model is None else model
        self._intake = Intake(self._rate)
        self._health = Health(self._rate)
        self._grid = Grid(self._rate)
        self._began = 0.0
        self._examined = 0
        self._last_fall: float | None = None

    @property
    def off_body(self) -> bool:
        """Whether the sensor has lain so still for minutes that nobody can be wearing it."""
        return self._health.off_body

    @property
    def ailing(self) -> frozenset[FaultKind]:
        """The faults that are on and make every judgement worthless, as the newest whole second shows them."""
        return self._health.active

    def feed(self, samples: npt.ArrayLike, start: float) -> list[FallVerdict]:
        """Judge what these samples complete: shape (n, 3) in g, the first at `start` seconds.

        Raises ValueError for another shape, for what is not numbers, and for a start that is not finite.
        """
        block = _checked(samples, start)
        verdicts: list[FallVerdict] = []
        if len(block):
            for piece in self._intake.take(block, float(start)):
                verdicts += self._piece(piece)
        return verdicts

    def finish(self) -> list[FallVerdict]:
        """Judge what is still in the buffer, as at the end of a recording, and begin anew."""
        verdicts = self._end_stretch()
        intake, health = Intake(self._rate), Health(self._rate)
        intake.faults, health.faults = self._intake.faults, self._health.faults
        self._intake, self._health = intake, health
        return verdicts

    def take_faults(self) -> list[SensorFault]:
        """What was found wrong with the samples since the last time, oldest first; of very many the newest."""
        faults = sorted(self._intake.faults + self._health.faults, key=lambda fault: fault.at)
        self._intake.faults, self._health.faults = [], []
        return faults

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs to go on with the same verdicts; plain values, fit for JSON."""
        return {
            "position": self._position,
            "rate_hz": self._rate,
            "began": self._began,
            "examined": self._examined,
            "last_fall": self._last_fall,
            "intake": self._intake.state(),
            "health": self._health.state(),
            "grid": self._grid.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken. Raises ValueError if that was of another position or rate."""
        if (state["position"], state["rate_hz"]) != (self._position, self._rate):
            raise ValueError(f"the state is of a {state['position']} sensor at {state['rate_hz']} Hz; begin without it")
        self._began, self._examined = state["began"], state["examined"]
        self._last_fall = state["last_fall"]
        self._intake.restore(state["intake"])
        self._health.restore(state["health"])
        self._grid.restore(state["grid"])

    def _piece(self, piece: Piece) -> list[FallVerdict]:
        verdicts: list[FallVerdict] = []
        if piece.fresh:
            verdicts += self._end_stretch()
            self._began = piece.start
        done = 0
        while done < len(piece.samples):
            # Whole seconds of the sensor, so that what is known of its health is the same in blocks of any size.
            part = piece.samples[done : done + self._health.wanted]
            self._grid.extend(part)
            verdicts += self._judge(self._grid.end - _AFTER)
            self._health.take(part, piece.start + done / self._rate, max(0, piece.bridged - done))
            done += len(part)
        self._grid.trim()
        return verdicts

    def _end_stretch(self) -> list[FallVerdict]:
        self._grid.finish()
        verdicts = self._judge(self._grid.end)
        self._grid, self._examined = Grid(self._rate), 0
        return verdicts

    def _judge(self, end: int) -> list[FallVerdict]:
        """Verdicts on the candidates among grid points that were not examined yet, up to `end`."""
        begin, self._examined = self._examined, max(self._examined, end)
        if begin >= end:
            return []
        first, points = self._grid.first, self._grid.points
        low = max(begin - first - REACH, 0)
        size = norm(points[low : end - first + REACH])
        found = candidates(size, begin - first - low, end - first - low)
        return [self._verdict(points, low + index) for index in found]

    def _verdict(self, points: Floats, index: int) -> FallVerdict:
        number, begin = self._grid.first + index, max(0, index - _LOOKED_BACK)
        # What a sensor made up before it came to itself again hides no fall after that, and is no posture.
        skipped = last_broken(points[begin:index], self._health.step_g)
        begin += skipped
        is_jolt = skipped > 0 and index - begin < _JOLT
        seen = window(points[begin:], index - begin)
        at = self._began + number / RATE_HZ
        probability = float(self._model.probabilities(seen[None])[0])
        doubt = "the sensor came to itself again" if is_jolt else self._doubt(seen, at)
        if doubt:
            probability = 0.0
        elif self._last_fall is not None and abs(at - self._last_fall) < SAME_FALL_SECONDS:
            doubt = "part of the fall before"
        is_fall = not doubt and probability >= self._model.threshold
        if is_fall:
            self._last_fall = at
        return _explained(seen, at, probability, is_fall, doubt)

    def _doubt(self, seen: Floats, at: float) -> str:
        """Why this can be no judgement of a person; empty if it can."""
        if self._health.untrusted:
            return "the sensor is at fault"
        found = broken(seen, self._position, self._health.step_g)
        if found:
            return found
        if self._health.lay_unworn(at) and float(seen[: ANCHOR - 25].std(axis=0).max()) < DEAD_G:
            return "not worn: nothing had moved for minutes"
        return ""


def _explained(seen: Floats, at: float, probability: float, is_fall: bool, doubt: str) -> FallVerdict:
    peak = float(np.sqrt((seen[ANCHOR] ** 2).sum()))
    rest = stillness(seen[None, ANCHOR - _EDGE :])[0][_EDGE:] < _STILL_G
    still = (len(rest) if rest.all() else int(rest[::-1].argmin())) / RATE_HZ
    turned = float(posture_change(seen[None])[0])
    text = doubt or ("a fall" if is_fall else "no fall")
    text += f": impact of {peak:.1f} g, still for {still:.1f} s after it, posture turned by {turned:.0f}°"
    return FallVerdict(at, probability, is_fall, text, round(peak, 3), still, round(turned, 1))


def _checked(samples: npt.ArrayLike, start: float) -> Floats:
    try:
        block = np.asarray(samples, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError("samples must be numbers in g, of shape (n, 3)") from error
    if block.ndim != 2 or block.shape[1] != 3:
        raise ValueError(f"samples have shape {block.shape}; wanted is (n, 3): x, y, z in g, a row per sample")
    if not math.isfinite(start):
        raise ValueError(f"start is {start}; wanted is the time of the first sample in seconds")
    return block
