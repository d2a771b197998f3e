"""Where something may have hit the ground: the samples of largest |a| among their neighbours."""

import numpy as np
import numpy.typing as npt

TRIGGER_G = 1.4
"""A fixed 2.5 g loses a quarter of an older person's falls, 1.6 g one in a hundred."""
REACH = 50
"""A candidate is the largest within so many samples (1 s) before and after it; of equals, the first."""


def candidates(size: npt.NDArray[np.float64], begin: int, end: int) -> list[int]:
    """The candidates among indices begin ≤ i < end of |a| in g; what lies outside of `size` is taken as smaller."""
    found: list[int] = []
    for index in (np.flatnonzero(size[begin:end] >= TRIGGER_G) + begin).tolist():
        before, after = size[max(0, index - REACH) : index], size[index + 1 : index + 1 + REACH]
        if (before.size == 0 or before.max() < size[index]) and (after.size == 0 or after.max() <= size[index]):
            found.append(index)
    return found
