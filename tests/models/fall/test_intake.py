"""Blocks as radios deliver them: lost, twice, out of order, with a clock that drifts or jumps."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fall import FaultKind
from models.fall.intake import Intake, Piece

Floats = npt.NDArray[np.float64]

RATE = 50
BLOCK = 25


def _blocks(count: int) -> list[tuple[Floats, float]]:
    samples = np.random.default_rng(1).normal(size=(count * BLOCK, 3))
    return [(samples[number * BLOCK :][:BLOCK], 10.0 + number * BLOCK / RATE) for number in range(count)]


def _taken(blocks: list[tuple[Floats, float]]) -> tuple[list[Piece], list[FaultKind]]:
    intake = Intake(RATE)
    pieces = [piece for samples, start in blocks for piece in intake.take(samples, start)]
    return pieces, [fault.kind for fault in intake.faults]


def test_blocks_in_order_are_one_stretch() -> None:
    blocks = _blocks(5)
    pieces, faults = _taken(blocks)
    assert [piece.fresh for piece in pieces] == [True, False, False, False, False]
    np.testing.assert_array_equal(np.concatenate([p.samples for p in pieces]), np.concatenate([s for s, _ in blocks]))
    assert faults == []


def test_a_lost_block_is_bridged() -> None:
    blocks = _blocks(5)
    pieces, faults = _taken(blocks[:2] + blocks[3:])
    assert [piece.fresh for piece in pieces] == [True, False, False, False]
    assert [len(piece.samples) for piece in pieces] == [BLOCK, BLOCK, 2 * BLOCK, BLOCK]
    assert faults == []


def test_a_long_hole_begins_a_new_stretch() -> None:
    blocks = _blocks(9)
    pieces, faults = _taken(blocks[:2] + blocks[7:])
    assert [piece.fresh for piece in pieces] == [True, False, True, False]
    assert faults == [FaultKind.GAP]


def test_a_block_twice_counts_once() -> None:
    blocks = _blocks(4)
    pieces, faults = _taken(blocks[:3] + blocks[1:2] + blocks[3:])
    assert sum(len(piece.samples) for piece in pieces) == 4 * BLOCK
    assert faults == [FaultKind.DUPLICATE]


def test_a_block_that_was_overtaken_is_dropped() -> None:
    blocks = _blocks(5)
    pieces, faults = _taken([*blocks[:2], blocks[3], blocks[2], blocks[4]])
    assert sum(len(piece.samples) for piece in pieces) == 5 * BLOCK
    assert faults == [FaultKind.REORDERED]


@pytest.mark.parametrize("jump", [-3_600.0, 86_400.0])
def test_a_clock_that_jumps_is_named_and_begins_a_new_stretch(jump: float) -> None:
    blocks = _blocks(4)
    pieces, faults = _taken(blocks[:2] + [(samples, start + jump) for samples, start in blocks[2:]])
    assert [piece.fresh for piece in pieces] == [True, False, True, False]
    assert faults == [FaultKind.CLOCK_JUMP]


@pytest.mark.parametrize("error", [-0.05, 0.05])
def test_a_clock_that_runs_wrong_is_followed_without_touching_a_sample(error: float) -> None:
    blocks = [(samples, start * (1 + error)) for samples, start in _blocks(200)]
    pieces, faults = _taken(blocks)
    assert sum(len(piece.samples) for piece in pieces) == 200 * BLOCK
    assert faults == []
    steps = [after.start - before.start for before, after in pairwise(pieces)]
    np.testing.assert_allclose(steps, 0.5 * (1 + error), atol=1e-9)


def test_samples_that_are_no_numbers_are_bridged_once_named() -> None:
    blocks = _blocks(4)
    for samples, _ in blocks[1:3]:
        samples[10:15] = np.nan
    pieces, faults = _taken(blocks)
    assert sum(len(piece.samples) for piece in pieces) == 4 * BLOCK
    assert all(np.isfinite(piece.samples).all() for piece in pieces)
    assert [piece.fresh for piece in pieces].count(True) == 1
    assert faults == [FaultKind.NOT_A_NUMBER]


def _sized(sizes: list[int], seconds: float) -> list[tuple[Floats, float]]:
    samples = np.random.default_rng(2).normal(size=(round(seconds * RATE), 3))
    ends = np.cumsum(np.resize(sizes, len(samples))).tolist()
    starts = [0, *(end for end in ends if end < len(samples))]
    return [(samples[begin:end], begin / RATE) for begin, end in zip(starts, [*starts[1:], len(samples)], strict=True)]


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=8), seed=st.integers(0, 100))
def test_the_jitter_of_a_radio_touches_no_sample(sizes: list[int], seed: int) -> None:
    random, blocks = np.random.default_rng(seed), _sized(sizes, 40.0)
    pieces, faults = _taken([(samples, 1e9 + start + random.uniform(-0.02, 0.02)) for samples, start in blocks])
    assert faults == []
    np.testing.assert_array_equal(np.concatenate([p.samples for p in pieces]), np.concatenate([s for s, _ in blocks]))


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 5_000), min_size=1, max_size=8), error=st.sampled_from([-0.05, 0.05]))
def test_a_clock_that_runs_wrong_is_followed_in_blocks_of_any_size(sizes: list[int], error: float) -> None:
    blocks = _sized(sizes, 400.0)
    pieces, faults = _taken([(samples, 1e9 + start * (1 + error)) for samples, start in blocks])
    assert faults == []
    np.testing.assert_array_equal(np.concatenate([p.samples for p in pieces]), np.concatenate([s for s, _ in blocks]))


@pytest.mark.parametrize("error", [-0.1, 0.1])
def test_a_rate_that_is_another_than_told_is_named(error: float) -> None:
    pieces, faults = _taken([(samples, start * (1 + error)) for samples, start in _sized([BLOCK], 130.0)])
    assert faults == [FaultKind.WRONG_RATE] * 2
    assert sum(len(piece.samples) for piece in pieces) == 130 * RATE


def test_a_clock_that_goes_back_a_little_is_followed_after_two_seconds() -> None:
    blocks = _blocks(40)
    pieces, faults = _taken(blocks[:20] + [(samples, start - 8.0) for samples, start in blocks[20:]])
    assert faults[-1] == FaultKind.CLOCK_JUMP
    assert FaultKind.CLOCK_JUMP not in faults[:-1]
    assert [piece.fresh for piece in pieces].count(True) == 2
    assert sum(len(piece.samples) for piece in pieces) >= 35 * BLOCK


def test_samples_that_come_again_under_a_new_time_are_named() -> None:
    blocks = _blocks(4)
    pieces, faults = _taken([*blocks[:3], (blocks[2][0], blocks[3][1])])
    assert faults == [FaultKind.DUPLICATE]
    assert len(pieces) == 4


def test_a_sensor_at_rest_says_the_same_again() -> None:
    blocks = [(np.tile([0.0, 0.0, 1.0], (BLOCK, 1)), start) for _, start in _blocks(4)]
    assert _taken(blocks)[1] == []
