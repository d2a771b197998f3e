"""The devices imagined in training: what a band may be is not what a pendant may be."""

import numpy as np
import pytest

from models.fall.alterations import another_device
from models.fall.model import Position
from models.fall.recordings import Recording

_STEP_G = 16.0 / 127.0


@pytest.mark.parametrize(("position", "known"), [("wrist", True), ("torso", False)], ids=["wrist", "torso"])
def test_a_band_of_sixteen_g_and_eight_bits_is_imagined_for_the_wrist(position: Position, known: bool) -> None:
    random = np.random.default_rng(1)
    samples = random.normal(scale=0.7, size=(100, 3)) + np.array([0.0, 0.0, 1.0])
    recording = Recording("band", samples, 50.0, "M00", "D1", fall=False)
    seen = [another_device(recording, position, random).samples / _STEP_G for _ in range(200)]
    assert any(np.allclose(each, np.round(each), atol=1e-6) for each in seen) is known
