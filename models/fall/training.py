"""Training: recordings in, a model out. The only file that needs scikit-learn."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from models.fall.alterations import another_device
from models.fall.convolutions import DILATIONS, KERNELS, SIGNALS, answers, shares
from models.fall.examples import Examples, examples
from models.fall.features import channels, features
from models.fall.forest import Forest
from models.fall.linear import Linear
from models.fall.model import DOUBTED_FROM, Model, Position
from models.fall.recordings import Recording
from models.fall.scoring import Scored

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PASSES = 2
"""How often every recording is seen besides as it is, each time on another imagined device."""
TREES = 130
_DAILY_SHARE = 0.5
"""How much of daily life is seen again in each pass; falls are always."""
_ALL = slice(None)
_PENALTY = 300.0
_DRAWN = 400
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Material:
    """Everything learnable of some recordings, as both parts of a model see it; one row per window."""

    biases: npt.NDArray[np.float32]
    rows: npt.NDArray[np.float32]
    convolved: npt.NDArray[np.float16]
    label: npt.NDArray[np.int8]
    subject: npt.NDArray[np.str_]
    group: npt.NDArray[np.str_]
    doubted_from: float


def material(
    recordings: Sequence[Recording], position: Position, seed: int, lent: Sequence[Recording] = ()
) -> Material:
    """The windows of the recordings as they are, then of each pass through other devices.

    `lent` ones, of another position, are seen once, on another device: they teach what any fall has in common.
    """
    found = [examples(recordings)]
    if lent:
        random = np.random.default_rng([seed, PASSES])
        found.append(_seen_again(examples(another_device(recording, position, random) for recording in lent), random))
    for number in range(PASSES):
        random = np.random.default_rng([seed, number])
        found.append(
            _seen_again(examples(another_device(recording, position, random) for recording in recordings), random)
        )
    known = [each.chosen(each.label >= 0) for each in found]
    windows, label = (np.concatenate([getattr(each, name) for each in known]) for name in ("windows", "label"))
    biases = _biases(windows, label, np.random.default_rng(seed))
    rows, convolved = [], []
    for begin in range(0, len(windows), _CHUNK):
        chunk = windows[begin : begin + _CHUNK].astype(np.float64)
        signals = channels(chunk)
        rows.append(features(chunk, signals).astype(np.float32))
        convolved.append(shares(signals[:, :SIGNALS].astype(np.float32), biases).astype(np.float16))
    subject, group = (np.concatenate([getattr(each, name) for each in known]) for name in ("subject", "group"))
    return Material(
        biases, np.concatenate(rows), np.concatenate(convolved), label, subject, group, DOUBTED_FROM[position]
    )


def fit(known: Material, seed: int, which: Mask | slice = _ALL) -> Model:
    """A model of some or all of the windows; its probabilities mean nothing before it is calibrated."""
    rows, label = known.rows[which], known.label[which]
    forest = exported(grow(rows, label, seed))
    linear = _linear(known.biases, known.convolved[which], label)
    return Model("", 0.5, forest, linear, slope=1.0, offset=0.0, doubted_from=known.doubted_from)


def grow(rows: npt.NDArray[np.float32], label: npt.NDArray[np.int8], seed: int) -> HistGradientBoostingClassifier:
    """Train the trees on features (n, FEATURES) and labels 0 or 1."""
    forest = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=0.1,
        max_leaf_nodes=15,
        min_samples_leaf=15,
        l2_regularization=1.0,
        max_features=0.2,
        early_stopping=False,
        random_state=seed,
    )
    return forest.fit(rows, label)


def calibrated(model: Model, scored: Sequence[Scored], cut: float) -> Model:
    """The model with log odds from scores of people that models like it never saw, and told from `cut` on."""
    scores = [[each.highest] for each in scored if each.fall and each.score]
    falls = len(scores)
    scores += [[score] for each in scored if not each.fall for score in each.score]
    fitted = LogisticRegression().fit(scores, [1] * falls + [0] * (len(scores) - falls))
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    threshold = 1.0 / (1.0 + math.exp(-offset - slope * cut))
    return replace(model, slope=slope, offset=offset, threshold=threshold)


def _seen_again(found: Examples, random: np.random.Generator) -> Examples:
    return found.chosen((found.label == 1) | (random.random(len(found.label)) < _DAILY_SHARE))


def _biases(
    windows: npt.NDArray[np.float32], label: npt.NDArray[np.int8], random: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Per kernel a random quantile of its answers to some windows, as many falls as others."""
    drawn = [random.permutation(np.flatnonzero(label == value))[: _DRAWN // 2] for value in (0, 1)]
    signals = channels(windows[np.concatenate(drawn)].astype(np.float64))[:, :SIGNALS].astype(np.float32)
    chosen = np.empty((len(DILATIONS), SIGNALS, KERNELS), dtype=np.float32)
    for index, dilation in enumerate(DILATIONS):
        given = answers(signals, dilation)
        places = (random.uniform(0.1, 0.9, size=(SIGNALS, KERNELS)) * (given[:, 0, 0].size - 1)).astype(np.int64)
        for signal in range(SIGNALS):
            for kernel in range(KERNELS):
                place = places[signal, kernel]
                chosen[index, signal, kernel] = np.partition(given[:, signal, kernel].ravel(), place)[place]
    return chosen


def _linear(biases: npt.NDArray[np.float32], convolved: npt.NDArray[np.float16], label: npt.NDArray[np.int8]) -> Linear:
    given = convolved.astype(np.float32)
    middle, spread = given.mean(axis=0), given.std(axis=0) + np.float32(1e-3)
    given -= middle
    given /= spread
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # to stop early is meant
        fitted = LogisticRegression(C=1.0 / _PENALTY, max_iter=40).fit(given, label)
    weights = (fitted.coef_[0] / spread).astype(np.float32)
    return Linear(biases, weights, float(fitted.intercept_[0] - weights @ middle))


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
