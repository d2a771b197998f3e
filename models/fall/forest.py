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

    def scores(self, features: Floats) -> Floats:
        """The log odds (n,) for rows of features (n, f)."""
        trees, most = self.feature.shape
        first = np.arange(trees) * most
        rows = np.arange(len(features))[:, None]
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        left, right = self.left.ravel(), self.right.ravel()
        nodes = np.zeros((len(features), trees), dtype=np.int64)
        for _ in range(self.depth):
            places = first + nodes
            below = features[rows, feature[places]] <= threshold[places]
            nodes = np.where(below, left[places], right[places])
        return np.asarray(self.baseline + self.value.ravel()[first + nodes].sum(axis=1), dtype=np.float64)

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
