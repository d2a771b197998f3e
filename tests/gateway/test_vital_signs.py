"""Readings against limits: the repeat rule, gaps, hysteresis, what is published."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.measurements import QUANTITIES, is_plausible
from gateway.rules import news2
from gateway.rules.vital_signs import READINGS_KEPT, WITHIN, Limit, Phase, Side, Watch, judge

HEART = QUANTITIES["heart_rate"]
LIMIT = Limit(quantity="heart_rate", low=41, high=130, readings=3, within_minutes=30)


def after(limit: Limit, *readings: float, every_minutes: float = 5, watch: Watch = WITHIN) -> Watch:
    for number, value in enumerate(readings):
        watch = judge(limit, HEART, watch, value, watch.last + (every_minutes * 60 if number or watch.count else 100))
    return watch


def test_three_in_a_row_and_no_fewer() -> None:
    assert after(LIMIT, 135, 140).phase is Phase.BEYOND
    raised = after(LIMIT, 135, 140, 138)
    assert (raised.phase, raised.side, raised.values, raised.count) == (Phase.RAISED, Side.ABOVE, (135, 140, 138), 3)


@pytest.mark.parametrize("between", [41, 130, 80])
def test_one_reading_within_the_limits_begins_anew(between: float) -> None:
    assert after(LIMIT, 135, 140, between) == WITHIN
    assert after(LIMIT, 135, 140, between, 135, 140).phase is Phase.BEYOND


def test_too_low_and_too_high_are_not_in_a_row() -> None:
    watch = after(LIMIT, 135, 140, 35)
    assert (watch.phase, watch.side, watch.count) == (Phase.BEYOND, Side.BELOW, 1)
    assert after(LIMIT, 35, 36, 37).side is Side.BELOW


@pytest.mark.parametrize(("every", "phase"), [(30, Phase.RAISED), (30.1, Phase.BEYOND)])
def test_readings_far_apart_are_not_in_a_row(every: float, phase: Phase) -> None:
    assert after(LIMIT, 135, 140, 138, every_minutes=every).phase is phase


def test_a_limit_of_minutes_needs_the_time_and_the_readings() -> None:
    limit = replace(LIMIT, readings=2, minutes=10)
    assert after(limit, 135, 135, 135, every_minutes=4).phase is Phase.BEYOND
    assert after(limit, 135, 135, 135, 135, every_minutes=4).phase is Phase.RAISED
    assert after(limit, 135, 135, every_minutes=10).phase is Phase.RAISED


def test_one_reading_is_enough_where_the_limit_says_so() -> None:
    assert after(replace(LIMIT, readings=1), 131).phase is Phase.RAISED


def test_an_alarm_lasts_until_enough_readings_lie_well_inside() -> None:
    raised = after(LIMIT, 135, 140, 138)
    for readings in ((150,) * 50, (126,) * 50, (125, 125, 126) * 20, (125, 125, 140), (35,) * 5):
        assert after(LIMIT, *readings, watch=raised).phase is Phase.RAISED
    assert after(LIMIT, 125, 100, 80, watch=raised) == WITHIN


def test_narrow_limits_can_be_come_back_into() -> None:
    narrow = Limit(quantity="heart_rate", low=60, high=64, readings=1)
    assert after(narrow, 62, watch=after(narrow, 70)) == WITHIN


def test_a_limit_on_one_side_says_nothing_of_the_other() -> None:
    assert after(Limit(quantity="heart_rate", low=41), 250, 250, 250, 250) == WITHIN
    assert after(Limit(quantity="heart_rate", high=130), 20, 20, 20, 20) == WITHIN


@given(
    st.lists(st.tuples(st.floats(20, 250), st.floats(0, 7_200)), max_size=60),
    st.integers(1, 5), st.integers(0, 30), st.sampled_from([(41, 130), (None, 130), (41, None)]),
)  # fmt: skip
def test_alarms_and_ends_alternate_whatever_is_measured(
    readings: list[tuple[float, float]], count: int, minutes: int, bounds: tuple[float | None, float | None]
) -> None:
    limit = Limit(quantity="heart_rate", low=bounds[0], high=bounds[1], readings=count, minutes=minutes)
    watch, now = WITHIN, 0.0
    for value, seconds in readings:
        now += seconds
        before, watch = watch, judge(limit, HEART, watch, value, now)
        assert len(watch.values) <= READINGS_KEPT
        if before.phase is not Phase.RAISED and watch.phase is Phase.RAISED:
            assert watch.count >= count
            assert watch.last - watch.began >= minutes * 60
            assert all(limit.side_of(kept) is watch.side for kept in watch.values)
        if before.phase is Phase.RAISED and watch.phase is not Phase.RAISED:
            assert watch == WITHIN
            assert limit.side_of(value) is None


def test_the_published_limits_are_those_of_the_chart() -> None:
    """NEWS2, chart 1: the last values of the columns that raise nothing here, and the first that do."""
    columns = {
        "respiratory_rate": ((9, 24), (8, 25)),
        "blood_oxygen": ((92, 100), (91, None)),
        "blood_pressure_systolic": ((91, 219), (90, 220)),
        "heart_rate": ((41, 130), (40, 131)),
        "body_temperature": ((35.1, 39.0), (35.0, 39.1)),
    }
    assert {limit.quantity for limit in news2.LIMITS} == set(columns)
    for limit in news2.LIMITS:
        calm, beyond = columns[limit.quantity]
        assert [limit.side_of(value) for value in calm] == [None, None]
        assert [limit.side_of(value) for value in beyond if value is not None] == [Side.BELOW, Side.ABOVE][
            : sum(value is not None for value in beyond)
        ]
        assert all(is_plausible(QUANTITIES[limit.quantity], value) for value in beyond if value is not None)
        assert limit.readings > 1
