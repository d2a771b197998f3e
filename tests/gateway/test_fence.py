"""The circle around the home: two fixes, their errors, repeats."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import Location
from gateway.rules.fence import (
    ASSUMED_ERROR_M,
    RAISED,
    Fix,
    Phase,
    Said,
    Standing,
    distance_m,
    is_news,
    side_of,
    step,
)
from tests.gateway.houses import NOON

HOME = Standing()


def after(*said: Said) -> list[Phase]:
    standings = [HOME]
    for one in said:
        standings.append(step(standings[-1], one, 500))
    return [one.phase for one in standings[1:]]


def fix(latitude: float = 30.0, *, at: int | None = None, stamp: str | None = None, heard: float = 0.0) -> Fix:
    fixed_at = None if at is None else NOON + timedelta(seconds=at)
    return Fix(location=Location(latitude=latitude, longitude=104.0), at=fixed_at, stamp=stamp, heard=heard)


def test_a_lone_fix_outside_is_nothing_and_two_are_an_alarm() -> None:
    assert after(Said.OUT, Said.IN, Said.OUT, Said.IN) == [Phase.ONCE_OUT, Phase.HOME] * 2
    assert after(Said.OUT, Said.OUT) == [Phase.ONCE_OUT, Phase.OUTSIDE]


def test_a_lone_fix_inside_ends_nothing_and_two_do() -> None:
    assert after(Said.OUT, Said.OUT, Said.IN, Said.OUT)[-1] is Phase.OUTSIDE
    assert after(Said.OUT, Said.OUT, Said.IN, Said.IN)[-1] is Phase.HOME


def test_the_locators_own_word_is_an_alarm_at_once_and_the_circle_ends_it() -> None:
    assert after(Said.TOLD, Said.IN, Said.IN) == [Phase.OUTSIDE, Phase.ONCE_IN, Phase.HOME]


@given(st.lists(st.sampled_from([Said.OUT, Said.IN])))
def test_between_fixes_alone_every_change_takes_two_in_a_row(said: list[Said]) -> None:
    raised = [False, *(phase in RAISED for phase in after(*said))]
    for index, (before, now) in enumerate(pairwise(raised)):
        if before != now:
            assert said[index - 1 : index + 1] == [Said.OUT if now else Said.IN] * 2


@pytest.mark.parametrize(
    ("distance", "error", "said"),
    [
        (700.0, 20.0, Said.OUT),
        (700.0, None, Said.OUT),
        (500.0 + ASSUMED_ERROR_M, None, None),  # between the houses at the line
        (510.0, 5.0, Said.OUT),
        (900.0, 1_000.0, None),  # a cell of the telephone network
        (10.0, 1_000.0, None),  # … whose middle happens to be at home
        (499.0, 20.0, Said.IN),
        (0.0, None, Said.IN),
    ],
)
def test_a_fix_whose_error_reaches_over_the_line_says_nothing(
    distance: float, error: float | None, said: Said | None
) -> None:
    assert side_of(distance, error, 500) is said


def test_a_fix_is_told_from_its_repeats() -> None:
    assert is_news(fix(), None, 600)
    assert is_news(fix(at=60), fix(at=0), 600)
    assert not is_news(fix(31.0, at=0), fix(at=0), 600)
    assert not is_news(fix(31.0, at=-60), fix(at=0), 600)  # out of order
    assert is_news(fix(stamp="b"), fix(stamp="a"), 600)
    assert not is_news(fix(31.0, stamp="a"), fix(stamp="a"), 600)
    assert is_news(fix(30.00001, heard=1), fix(), 600)
    assert not is_news(fix(heard=600), fix(), 600)
    assert is_news(fix(heard=601), fix(), 600)


@pytest.mark.parametrize(
    ("north", "east", "metres"), [(0.0, 0.0, 0.0), (0.01, 0.0, 1_112.0), (0.0, 0.01, 963.0), (60.0, 100.0, 6_672_000.0)]
)
def test_distances_over_the_ground(north: float, east: float, metres: float) -> None:
    where = Location(latitude=30.0 + north, longitude=104.0 + east)
    assert distance_m(where, 30.0, 104.0) == pytest.approx(metres, rel=0.01, abs=0.1)
