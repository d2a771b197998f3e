"""One button's presses: clean, bounced, rattled, lost, stuck. Times are whole 1/1024 s, which floats add up exactly."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.box_presses import EMPTYING, FULL_SECONDS, STUCK_SECONDS, TABLE, Button, Said, Standing

TICK = 1 / 1024
FULL = round(FULL_SECONDS / TICK)
EMPTY = round(FULL / EMPTYING)
STUCK = round(STUCK_SECONDS / TICK)
PRESSED, STUCK_SAID, FREED = Said.PRESSED, Said.STUCK, Said.FREED

Spans = list[tuple[bool, int]]
spans = st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=60)
"""A level, and for how many ticks it holds."""


def play(button: Button, script: Spans, begin: int = 0) -> tuple[list[tuple[Said, int]], int]:
    """What the button says, and the tick at which it was said; looked at where the level changes, no oftener."""
    said: list[tuple[Said, int]] = []
    now = begin
    for down, ticks in script:
        said += [(one, now) for one in button.look(down=down, now=now * TICK)]
        now += ticks
    said += [(one, now) for one in button.look(down=script[-1][0] if script else False, now=now * TICK)]
    return said, now


def words(script: Spans, *, down: bool = False) -> list[Said]:
    return [one for one, _ in play(Button(down=down, now=0.0), script)[0]]


@pytest.mark.parametrize("ticks", [FULL, 100, 5_000, STUCK - EMPTY - 1])
def test_a_press_is_one_press_however_long(ticks: int) -> None:
    assert words([(True, ticks), (False, EMPTY)]) == [PRESSED]


def test_a_press_counts_before_it_ends() -> None:
    assert words([(True, FULL)]) == [PRESSED]


def test_a_spark_is_no_press() -> None:
    assert words([(True, FULL - 1), (False, 500)]) == []
    assert words([(True, 1), (False, 50)] * 1_000) == []


def test_two_presses_are_two() -> None:
    assert words([(True, 100), (False, EMPTY), (True, 100), (False, 100)]) == [PRESSED, PRESSED]


def test_a_contact_that_bounces_at_both_ends_is_one_press() -> None:
    bounces = [(True, 2), (False, 3), (True, 1), (False, 1)]
    assert words([*bounces, (True, 100), *bounces, (False, 100)]) == [PRESSED]


def test_a_worn_contact_that_rattles_all_the_while_is_one_press() -> None:
    assert words([(True, 5), (False, 5)] * 100 + [(False, 200)]) == [PRESSED]


def test_a_button_that_never_comes_up_is_stuck_until_it_does() -> None:
    assert words([(True, FULL + STUCK)]) == [PRESSED, STUCK_SAID]
    assert words([(True, FULL + STUCK), (False, EMPTY), (True, FULL)]) == [PRESSED, STUCK_SAID, FREED, PRESSED]
    assert words([(True, 2), (False, 2)] * STUCK) == [PRESSED, STUCK_SAID], "a cable that rattles for ever"


def test_a_press_that_began_before_the_first_look_counts_when_it_ends() -> None:
    assert words([(True, 100)], down=True) == []
    assert words([(True, 100), (False, EMPTY)], down=True) == [PRESSED]


def test_a_button_wired_the_wrong_way_calls_nobody() -> None:
    assert words([(True, 2 * STUCK)], down=True) == [STUCK_SAID]
    assert words([(True, 2 * STUCK), (False, EMPTY)], down=True) == [STUCK_SAID, FREED]


def test_a_clock_that_steps_back_is_not_followed() -> None:
    button = Button(down=False, now=10.0)
    assert button.look(down=True, now=9.0) == []
    assert button.look(down=True, now=9.5) == []
    assert button.look(down=True, now=10.0 + FULL_SECONDS) == [PRESSED]


def test_the_table_can_leave_every_standing() -> None:
    assert {standing for standing, _ in TABLE} == set(Standing)
    assert all(after is not before for (before, _), (after, _) in TABLE.items())


@given(spans)
def test_looking_more_often_changes_nothing(script: Spans) -> None:
    ticks = [(down, 1) for down, span in script for _ in range(span)]
    assert words([span for span in script if span[1]]) == words(ticks)


@given(spans, st.booleans())
def test_whatever_the_contact_does_a_clean_press_afterwards_is_one_press(script: Spans, down: bool) -> None:
    button = Button(down=down, now=0.0)
    before, now = play(button, [*script, (False, EMPTY)])
    assert button.standing is Standing.UP
    after, _ = play(button, [(True, FULL), (False, EMPTY)], now)
    assert [one for one, _ in after] == [PRESSED]
    presses = [at for one, at in before if one is PRESSED]
    assert len(presses) <= now // FULL + 1


@given(spans)
def test_too_little_contact_is_never_a_press(script: Spans) -> None:
    closed = sum(span for down, span in script if down)
    said = words(script)
    assert said.count(PRESSED) <= closed // FULL
    if any(down and span >= FULL for down, span in script):
        assert PRESSED in said


@given(spans)
def test_between_two_presses_lies_a_release(script: Spans) -> None:
    ticks = [(down, 1) for down, span in script for _ in range(span)]
    said, _ = play(Button(down=False, now=0.0), ticks)
    for (_, first), (_, second) in pairwise([one for one in said if one[0] is PRESSED]):
        up = sum(not down for down, _ in ticks[first:second])
        assert up >= EMPTY


@given(spans)
def test_who_looks_when_told_to_misses_nothing(script: Spans) -> None:
    """The time of the next look comes before, or at, whatever the button says by itself."""
    button = Button(down=False, now=0.0)
    now = 0
    for down, span in script:
        button.look(down=down, now=now * TICK)
        due = button.next_look()
        now += span
        said = button.look(down=down, now=now * TICK)
        if said:
            assert due is not None
            assert due <= now * TICK
