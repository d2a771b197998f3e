"""Sample blocks as they come → pieces without a hole, on one clock.

A short hole (lost packets, samples that are no numbers) is bridged by a straight line; a long one, or a clock that
jumps, begins a new stretch. Blocks that came before are dropped, until they go on for so long that the clock must have
gone back. A clock that runs some per cent fast or slow is followed without touching a sample.
"""

import math
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.verdict import MOST_FAULTS, FaultKind, SensorFault

Floats = npt.NDArray[np.float64]

BRIDGED_SECONDS = 1.5
"""Longer holes end a stretch: a straight line through them would look like stillness."""
JUMP_SECONDS = 600.0
"""A device out of reach for so long is told as a clock that jumped; so is any step back over BACK_SECONDS."""
BACK_SECONDS = 10.0
OVERTAKEN_SECONDS = 2.0
"""Blocks in a row that are late for longer were not overtaken: the clock went back by less than BACK_SECONDS."""
_JITTER_SECONDS = 0.05
_CLOCK_ERROR = 0.06
"""What a cheap clock may be off by."""
_PACE_SECONDS = 60.0
_PACE_ERROR = 0.075
_REMEMBERED = 32
_TELLING = 6
"""So many different samples in a block that came again are no coincidence, and no sensor at rest."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples (n, 3) in g, all finite, that follow the piece before unless they begin a new stretch.

    The first `bridged` of them are made up.
    """

    samples: Floats
    start: float
    fresh: bool
    bridged: int = 0


class Intake:
    """The clock of one sensor. `faults` collects what was wrong until somebody takes it."""

    def __init__(self, rate_hz: float) -> None:
        self._rate = rate_hz
        self._expected: float | None = None
        self._last: Floats | None = None
        self._missing = 0
        self._seen: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)
        self._length = 0.0
        self._late_until: float | None = None
        self._late_seconds = 0.0
        self._elapsed = self._counted = 0.0
        self._bad_numbers = False
        self.faults: list[SensorFault] = []

    def take(self, samples: Floats, start: float) -> Iterator[Piece]:
        """Samples (n, 3) whose first is of `start` seconds; n ≥ 1."""
        mark = (start, zlib.crc32(samples.tobytes()))
        is_again = bool(self._seen) and self._seen[-1][1] == mark[1] and self._seen[-1][0] != start
        repeated = mark in self._seen
        self._seen.append(mark)
        seconds = len(samples) / self._rate
        expected = start if self._expected is None else self._expected
        late = expected - start
        # Half a second covers what a radio does; what a clock is off by grows with the block before.
        slack = max(_JITTER_SECONDS, 1.5 / self._rate, min(0.5, seconds / 4), _CLOCK_ERROR * self._length)
        if repeated and late > min(slack, seconds) / 2:
            self._tell(FaultKind.DUPLICATE, start, "a block came twice; the second was dropped")
            return
        if is_again and len(np.unique(samples, axis=0)) >= _TELLING:
            self._tell(FaultKind.DUPLICATE, start, "the samples of the block before came again under a new time")
        went_back = late > slack and self._went_back(start, seconds)
        if went_back or late > max(BACK_SECONDS, slack) or -late > max(BRIDGED_SECONDS, slack):
            self._jump(start, -late)
        elif late > slack:
            kept = samples[round(late * self._rate) :]
            self._tell(FaultKind.REORDERED, start, "a block came after a later one; what was late of it was dropped")
            samples, start = kept, expected
        elif -late > slack:
            self._missing += round(-late * self._rate)
        else:
            self._pace(start, -late)
        self._length = len(samples) / self._rate
        self._expected = start + self._length
        yield from self._finite(samples, start)

    def state(self) -> dict[str, Any]:
        """What `restore` needs, in plain values."""
        return {
            "expected": self._expected,
            "last": None if self._last is None else self._last.tolist(),
            "missing": self._missing,
            "length": self._length,
            "late_until": self._late_until,
            "late_seconds": self._late_seconds,
            "pace": [self._elapsed, self._counted],
            "seen": list(self._seen),
            "bad_numbers": self._bad_numbers,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._expected = state["expected"]
        self._last = None if state["last"] is None else np.array(state["last"], dtype=np.float64)
        self._missing, self._length = state["missing"], state["length"]
        self._late_until, self._late_seconds = state["late_until"], state["late_seconds"]
        self._elapsed, self._counted = state["pace"]
        self._seen = deque([(start, mark) for start, mark in state["seen"]], maxlen=_REMEMBERED)
        self._bad_numbers = state["bad_numbers"]

    def _went_back(self, start: float, seconds: float) -> bool:
        """Whether late blocks go on one after the other for so long that it is the clock that is late."""
        goes_on = self._late_until is not None and abs(start - self._late_until) <= max(_JITTER_SECONDS, seconds / 4)
        self._late_seconds = self._late_seconds + seconds if goes_on else seconds
        self._late_until = start + seconds
        return goes_on and self._late_seconds > OVERTAKEN_SECONDS

    def _pace(self, start: float, ahead: float) -> None:
        """Count what came without a hole: seconds by the clock beside seconds by the number of samples."""
        self._late_until = None
        self._elapsed, self._counted = self._elapsed + self._length + ahead, self._counted + self._length
        if self._counted < _PACE_SECONDS:
            return
        found = self._elapsed / self._counted
        self._elapsed = self._counted = 0.0
        if abs(found - 1.0) > _PACE_ERROR:
            text = f"{self._rate / found:.1f} samples a second come, not {self._rate:g}: its clock or its rate is wrong"
            self._tell(FaultKind.WRONG_RATE, start, text)

    def _jump(self, start: float, ahead: float) -> None:
        if 0 < ahead <= JUMP_SECONDS:
            self._tell(FaultKind.GAP, start, f"{ahead:.1f} s of samples are missing")
        else:
            self._tell(FaultKind.CLOCK_JUMP, start, f"the clock of the samples jumped by {ahead:+.1f} s")
        self._last, self._missing, self._length, self._late_until = None, 0, 0.0, None

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
        return Piece(samples, start - missing / self._rate, fresh=False, bridged=missing)

    def _tell(self, kind: FaultKind, at: float, text: str) -> None:
        self.faults = [*self.faults[1 - MOST_FAULTS :], SensorFault(kind, at, text)]
