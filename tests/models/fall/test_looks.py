"""A doubted window is judged by the mean of several looks at it, which turn with the sensor and keep the impact."""

from dataclasses import replace

import numpy as np
import pytest

from models.fall.examples import examples
from models.fall.features import ANCHOR, WINDOW
from models.fall.looks import CLOCKS, looks, paced
from models.fall.model import shipped
from models.fall.sample import sample


def test_looks_turn_with_the_sensor_and_leave_rest_alone() -> None:
    random = np.random.default_rng(3)
    windows = random.normal(size=(4, WINDOW, 3))
    rotation, _ = np.linalg.qr(random.normal(size=(3, 3)))
    for straight, turned in zip(looks(windows), looks(windows @ rotation), strict=True):
        assert straight.shape == windows.shape
        np.testing.assert_allclose(straight @ rotation, turned, atol=1e-12)
    rest = np.tile(np.array([0.0, 0.6, 0.8]), (1, WINDOW, 1))
    for look in looks(rest):
        np.testing.assert_allclose(look, rest, atol=1e-12)


@pytest.mark.parametrize("factor", CLOCKS)
def test_another_clock_keeps_the_impact_and_moves_what_is_around_it(factor: float) -> None:
    line = np.repeat(np.arange(WINDOW, dtype=np.float64)[None, :, None], 3, axis=2)
    seen = paced(line, factor)[0, :, 0]
    assert seen[ANCHOR] == ANCHOR
    assert seen[ANCHOR + 100] == pytest.approx(ANCHOR + 100 * factor)
    ends = max(0.0, ANCHOR * (1 - factor)), min(WINDOW - 1.0, ANCHOR + (WINDOW - 1 - ANCHOR) * factor)
    assert (seen[0], seen[-1]) == pytest.approx(ends)


def test_only_what_is_doubted_is_looked_at_again() -> None:
    windows = examples(sample("wrist")[:20]).windows.astype(np.float64)
    once = replace(shipped("wrist"), doubted_from=np.inf)
    first = once.scores(windows)
    bound = float(np.median(first))
    mean = np.mean([first, *(once.scores(look) for look in looks(windows))], axis=0)
    expected = np.where(first > bound, mean, first)
    np.testing.assert_allclose(replace(once, doubted_from=bound).scores(windows), expected, atol=1e-9)
    assert not np.allclose(first, expected)
