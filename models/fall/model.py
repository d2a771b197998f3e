"""The exported model of one position: loaded once per process, judged with numpy alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.fall.convolutions import FEATURES as CONVOLVED
from models.fall.features import FEATURES, channels, features
from models.fall.forest import Forest
from models.fall.linear import Linear
from models.fall.looks import CLOCKS, looks

Floats = npt.NDArray[np.float64]
Position = Literal["torso", "wrist"]
POSITIONS: tuple[Position, ...] = get_args(Position)
FORMAT = 3
LINEAR_SHARE = 1.0
"""What a unit of the linear part counts beside one of the trees."""
SURELY_NOT = -5.0
"""Below these log odds of the trees the linear part, which costs more, is not asked."""
DOUBTED_FROM: Mapping[Position, float] = {"torso": math.inf, "wrist": 0.0}
"""The score from which a window is looked at again, as other clocks would have shown it; wrists differ the most."""
FOLDER = Path(__file__).parent / "parameters"
_NUMBERS = ("threshold", "slope", "offset", "doubted_from")


@dataclass(frozen=True, slots=True)
class Model:
    """What was trained for one position: trees and a linear part over many small convolutions.

    Their score is trees + LINEAR_SHARE · linear, and from `doubted_from` on the mean of that over several looks at the
    window; offset + slope · score are log odds.
    """

    version: str
    threshold: float
    """The probability from which an impact is told as a fall."""
    forest: Forest
    linear: Linear
    slope: float
    offset: float
    doubted_from: float

    @property
    def cut(self) -> float:
        """The score whose probability is the threshold."""
        return (math.log(self.threshold / (1.0 - self.threshold)) - self.offset) / self.slope

    def scores(self, windows: Floats) -> Floats:
        """What the trees and the linear part say together of windows (n, WINDOW, 3) in g: (n,)."""
        scores = self._once(windows)
        doubted = scores > self.doubted_from
        if doubted.any():
            again = self._once(np.concatenate([*looks(windows[doubted])])).reshape(len(CLOCKS), -1)
            scores[doubted] = np.mean([scores[doubted], *again], axis=0)
        return scores

    def _once(self, windows: Floats) -> Floats:
        signals = channels(windows)
        scores = self.forest.scores(features(windows, signals))
        asked = scores > SURELY_NOT
        if asked.any():
            scores[asked] += LINEAR_SHARE * self.linear.scores(signals[asked])
        return scores

    def probabilities(self, windows: Floats) -> Floats:
        """That each of the windows (n, WINDOW, 3) in g holds a fall: (n,)."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.offset - self.slope * self.scores(windows))), dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write the arrays; no pickle."""
        head = {name: np.array(getattr(self, name)) for name in ("version", *_NUMBERS)}
        forest = {f"forest_{name}": array for name, array in self.forest.arrays().items()}
        linear = {f"linear_{name}": array for name, array in self.linear.arrays().items()}
        np.savez_compressed(path, format=np.array(FORMAT), **head, **forest, **linear)  # type: ignore[arg-type]


def read(path: Path) -> Model:
    """Read an exported model. Raises ValueError for one of another format or other features."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if int(arrays.get("format", -1)) != FORMAT:
        raise ValueError(f"{path}: not a fall model of format {FORMAT}; train it anew: anju-models train fall")
    parts = {
        part: {name.removeprefix(part): array for name, array in arrays.items() if name.startswith(part)}
        for part in ("forest_", "linear_")
    }
    forest, linear = Forest.from_arrays(parts["forest_"]), Linear.from_arrays(parts["linear_"])
    if int(forest.feature.max()) >= FEATURES or len(linear.weights) != CONVOLVED:
        raise ValueError(f"{path}: made for other features; train it anew: anju-models train fall")
    numbers = {name: float(arrays[name]) for name in _NUMBERS}
    return Model(version=str(arrays["version"]), forest=forest, linear=linear, **numbers)


@lru_cache(maxsize=len(POSITIONS))
def shipped(position: Position) -> Model:
    """The model in this package."""
    return read(FOLDER / f"{position}.npz")
