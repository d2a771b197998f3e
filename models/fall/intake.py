"""Sample blocks as they come → pieces without a hole, on one clock.

A short hole (lost packets, samples that are no numbers) is bridged by a straight line; a long one, or a clock that
jumps, begins a new stretch. Blocks that came before are dropped. A clock that runs some per cent fast or slow is
followed without touching a sample.
"""

import math
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.verdict import FaultKind, SensorFault

Floats = npt.NDArray[np.float64]

BRIDGED_SECONDS = 1.5
"""Longer holes end a stretch: a straight line through them would look like stillness."""
JUMP_SECONDS = 600.0
"""A device out of reach for so long is told as a clock that jumped; so is any step back over BACK_SECONDS."""
BACK_SECONDS = 10.0
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples (n, 3) in g, all finite, that follow the piece before unless they begin a new stretch."""

    samples: Floats
    start: float
    fresh: bool


class Intake:
    """The clock of one sensor. `faults` collects what was wrong until somebody takes it."""

    def __init__(self, rate_hz: float) -> None:
        self._rate = rate_hz
        self._expected: float | None = None
        self._last: Floats | None = None
        self._missing = 0
        self._seen: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)
        self._bad_numbers = False
        self.faults: list[SensorFault] = []

    def take(self, samples: Floats, start: float) -> Iterator[Piece]:
        """Samples (n, 3) whose first is of `start` seconds; n ≥ 1."""
        mark = (start, zlib.crc32(samples.tobytes()))
        repeated = mark in self._seen
        self._seen.append(mark)
        expected = start if self._expected is None else self._expected
        late = expected - start
        slack = min(0.5, max(1.5 / self._rate, 0.25 * len(samples) / self._rate))
        if repeated and late > slack / 2:
            self._tell(FaultKind.DUPLICATE, start, "a block came twice; the second was dropped")
            return
        if late > BACK_SECONDS or -late > BRIDGED_SECONDS:
            self._jump(start, -late)
        elif late > slack:
            kept = samples[round(late * self._rate) :]
            self._tell(FaultKind.REORDERED, start, "a block came after a later one; what was late of it was dropped")
            samples, start = kept, expected
        elif -late > slack:
            self._missing += round(-late * self._rate)
        self._expected = start + len(samples) / self._rate
        yield from self._finite(samples, start)

    def state(self) -> dict[str, Any]:
        """What `restore` needs, in plain values."""
        return {
            "expected": self._expected,
            "last": None if self._last is None else self._last.tolist(),
            "missing": self._missing,
            "seen": list(self._seen),
            "bad_numbers": self._bad_numbers,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._expected = state["expected"]
        self._last = None if state["last"] is None else np.array(state["last"], dtype=np.float64)
        self._missing = state["missing"]
        self._seen = deque([(start, mark) for start, mark in state["seen"]], maxlen=_REMEMBERED)
        self._bad_numbers = state["bad_numbers"]

    def _jump(self, start: float, ahead: float) -> None:
        if 0 < ahead <= JUMP_SECONDS:
            self._tell(FaultKind.GAP, start, f"{ahead:.1f} s of samples are missing")
        else:
            self._tell(FaultKind.CLOCK_JUMP, start, f"the clock of the samples jumped by {ahead:+.1f} s")
        self._last, self._missing = None, 0

    def _finite(self, samples: Floats, start: float) -> Iterator[Piece]:
        """Runs of finite samples, each bridged from the last one if the hole before it is short."""
        good = np.isfinite(samples).all(axis=1)
        if good.all():
            self._bad_numbers = False
            if len(samples):
                yield self._bridged(samples, start)
            return
        if not self._bad_numbers:
            self._bad_numbers = True
            self._tell(FaultKind.NOT_A_NUMBER, start, "samples that are no numbers: the sensor or its driver is broken")
        bounds = np.flatnonzero(np.diff(good, prepend=False, append=False)).tolist()
        done = 0
        for begin, end in zip(bounds[::2], bounds[1::2], strict=True):
            self._missing += begin - done
            yield self._bridged(samples[begin:end], start + begin / self._rate)
            done = end
        self._missing += len(samples) - done

    def _bridged(self, samples: Floats, start: float) -> Piece:
        last, missing = self._last, self._missing
        self._last, self._missing = samples[-1].copy(), 0
        if last is None or missing > math.ceil(BRIDGED_SECONDS * self._rate):
            return Piece(samples, start, fresh=True)
        if missing:
            share = np.arange(1, missing + 1)[:, None] / (missing + 1)
            samples = np.concatenate([last * (1 - share) + samples[0] * share, samples])
        return Piece(samples, start - missing / self._rate, fresh=False)

    def _tell(self, kind: FaultKind, at: float, text: str) -> None:
        self.faults.append(SensorFault(kind, at, text))
