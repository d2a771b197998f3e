"""A window as a slower and a faster clock would have shown it.

Where a model judges a device it never saw, these looks disagree by about as much as it errs; their mean errs less.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from models.fall.features import ANCHOR, WINDOW

Floats = npt.NDArray[np.float64]

CLOCKS = (0.95, 1.05)


def looks(windows: Floats) -> Iterator[Floats]:
    """Windows (n, WINDOW, 3) in g → the same events once for each of CLOCKS, of the same shape."""
    for factor in CLOCKS:
        yield paced(windows, factor)


def paced(windows: Floats, factor: float) -> Floats:
    """The windows with so many of their samples in the place of one, around the impact; the ends repeat."""
    places = np.clip(ANCHOR + (np.arange(WINDOW) - ANCHOR) * factor, 0.0, WINDOW - 1.0)
    below = np.minimum(places.astype(np.int64), WINDOW - 2)
    share = (places - below)[None, :, None]
    return np.asarray(windows[:, below] * (1.0 - share) + windows[:, below + 1] * share, dtype=np.float64)
