"""The detector as its users see it: the same verdicts whatever the blocks, one fall once, nothing on faults."""

import json

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.fall import FallDetector, FallVerdict, FaultKind
from models.fall.alterations import at_rate, turned
from models.fall.model import POSITIONS, Position
from models.fall.sample import fall, jump, slide, walk

Floats = npt.NDArray[np.float64]

START = 1_000.0


def _random(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def _noisy(samples: Floats) -> Floats:
    return samples + _random().normal(0.0, 0.01, size=samples.shape)


def _walk_and_fall() -> Floats:
    return _noisy(np.concatenate([walk(_random()), fall(_random()), slide(_random())]))


def _fed(samples: Floats, sizes: list[int], rate: float = 50.0, position: Position = "torso") -> list[FallVerdict]:
    detector, found, done = FallDetector(position, rate), [], 0
    while done < len(samples):
        size = sizes[done % len(sizes)]
        found += detector.feed(samples[done : done + size].astype(np.float32), START + done / rate)
        done += size
    return found + detector.finish()


@pytest.mark.parametrize("position", POSITIONS)
def test_a_fall_is_told_once_with_its_evidence(position: Position) -> None:
    quiet = np.tile([0.0, 0.0, 1.0], (200, 1))
    falls = [verdict for verdict in _fed(_noisy(np.concatenate([quiet, fall(_random())])), [25]) if verdict.is_fall]
    (only,) = falls
    assert START + 8.5 < only.at < START + 12.5
    assert only.peak_g > 2.0
    assert only.still_seconds > 1.0
    assert only.posture_change_degrees > 60.0
    assert "a fall" in only.explanation


def test_walking_and_jumping_are_no_falls() -> None:
    verdicts = _fed(_noisy(np.concatenate([walk(_random()), jump(_random())])), [25])
    assert verdicts
    assert not any(verdict.is_fall for verdict in verdicts)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=7),
    rate=st.sampled_from([20.0, 25.0, 31.25, 50.0, 52.0, 64.0, 100.0]),
)
def test_any_block_size_gives_the_same_verdicts(sizes: list[int], rate: float) -> None:
    samples = at_rate(_walk_and_fall(), rate / 50.0)
    whole = _fed(samples, [len(samples)], rate)
    assert whole
    parts = _fed(samples, sizes, rate)
    assert [(v.probability, v.is_fall, v.peak_g) for v in parts] == [
        (v.probability, v.is_fall, v.peak_g) for v in whole
    ]
    np.testing.assert_allclose([v.at for v in parts], [v.at for v in whole], atol=1e-6)


@settings(max_examples=8, deadline=None)
@given(cut=st.integers(1, 2_000))
def test_a_restart_anywhere_changes_nothing(cut: int) -> None:
    samples = _walk_and_fall().astype(np.float32)
    first, second = FallDetector(), FallDetector()
    found = first.feed(samples[:cut], START)
    second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    found += second.feed(samples[cut:], START + cut / 50.0) + second.finish()
    assert found == _fed(samples.astype(np.float64), [len(samples)])


def test_a_state_of_another_sensor_is_refused() -> None:
    with pytest.raises(ValueError, match="begin without it"):
        FallDetector("wrist").restore(FallDetector("torso").state())


def test_turning_the_sensor_changes_nothing() -> None:
    samples = _walk_and_fall()
    plain, other = _fed(samples, [50]), _fed(turned(samples, _random(9)), [50])
    assert [verdict.is_fall for verdict in plain] == [verdict.is_fall for verdict in other]
    np.testing.assert_allclose([v.probability for v in other], [v.probability for v in plain], atol=1e-3)


def test_a_verdict_needs_nothing_later_than_four_seconds() -> None:
    samples = _walk_and_fall()
    whole = _fed(samples, [50])
    for told in whole:
        detector, end = FallDetector(), int((told.at - START + 4.0) * 50) + 1
        early = detector.feed(samples[:end].astype(np.float32), START)
        if end < len(samples):
            assert told in early


@pytest.mark.parametrize(
    ("samples", "start", "said"),
    [
        pytest.param(np.zeros(3), 0.0, "wanted is \\(n, 3\\)", id="flat"),
        pytest.param(np.zeros((5, 6)), 0.0, "wanted is \\(n, 3\\)", id="with-gyroscope"),
        pytest.param([["a", "b", "c"]], 0.0, "numbers in g", id="text"),
        pytest.param(np.zeros((5, 3)), float("nan"), "time of the first sample", id="no-time"),
    ],
)
def test_what_are_no_samples_is_refused(samples: npt.ArrayLike, start: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FallDetector().feed(samples, start)


@pytest.mark.parametrize(("position", "rate"), [("ankle", 50.0), ("torso", 0.0), ("torso", 19.0), ("torso", 400.0)])
def test_a_detector_for_what_it_cannot_do_is_refused(position: Position, rate: float) -> None:
    with pytest.raises(ValueError, match=r"position is|rate_hz is"):
        FallDetector(position, rate)


def test_no_samples_are_no_news() -> None:
    detector = FallDetector()
    assert detector.feed(np.empty((0, 3), dtype=np.float32), 5.0) == []
    assert detector.finish() == []


def _saturated(samples: Floats) -> Floats:
    return np.concatenate([samples[:300], np.column_stack([np.full(400, 16.0), samples[300:700, 1:]])])


def _stuck(samples: Floats) -> Floats:
    return np.concatenate([samples[:300], np.tile(samples[300], (900, 1))])


def _holed(samples: Floats) -> Floats:
    return np.where(np.arange(len(samples))[:, None] % 90 < 60, samples, np.nan)


@pytest.mark.parametrize(
    ("spoilt", "kind"),
    [
        pytest.param(lambda s: s * 9.81, FaultKind.WRONG_UNIT, id="metres-per-second"),
        pytest.param(lambda s: s * 1_000.0, FaultKind.WRONG_UNIT, id="thousandths"),
        pytest.param(_saturated, FaultKind.SATURATED, id="saturated"),
        pytest.param(_stuck, FaultKind.STUCK, id="stuck"),
        pytest.param(_holed, FaultKind.NOT_A_NUMBER, id="nan"),
    ],
)
def test_a_broken_sensor_is_named_and_makes_no_fall(spoilt: object, kind: FaultKind) -> None:
    assert callable(spoilt)
    detector = FallDetector()
    verdicts = detector.feed(spoilt(_noisy(walk(_random()))), START) + detector.finish()
    assert not any(verdict.is_fall for verdict in verdicts)
    assert kind in [fault.kind for fault in detector.take_faults()]
    assert detector.take_faults() == []


def test_a_sensor_that_dies_in_motion_is_stuck_and_no_fall() -> None:
    samples = _walk_and_fall()
    hit = int(np.argmax((samples[700:1400] ** 2).sum(axis=1))) + 700
    detector = FallDetector()
    verdicts = detector.feed(np.concatenate([samples[: hit + 3], np.tile([0.2, 0.5, 0.1], (250, 1))]), START)
    assert not any(verdict.is_fall for verdict in verdicts)
    assert [fault.kind for fault in detector.take_faults()] == [FaultKind.STUCK]


def test_a_fall_in_the_wrong_unit_is_no_fall() -> None:
    detector = FallDetector()
    verdicts = detector.feed(_walk_and_fall() * 9.81, START) + detector.finish()
    assert not any(verdict.is_fall for verdict in verdicts)


def test_a_band_on_a_table_is_not_worn_and_knocked_off_is_no_fall() -> None:
    table = np.array([0.0, 0.0, 1.0]) + _random().normal(0.0, 0.002, size=(50 * 200, 3))
    drop = np.array([[0.0, 0.0, 0.1]] * 10 + [[0.0, 3.0, 4.0], [2.0, 0.0, 0.0]])
    detector = FallDetector()
    detector.feed(table, START)
    assert detector.off_body
    verdicts = detector.feed(np.concatenate([drop, table[:500, [2, 1, 0]]]), START + 200.0) + detector.finish()
    assert ["not worn" in verdict.explanation for verdict in verdicts] == [True]
    assert not any(verdict.is_fall for verdict in verdicts)


def test_who_wears_it_moves_it() -> None:
    detector = FallDetector()
    detector.feed(_noisy(np.tile([0.0, 0.0, 1.0], (50 * 200, 1))), START)
    assert not detector.off_body
