"""The exported model answers as the trained one, and what is no model of ours is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from models.fall.candidates import TRIGGER_G, candidates
from models.fall.examples import examples
from models.fall.features import ANCHOR, FEATURES, WINDOW, features
from models.fall.model import POSITIONS, Position, read, shipped
from models.fall.sample import sample
from models.fall.training import fit, grow, material

Floats = npt.NDArray[np.float64]


def test_the_exported_model_answers_as_the_trained_one(tmp_path: Path) -> None:
    known = material(sample("torso"), "torso", seed=1)
    model = fit(known, seed=1)
    trained = grow(known.rows, known.label, seed=1)
    model.save(tmp_path / "torso.npz")
    stored = read(tmp_path / "torso.npz")
    scores = stored.forest.scores(known.rows.astype(np.float64))
    np.testing.assert_allclose(_share(scores), trained.predict_proba(known.rows)[:, 1], atol=1e-6)
    windows = examples(sample("torso")[:6]).windows.astype(np.float64)
    np.testing.assert_array_equal(stored.probabilities(windows), model.probabilities(windows))


def _share(scores: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-scores)), dtype=np.float64)


@pytest.mark.parametrize("position", POSITIONS)
def test_the_shipped_models_are_small_and_loaded_once(position: Position) -> None:
    assert shipped(position) is shipped(position)
    folder = Path(__file__).parents[3] / "models" / "fall" / "parameters"
    assert (folder / f"{position}.npz").stat().st_size <= 1_000_000


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", format=np.array(99))
    with pytest.raises(ValueError, match="train it anew"):
        read(tmp_path / "other.npz")
    model = shipped("torso")
    wide = replace(model.forest, feature=model.forest.feature + np.int16(FEATURES))
    replace(model, forest=wide).save(tmp_path / "wide.npz")
    with pytest.raises(ValueError, match="other features"):
        read(tmp_path / "wide.npz")


def test_features_do_not_change_when_the_sensor_is_turned() -> None:
    random = np.random.default_rng(5)
    windows = random.normal(size=(20, WINDOW, 3)) + np.array([0.0, 0.0, 1.0])
    rotation, _ = np.linalg.qr(random.normal(size=(3, 3)))
    np.testing.assert_allclose(features(windows @ rotation), features(windows), atol=1e-8)


def test_candidates_are_the_largest_around() -> None:
    size = np.ones(600)
    size[[100, 140, 300, 301, 580]] = [3.0, 2.0, 4.0, 4.0, TRIGGER_G]
    assert candidates(size, 0, 600) == [100, 300, 580]
    assert candidates(size, 101, 400) == [300]
    assert ANCHOR < WINDOW
