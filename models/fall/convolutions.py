"""Features from many small fixed convolutions: how often each kernel's answer exceeds its bias.

The kernels are those of MiniRocket (Dempster, Schmidt and Webb 2021): nine taps of which three are 2 and six are −1,
spread over several dilations. The share of exceeding answers is taken before, around and after the impact.
"""

from itertools import combinations

import numpy as np
import numpy.typing as npt

from models.fall.features import WINDOW

Singles = npt.NDArray[np.float32]

DILATIONS = (1, 3, 7, 16)
_STRIDE = 2
SIGNALS = 3
"""|a|, along gravity, across it."""
_TAPS = 9
_TRIPLES = np.array(list(combinations(range(_TAPS), 3)))
KERNELS = len(_TRIPLES)
_SPANS = ((0, 57), (57, 75), (75, WINDOW // _STRIDE))
FEATURES = len(DILATIONS) * SIGNALS * KERNELS * len(_SPANS)


def answers(signals: Singles, dilation: int) -> Singles:
    """Signals (n, SIGNALS, WINDOW) → what each kernel answers around every other sample.

    The answers are of shape (n, SIGNALS, KERNELS, WINDOW / 2).
    """
    reach = dilation * (_TAPS // 2)
    padded = np.pad(signals, ((0, 0), (0, 0), (reach, reach)), mode="edge")
    taps = np.stack([padded[:, :, tap * dilation : tap * dilation + WINDOW : _STRIDE] for tap in range(_TAPS)], axis=2)
    triple = taps[:, :, _TRIPLES[:, 0]] + taps[:, :, _TRIPLES[:, 1]] + taps[:, :, _TRIPLES[:, 2]]
    triple *= np.float32(3)
    triple -= taps.sum(axis=2, keepdims=True)
    return triple


def shares(signals: Singles, biases: Singles) -> Singles:
    """Signals (n, SIGNALS, WINDOW), biases (dilations, SIGNALS, KERNELS) → features (n, FEATURES) from 0 to 1."""
    found = []
    for index, dilation in enumerate(DILATIONS):
        above = answers(signals, dilation) > biases[index][None, :, :, None]
        found += [np.count_nonzero(above[..., begin:end], axis=-1) / np.float32(end - begin) for begin, end in _SPANS]
    return np.stack(found, axis=1).reshape(len(signals), -1)
