"""The exported model of one position: loaded once per process, judged with numpy alone."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.fall.features import FEATURES, features
from models.fall.forest import Forest

Position = Literal["torso", "wrist"]
POSITIONS: tuple[Position, ...] = get_args(Position)
FORMAT = 1
FOLDER = Path(__file__).parent / "parameters"


@dataclass(frozen=True, slots=True)
class Model:
    """What was trained for one position, and the probability from which an impact is told as a fall."""

    version: str
    threshold: float
    forest: Forest

    def probability(self, window: npt.NDArray[np.float64]) -> float:
        """That the window (WINDOW, 3) in g holds a fall."""
        return float(1.0 / (1.0 + np.exp(-self.forest.score(features(window[None])[0]))))

    def save(self, path: Path) -> None:
        """Write the arrays; no pickle."""
        arrays = {f"forest_{name}": array for name, array in self.forest.arrays().items()}
        head = {"format": np.array(FORMAT), "version": np.array(self.version), "threshold": np.array(self.threshold)}
        np.savez_compressed(path, **head, **arrays)  # type: ignore[arg-type]


def read(path: Path) -> Model:
    """Read an exported model. Raises ValueError for one of another format or other features."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if int(arrays.get("format", -1)) != FORMAT:
        raise ValueError(f"{path}: not a fall model of format {FORMAT}; train it anew: anju-models train fall")
    forest = Forest.from_arrays({name.removeprefix("forest_"): array for name, array in arrays.items()})
    if int(forest.feature.max()) >= FEATURES:
        raise ValueError(f"{path}: made for other features; train it anew: anju-models train fall")
    return Model(str(arrays["version"]), float(arrays["threshold"]), forest)


@lru_cache(maxsize=len(POSITIONS))
def shipped(position: Position) -> Model:
    """The model in this package."""
    return read(FOLDER / f"{position}.npz")
