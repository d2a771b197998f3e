"""The window around a candidate, cut from a stretch of samples; what the stretch lacks is mirrored at its ends."""

import numpy as np
import numpy.typing as npt

from models.fall.features import ANCHOR, WINDOW


def window(samples: npt.NDArray[np.float64], index: int) -> npt.NDArray[np.float64]:
    """Samples (n, 3) → the window (WINDOW, 3) with samples[index] at ANCHOR."""
    places = np.arange(index - ANCHOR, index - ANCHOR + WINDOW)
    return samples[mirrored(places, len(samples))]


def mirrored(places: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Indices that may lie outside 0 ≤ i < count, folded back at both ends as often as needed."""
    if count == 1:
        return np.zeros_like(places)
    period = 2 * (count - 1)
    folded = np.mod(places, period)
    return np.asarray(np.minimum(folded, period - folded), dtype=np.int64)
