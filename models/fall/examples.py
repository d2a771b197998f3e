"""Recordings → labelled windows, found as the detector finds them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.fall.candidates import candidates
from models.fall.features import RATE_HZ
from models.fall.recordings import Recording
from models.fall.resample import interpolate
from models.fall.windows import window

Floats = npt.NDArray[np.float64]

_SHORTEST = 50
_WALK_SECONDS = 3.0
"""What hits so long before a fall is the walk to it; what comes sooner, or after it, is neither fall nor daily life."""
_FALL_REACH_SECONDS = 2.0
_CREDIBLE_G = 2.0
"""A weakly labelled recording whose hardest impact is less most likely does not hold the fall."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows (n, WINDOW, 3) in g, `label` 1 (fall), 0 (not), −1 (neither), `subject` and `group` of each."""

    windows: npt.NDArray[np.float32]
    label: npt.NDArray[np.int8]
    subject: npt.NDArray[np.str_]
    group: npt.NDArray[np.str_]

    def chosen(self, which: npt.NDArray[np.bool_]) -> "Examples":
        """Some of them."""
        return Examples(self.windows[which], self.label[which], self.subject[which], self.group[which])


def examples(recordings: Iterable[Recording]) -> Examples:
    """The windows around all candidates of all recordings."""
    windows: list[Floats] = []
    labels: list[int] = []
    owners: list[tuple[str, str]] = []
    for recording in recordings:
        points = on_grid(recording)
        if len(points) < _SHORTEST:
            continue
        size = np.sqrt((points**2).sum(axis=1))
        found = candidates(size, 0, len(points))
        windows += [window(points, index).astype(np.float32) for index in found]
        labels += _labels(recording, found, size)
        owners += [(recording.subject, recording.group)] * len(found)
    subject, group = (np.array([owner[which] for owner in owners]) for which in (0, 1))
    return Examples(np.stack(windows).astype(np.float32), np.array(labels, dtype=np.int8), subject, group)


def on_grid(recording: Recording) -> Floats:
    """The whole recording at 50 Hz, (n, 3) in g."""
    step = recording.rate_hz / RATE_HZ
    return interpolate(recording.samples, np.arange(0.0, len(recording.samples) - 1 + 1e-9, step))


def _labels(recording: Recording, found: Sequence[int], size: Floats) -> list[int]:
    """The hardest impact of a fall's recording is the fall, near the time where one is given."""
    if not recording.fall or not found:
        return [0] * len(found)
    off = np.zeros(len(found))
    if recording.fall_at is not None:
        away = np.abs(np.array(found) / RATE_HZ - recording.fall_at)
        off = 3.0 * np.maximum(0.0, away - _FALL_REACH_SECONDS)
    fall = found[int(np.argmax(size[list(found)] - off))]
    if recording.weak and size[fall] < _CREDIBLE_G:
        return [-1] * len(found)
    return [1 if index == fall else 0 if index < fall - _WALK_SECONDS * RATE_HZ else -1 for index in found]
