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
LEAD = 60
"""Samples (1.2 s) that are held: a watch that held its last value while it was busy did so for 44."""
_PINNED = 15
"""An axis that stands at its end for 0.3 s; in the recorded falls it is 0.1 s at most."""
_CLIPPED = 30
"""So many samples at one end in a window; 13 in the recorded falls."""
_SHAKEN = 10


def broken(lead: Floats, seen: Floats, position: Position, step_g: float) -> str:
    """Why a window (WINDOW, 3) in g was not measured on a body; empty if it may have been.

    `lead` is LEAD samples before it, or what there is of them. `step_g` is the smallest step of the sensor's values:
    only a coarse one repeats itself at rest.
    """
    size = norm(seen)
    if max(np.median(size[: ANCHOR - _SHAKEN]), np.median(size[ANCHOR + _SHAKEN :])) > _PLAUSIBLE_G[position]:
        return "no body moves like this: the sensor is at fault"
    rests = [float(norm(part.mean(axis=0))) for part in (seen[:_SPAN], seen[-_SPAN:])]
    if max(rests) > _GRAVITY_G[position]:
        return f"rest would be {max(rests):.1f} g: the sensor is at fault"
    repeated = np.abs(np.diff(np.concatenate([lead, seen]), axis=0)) <= SAME_G
    if _is_pinned(seen, repeated[len(lead) :]):
        return "an axis stood at its end: the sensor is at fault"
    # What was held until just before the window comes back with a jolt.
    held = _runs(np.asarray(repeated.all(axis=1)), LEAD)
    if step_g < FINE_G:
        is_stuck = bool(held.any())
    else:
        is_stuck = any(not may_rest(each, step_g) for each in norm(np.concatenate([lead, seen])[1:][held]).tolist())
    if is_stuck:
        return "the same value again and again: the sensor is at fault"
    return ""


def may_rest(size: float, step_g: float) -> bool:
    """Whether a sensor of this step, which may be badly calibrated, can say `size` g while it does not move."""
    return abs(size - 1.0) <= _REST_G + (step_g if np.isfinite(step_g) else 0.0)


def _is_pinned(seen: Floats, repeated: npt.NDArray[np.bool_]) -> bool:
    far = np.abs(seen)
    end = float(far.max())
    if end <= AT_ITS_END_G:
        return False
    if int((far >= end - SAME_G).any(axis=1).sum()) >= _CLIPPED:
        return True
    pinned = repeated & (far[1:] > AT_ITS_END_G)
    return any(bool(_runs(pinned[:, axis], _PINNED).any()) for axis in range(3))


def _runs(marks: npt.NDArray[np.bool_], length: int) -> npt.NDArray[np.bool_]:
    """Where `length` marks in a row end."""
    total = np.concatenate([[0], np.cumsum(marks)])
    found = np.zeros(len(marks), dtype=np.bool_)
    found[length - 1 :] = total[length:] - total[:-length] == length
    return found
