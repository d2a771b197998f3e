"""A model over whole recordings, as the detector would judge them, and what of it would have rung."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.fall.candidates import candidates
from models.fall.detector import SAME_FALL_SECONDS
from models.fall.examples import on_grid
from models.fall.features import RATE_HZ
from models.fall.model import Model
from models.fall.recordings import Recording
from models.fall.windows import window

Floats = npt.NDArray[np.float64]
_CHUNK = 128


@dataclass(frozen=True, slots=True)
class Scored:
    """A recording's impacts (seconds, in order) and the score of each."""

    group: str
    subject: str
    code: str
    fall: bool
    seconds: float
    at: tuple[float, ...]
    score: tuple[float, ...]

    @property
    def highest(self) -> float:
        """The score that decides whether a fall is found."""
        return max(self.score, default=-np.inf)

    def alarms(self, cut: float) -> int:
        """How many falls would have been told at a score of `cut`."""
        told = [at for at, score in zip(self.at, self.score, strict=True) if score >= cut]
        count, last = 0, -np.inf
        for at in told:
            if at - last >= SAME_FALL_SECONDS:
                count, last = count + 1, at
        return count


def score(model: Model, recordings: Iterable[Recording]) -> list[Scored]:
    """Judge every impact of every recording, many at once."""
    kept = list(recordings)
    windows: list[Floats] = []
    places: list[Sequence[int]] = []
    for recording in kept:
        points = on_grid(recording)
        found = candidates(np.sqrt((points**2).sum(axis=1)), 0, len(points))
        windows += [window(points, index) for index in found]
        places.append(found)
    chunks = [np.stack(windows[begin : begin + _CHUNK]) for begin in range(0, len(windows), _CHUNK)]
    judged = np.concatenate([model.scores(chunk) for chunk in chunks]) if chunks else np.empty(0)
    ends = np.cumsum([len(found) for found in places])
    return [
        Scored(
            recording.group,
            recording.subject,
            recording.code,
            recording.fall,
            recording.seconds,
            tuple(index / RATE_HZ for index in found),
            tuple(judged[end - len(found) : end].tolist()),
        )
        for recording, found, end in zip(kept, places, ends, strict=True)
    ]
