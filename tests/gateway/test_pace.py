"""How many messages are under way at once, by what the PUBACKs took."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.uplink.pace import FEWEST, MOST, Pace


def test_a_quick_line_soon_bears_all_a_slow_one_never_more_than_two() -> None:
    quick, slow = Pace(), Pace()
    for _ in range(20):
        quick.acknowledged(0.05)
        slow.acknowledged(2.0)
    assert quick.window >= 20
    assert not quick.is_slow
    assert slow.window == FEWEST
    assert slow.is_slow


def test_a_line_that_becomes_slow_is_believed_within_a_few_messages() -> None:
    pace = Pace()
    for _ in range(1_000):
        pace.acknowledged(0.05)
    assert pace.window == MOST
    for _ in range(6):
        pace.acknowledged(1.5)
    assert pace.window == FEWEST
    pace.acknowledged(0.7)
    assert pace.window == FEWEST, "neither quick nor slow changes nothing"


@given(st.lists(st.floats(0.0, 60.0)))
def test_whatever_the_line_does_the_window_keeps_its_bounds(seconds: list[float]) -> None:
    pace = Pace()
    for one in seconds:
        pace.acknowledged(one)
        assert FEWEST <= pace.window <= MOST
