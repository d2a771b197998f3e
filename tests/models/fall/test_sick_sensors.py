"""Sensors and radios that are at fault: no fall is told of what they make up, and the fault has its name."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fall import FallDetector, FallVerdict, FaultKind
from models.fall.alterations import coarse, turned
from models.fall.doubts import broken
from models.fall.model import POSITIONS, Position
from models.fall.sample import fall, jump, walk
from models.fall.windows import window

Floats = npt.NDArray[np.float64]
RATE = 50
START = 1e9


def _active(seed: int, count: int = 3) -> Floats:
    random = np.random.default_rng(seed)
    made = np.concatenate([jump(random) if number % 2 else walk(random) for number in range(count)])
    return made + random.normal(0.0, 0.01, made.shape)


def _resting(seconds: float, noise: float = 0.003) -> Floats:
    return np.array([0.0, 0.6, 0.8]) + np.random.default_rng(5).normal(0.0, noise, (round(seconds * RATE), 3))


def _told(samples: Floats, position: Position = "torso") -> tuple[list[FallVerdict], set[FaultKind]]:
    detector = FallDetector(position)
    verdicts = detector.feed(samples, START) + detector.finish()
    return [verdict for verdict in verdicts if verdict.is_fall], {fault.kind for fault in detector.take_faults()}


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 5),
    place=st.integers(300, 1_200),
    behind_peak=st.integers(0, 4),
    way=st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda way: np.linalg.norm(way) > 0.1),
    seconds=st.floats(1.5, 8.0),
    position=st.sampled_from(POSITIONS),
)
def test_a_sensor_that_stops_where_somebody_might_lie_is_no_fall(
    seed: int, place: int, behind_peak: int, way: tuple[float, float, float], seconds: float, position: Position
) -> None:
    samples = _active(seed)
    begin = place + int(np.linalg.norm(samples[place : place + 100], axis=1).argmax()) + behind_peak
    samples[begin : begin + round(seconds * RATE)] = np.array(way) / np.linalg.norm(way)
    assert _told(samples, position)[0] == _told(_active(seed), position)[0] == []


def _lies_after(peak: Floats) -> Floats:
    """A window: standing, an impact, lying."""
    random = np.random.default_rng(2)
    samples = np.concatenate([np.tile([0.0, 0.0, 1.0], (125, 1)), peak, np.tile([1.0, 0.0, 0.0], (175, 1))])
    return window(samples + random.normal(0.0, 0.01, samples.shape), 126)


def _held(window_: Floats) -> Floats:
    window_[160:230] = window_[160]
    return window_


def _pinned(window_: Floats) -> Floats:
    window_[130:150, 1] = 2.0
    return window_


def _clipped(window_: Floats) -> Floats:
    window_[::4, 1] = -8.0
    return window_


def _offset(window_: Floats) -> Floats:
    window_[126:, 2] += 2.0
    return window_


@pytest.mark.parametrize("spoil", [_held, _pinned, _clipped, _offset], ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("position", POSITIONS)
def test_one_window_is_enough_to_see_that_no_body_did_it(spoil: Callable[[Floats], Floats], position: Position) -> None:
    sound = _lies_after(np.array([[3.0, 2.0, 1.0], [4.0, 3.0, 1.0], [2.0, 0.0, 0.5]]))
    assert broken(sound.copy(), position, 0.001) == ""
    assert "at fault" in broken(spoil(sound.copy()), position, 0.001)


def test_who_lies_still_under_a_coarse_sensor_repeats_itself_and_may_have_fallen() -> None:
    sound = coarse(_lies_after(np.array([[3.0, 2.0, 1.0], [4.0, 3.0, 1.0], [2.0, 0.0, 0.5]])), 16.0, 8)
    assert (np.abs(np.diff(sound[200:], axis=0)).max() < 1e-9).all()
    assert broken(sound, "torso", 16 / 127) == ""


def test_badly_calibrated_and_coarse_at_once_is_no_fault_of_who_has_fallen() -> None:
    """±16 g in 8 bits, and gravity of 1.15: at rest it says 1.26 again and again."""
    hit = np.array([[3.0, 2.0, 1.0], [4.0, 3.0, 1.0], [2.0, 0.0, 0.5]])
    sound = _lies_after(hit)
    sound[130:] = [1.26, 0.0, 0.0]
    assert broken(sound, "torso", 16 / 127) == ""
    assert "at fault" in broken(sound, "torso", 0.02)


@pytest.mark.parametrize("factor", [0.1, 0.25, 0.5, 2.0, 4.0, 16.0])
def test_what_rests_at_another_gravity_is_in_another_unit_until_it_rests_at_one(factor: float) -> None:
    detector = FallDetector()
    detector.feed(_resting(10.0) * factor, START)
    assert [fault.kind for fault in detector.take_faults()] == [FaultKind.WRONG_UNIT]
    assert detector.ailing == {FaultKind.WRONG_UNIT}
    detector.feed(_resting(3.0), START + 10.0)
    assert detector.ailing == frozenset()


@pytest.mark.parametrize("size", [0.81, 1.0, 1.24])
def test_a_badly_calibrated_sensor_is_no_fault(size: float) -> None:
    assert _told(np.concatenate([_resting(20.0), _active(1, 1)]) * size)[1] == set()


def test_an_axis_thrown_to_its_end_is_saturated() -> None:
    samples = _active(1)
    samples[500:1_500, 0] = np.where(np.random.default_rng(3).random(1_000) < 0.5, 16.0, samples[500:1_500, 0])
    falls, kinds = _told(samples)
    assert falls == []
    assert FaultKind.SATURATED in kinds


@pytest.mark.parametrize("end", [3, 8, 40])
def test_the_end_of_a_fault_is_no_impact(end: int) -> None:
    samples = _lies_after(np.array([[3.0, 2.0, 1.0], [4.0, 3.0, 1.0], [2.0, 0.0, 0.5]]))
    long = np.concatenate([_resting(20.0), samples])
    long[1_000 + 125 - 100 : 1_000 + 125 + end, 0] = 16.0
    assert _told(long)[0] == []


@pytest.mark.parametrize("spoil", ["held", "pinned", "factor"])
@pytest.mark.parametrize("before", [3.0, 8.0, 20.0])
def test_a_sensor_that_comes_to_itself_again_hides_no_fall(spoil: str, before: float) -> None:
    random = np.random.default_rng(1)
    samples = np.concatenate([_resting(20.0), fall(random) + random.normal(0.0, 0.01, (700, 3))])
    hit = 1_000 + int(np.linalg.norm(samples[1_000:], axis=1).argmax())
    assert len(_told(samples)[0]) == 1
    end = hit - round(before * RATE)
    sick = slice(end - 250, end)
    if spoil == "held":
        samples[sick] = samples[end - 250]
    elif spoil == "pinned":
        samples[sick, 0] = 16.0
    else:
        samples[sick] *= 4.0
    assert len(_told(samples)[0]) == 1


@pytest.mark.parametrize(("step", "seconds"), [(1e-6, 6.0), (0.01, 12.0), (16 / 127, 62.0)])
def test_how_long_a_resting_sensor_may_say_the_same(step: float, seconds: float) -> None:
    lively = np.round(_resting(5.0, noise=0.1) / step) * step
    held = np.round(np.array([0.0, 0.6, 0.8]) / step) * step
    assert FaultKind.STUCK not in _told(np.concatenate([lively, np.tile(held, (round(seconds / 2 * RATE), 1))]))[1]
    assert FaultKind.STUCK in _told(np.concatenate([lively, np.tile(held, (round(seconds * RATE), 1))]))[1]


def test_one_dead_axis_beside_two_that_move_a_little_is_stuck() -> None:
    samples = _resting(30.0, noise=0.02)
    samples[500:, 2] = 0.0
    assert FaultKind.STUCK in _told(samples)[1]


def test_a_lost_packet_makes_no_coarse_sensor_fine() -> None:
    """A bridge has steps that its sensor does not have: who sleeps under one of 8 bits would be called stuck."""
    sound = turned(np.concatenate([_active(1, 1), _resting(40.0)]), np.random.default_rng(4))
    detector, samples = FallDetector(), coarse(sound, 16.0, 8)
    for first in range(0, len(samples), 25):
        if first != 500:
            detector.feed(samples[first : first + 25], START + first / RATE)
    assert detector.take_faults() == []


def test_faults_that_nobody_asks_for_are_not_kept_for_ever() -> None:
    detector, samples = FallDetector(), _resting(1.0)
    for number in range(600):
        detector.feed(samples if number % 2 else np.full((RATE, 3), np.nan), START + number)
    faults = detector.take_faults()
    assert 0 < len(faults) <= 128
    assert faults[-1].at == START + 598
