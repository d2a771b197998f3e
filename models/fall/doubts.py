"""What no body does within one window: a sensor that stuck, stood at its end, or measures in something else than g."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from models.fall.features import ANCHOR, norm
from models.fall.model import Position

Floats = npt.NDArray[np.float64]

SAME_G = 1e-7
AT_ITS_END_G = 1.9
"""No sensor for people ends below."""
FINE_G = 0.0045
"""Below this step the noise of a sensor alone keeps it from repeating itself."""
_REST_G = 0.2
_PLAUSIBLE_G: Mapping[Position, float] = {"torso": 2.5, "wrist": 3.5}
"""The largest median of |a| before or after an impact; people who run or wave stay below."""
_GRAVITY_G: Mapping[Position, float] = {"torso": 1.5, "wrist": 1.8}
"""The largest mean acceleration over 1.5 s before or after: 1.31 and 1.50 in the recorded falls."""
_SPAN = 75
_HELD = 60
"""Samples (1.2 s) that are held: a watch that held its last value while it was busy did so for 44."""
_PINNED = 15
"""An axis that stands at its end for 0.3 s; in the recorded falls it is 0.1 s at most."""
_CLIPPED = 30
"""So many samples at one end in a window; 13 in the recorded falls."""
_SHAKEN = 10


def broken(seen: Floats, position: Position, step_g: float) -> str:
    """Why a window (WINDOW, 3) in g was not measured on a body; empty if it may have been.

    `step_g` is the smallest step of the sensor's values: only a coarse one repeats itself at rest.
    """
    size = norm(seen)
    if max(np.median(size[: ANCHOR - _SHAKEN]), np.median(size[ANCHOR + _SHAKEN :])) > _PLAUSIBLE_G[position]:
        return "no body moves like this: the sensor is at fault"
    rests = [float(norm(part.mean(axis=0))) for part in (seen[:_SPAN], seen[-_SPAN:])]
    if max(rests) > _GRAVITY_G[position]:
        return f"rest would be {max(rests):.1f} g: the sensor is at fault"
    if _is_clipped(seen) or _pinned(seen).any():
        return "an axis stood at its end: the sensor is at fault"
    if _held(seen, step_g).any():
        return "the same value again and again: the sensor is at fault"
    return ""


def last_broken(before: Floats, step_g: float) -> int:
    """How many of the samples (n, 3) before an impact to leave out: up to the last that was held or at its end."""
    if len(before) < _PINNED + 1:
        return 0
    places = np.flatnonzero(_pinned(before) | _held(before, step_g))
    return int(places[-1]) + 2 if len(places) else 0


def may_rest(size: float, step_g: float) -> bool:
    """Whether a sensor of this step, which may be badly calibrated, can say `size` g while it does not move."""
    return abs(size - 1.0) <= _REST_G + (step_g if np.isfinite(step_g) else 0.0)


def _is_clipped(seen: Floats) -> bool:
    far = np.abs(seen)
    end = float(far.max())
    return end > AT_ITS_END_G and int((far >= end - SAME_G).any(axis=1).sum()) >= _CLIPPED


def _pinned(samples: Floats) -> npt.NDArray[np.bool_]:
    """Where an axis has stood at an end, of the steps between samples."""
    marks = (np.abs(np.diff(samples, axis=0)) <= SAME_G) & (np.abs(samples[1:]) > AT_ITS_END_G)
    return _runs(marks[:, 0], _PINNED) | _runs(marks[:, 1], _PINNED) | _runs(marks[:, 2], _PINNED)


def _held(samples: Floats, step_g: float) -> npt.NDArray[np.bool_]:
    """Where the same value has come again and again, and no rest explains it, of the steps between samples."""
    held = _runs(np.asarray((np.abs(np.diff(samples, axis=0)) <= SAME_G).all(axis=1)), _HELD)
    if step_g >= FINE_G:
        for place in np.flatnonzero(held).tolist():
            held[place] = not may_rest(float(norm(samples[place + 1])), step_g)
    return held


def _runs(marks: npt.NDArray[np.bool_], length: int) -> npt.NDArray[np.bool_]:
    """Where `length` marks in a row end."""
    found = np.zeros(len(marks), dtype=np.bool_)
    if np.count_nonzero(marks) < length:
        return found
    total = np.concatenate([[0], np.cumsum(marks)])
    found[length - 1 :] = total[length:] - total[:-length] == length
    return found
