"""From a device's rate to the 50 Hz of the model: cubic between the four samples around a point."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def interpolate(samples: Floats, positions: Floats) -> Floats:
    """Values at fractional indices of samples (n, 3): a Catmull-Rom cubic, exact at whole indices; ends repeat."""
    last = len(samples) - 1
    left = np.floor(positions).astype(np.int64)
    part = (positions - left)[:, None]
    p0, p1, p2, p3 = (samples[np.clip(left + shift, 0, last)] for shift in (-1, 0, 1, 2))
    bend = 2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3
    turn = 3.0 * (p1 - p2) + p3 - p0
    found: Floats = p1 + 0.5 * part * (p2 - p0 + part * (bend + part * turn))
    return found
