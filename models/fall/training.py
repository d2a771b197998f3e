"""Training: recordings in, a model out. The only file that needs scikit-learn."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from models.fall.alterations import another_device
from models.fall.examples import Examples, examples
from models.fall.features import FEATURES, features
from models.fall.forest import Forest
from models.fall.recordings import Recording

Floats = npt.NDArray[np.float64]

PASSES = 3
"""How often every recording is seen besides as it is, each time on another imagined device."""
_CHUNK = 512


def learnable(recordings: Sequence[Recording], seed: int, passes: int = PASSES) -> list[Examples]:
    """The windows of the recordings as they are, then of each pass through other devices."""
    found = [examples(recordings)]
    for number in range(passes):
        random = np.random.default_rng([seed, number])
        found.append(examples(another_device(recording, random) for recording in recordings))
    return found


def table(windows: npt.NDArray[np.float32]) -> Floats:
    """The features (n, FEATURES) of windows (n, WINDOW, 3)."""
    if not len(windows):
        return np.empty((0, FEATURES))
    chunks = [windows[begin : begin + _CHUNK].astype(np.float64) for begin in range(0, len(windows), _CHUNK)]
    return np.concatenate([features(chunk) for chunk in chunks])


def grow(rows: Floats, labels: npt.NDArray[np.int8], seed: int, trees: int = 250) -> HistGradientBoostingClassifier:
    """Train the trees on features (n, FEATURES) and labels 0 or 1."""
    forest = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=15,
        l2_regularization=1.0,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    )
    return forest.fit(rows, labels)


def exported(trained: HistGradientBoostingClassifier) -> Forest:
    """The trained trees as arrays, every leaf its own child."""
    trees = [grown[0].nodes for grown in trained._predictors]
    most = max(len(nodes) for nodes in trees)
    shape = (len(trees), most)
    itself = np.broadcast_to(np.arange(most, dtype=np.int16), shape)
    feature, left, right = np.zeros(shape, dtype=np.int16), itself.copy(), itself.copy()
    threshold, value = np.zeros(shape), np.zeros(shape)
    for tree, nodes in enumerate(trees):
        count, inner = len(nodes), np.flatnonzero(nodes["is_leaf"] == 0)
        value[tree, :count] = nodes["value"]
        feature[tree, inner], threshold[tree, inner] = nodes["feature_idx"][inner], nodes["num_threshold"][inner]
        left[tree, inner], right[tree, inner] = nodes["left"][inner], nodes["right"][inner]
    depth = max(int(nodes["depth"].max()) for nodes in trees)
    return Forest(feature, threshold, left, right, value, float(trained._baseline_prediction.item()), depth)
