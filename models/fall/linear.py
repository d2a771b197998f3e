"""A linear model over the convolutions' features: the second opinion beside the trees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fall.convolutions import SIGNALS, shares

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """`biases` of the convolutions (dilations, SIGNALS, KERNELS), `weights` (convolutions.FEATURES,), `intercept`."""

    biases: Singles
    weights: Singles
    intercept: float

    def scores(self, signals: npt.NDArray[np.float64]) -> Singles:
        """The log odds (n,) for the channels (n, 4, WINDOW) of some windows."""
        return shares(signals[:, :SIGNALS].astype(np.float32), self.biases) @ self.weights + np.float32(self.intercept)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What is stored."""
        return {"biases": self.biases, "weights": self.weights, "intercept": np.array(self.intercept)}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, npt.NDArray[Any]]) -> "Linear":
        """The opposite of `arrays`."""
        return cls(stored["biases"], stored["weights"], float(stored["intercept"]))
