"""Gradient-boosted trees as plain arrays: what scikit-learn trained, evaluated with numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of one ensemble side by side, each (trees, nodes); both children of a leaf are the leaf itself."""

    feature: npt.NDArray[np.int16]
    threshold: Floats
    left: npt.NDArray[np.int16]
    right: npt.NDArray[np.int16]
    value: Floats
    baseline: float
    depth: int

    def score(self, features: Floats) -> float:
        """The log odds for one row of features, (f,)."""
        trees = np.arange(len(self.feature))
        nodes = np.zeros(len(trees), dtype=np.int16)
        for _ in range(self.depth):
            below = features[self.feature[trees, nodes]] <= self.threshold[trees, nodes]
            nodes = np.where(below, self.left[trees, nodes], self.right[trees, nodes])
        return self.baseline + float(self.value[trees, nodes].sum())

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What is stored: exact, so that the stored forest answers as the trained one."""
        names = ("feature", "threshold", "left", "right", "value")
        arrays = {name: getattr(self, name) for name in names}
        return arrays | {"baseline": np.array(self.baseline), "depth": np.array(self.depth)}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, npt.NDArray[Any]]) -> "Forest":
        """The opposite of `arrays`."""
        arrays = {name: stored[name] for name in ("feature", "threshold", "left", "right", "value")}
        return cls(**arrays, baseline=float(stored["baseline"]), depth=int(stored["depth"]))
