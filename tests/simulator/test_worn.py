"""What a simulated band feels, judged by the detector that judges recordings of people."""

import random
from collections.abc import Iterator
from itertools import chain
from typing import Literal

import numpy as np
import pytest

from models.fall import FallDetector
from simulator.worn import FALLS, RATE_HZ, Body, Sample

Position = Literal["torso", "wrist"]
POSITIONS: tuple[Position, ...] = ("torso", "wrist")


def falls_found(felt: Iterator[Sample], position: Position) -> list[float]:
    """When the detector says that there was a fall, in seconds."""
    detector = FallDetector(position=position, rate_hz=RATE_HZ)
    samples = np.array(list(felt), dtype=np.float32)
    verdicts = [*detector.feed(samples, 0.0), *detector.finish()]
    return [verdict.at for verdict in verdicts if verdict.is_fall]


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("kind", ["backward", "forward", "sideways"])
def test_a_hard_fall_is_found_and_only_once(position: Position, kind: str) -> None:
    found = []
    for seed in range(4):
        body = Body(random.Random(seed))
        found.append(falls_found(chain(body.rests(4), body.walks(6), body.falls(kind), body.rests(8)), position))
    assert sum(len(falls) == 1 and 10 < falls[0] < 12 for falls in found) >= 3, "no detector finds every fall"
    assert max(map(len, found)) == 1


@pytest.mark.parametrize("position", POSITIONS)
def test_daily_life_is_none(position: Position) -> None:
    body = Body(random.Random(3))
    days = chain.from_iterable((body.walks(8), body.rests(8)) for _ in range(6))
    assert falls_found(chain.from_iterable(days), position) == []


def test_gravity_is_one_g_and_stays_where_the_fall_has_turned_it() -> None:
    body = Body(random.Random(1))
    before = np.mean(np.array(list(body.rests(4))), axis=0)
    assert np.linalg.norm(before) == pytest.approx(1.0, abs=0.01)
    list(body.falls("backward"))
    after = np.mean(np.array(list(body.rests(4))), axis=0)
    assert np.linalg.norm(after) == pytest.approx(1.0, abs=0.01)
    assert np.degrees(np.arccos(np.dot(before, after))) > 50


def test_a_band_on_the_table_is_stiller_than_any_wearer() -> None:
    body = Body(random.Random(2))
    table, worn = (np.std(np.array(list(felt)), axis=0).max() for felt in (body.lies_on_the_table(10), body.rests(10)))
    assert table < worn / 2


@pytest.mark.parametrize("kind", sorted(FALLS))
def test_a_slump_hits_softer_than_a_fall(kind: str) -> None:
    peaks = [
        max(float(np.linalg.norm(sample)) for sample in Body(random.Random(seed)).falls(kind)) for seed in range(10)
    ]
    assert (max(peaks) < 3.2) is (kind == "slump")
