import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.inactivity import InactivityWatch, sample
from tests.models.inactivity.home import HOUR, run
from tests.models.inactivity.test_watch import EVENTS, NOW, learned

LAST = NOW + 30 * HOUR


@settings(max_examples=8, deadline=None)
@given(st.integers(min_value=1, max_value=250), st.integers(min_value=0, max_value=250))
def test_a_restart_at_any_moment_changes_nothing(restart: int, collapse: int) -> None:
    events = [event for event in EVENTS if event[0] < NOW + collapse * 300.0]
    one, other = InactivityWatch.restore(learned()), InactivityWatch.restore(learned())
    at = NOW + restart * 300.0
    said = run(one, events, NOW, LAST)
    heard = run(other, events, NOW, at)
    other = InactivityWatch.restore(other.state())
    heard += run(other, events, at + 300.0, LAST)
    assert heard == said
    assert other.state() == one.state()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40_000), st.integers(0, len(sample.SENSORS) - 1), st.integers(1, 9))))
def test_what_comes_back_from_the_bytes_gives_the_same_bytes(heard: list[tuple[int, int, int]]) -> None:
    watch = InactivityWatch.restore(learned())
    for later, sensor, count in sorted(heard):
        watch.observe(int(NOW) + later, sample.SENSORS[sensor].id, count)
        watch.check(int(NOW) + later)
    blob = watch.state()
    assert InactivityWatch.restore(blob).state() == blob


def test_the_state_is_small_and_the_same_for_the_same_watch() -> None:
    blob = learned()
    assert len(blob) < 150_000
    assert InactivityWatch.restore(blob).state() == blob


@pytest.mark.parametrize(
    "blob", [b"", b"rubbish", learned()[:-5], b"x" + learned()], ids=["empty", "rubbish", "cut", "shifted"]
)
def test_bytes_of_no_use_are_refused_with_the_remedy(blob: bytes) -> None:
    with pytest.raises(ValueError, match="delete it"):
        InactivityWatch.restore(blob)


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=40_000))
@settings(max_examples=30, deadline=None)
def test_damaged_state_is_refused(noise: bytes, at: int) -> None:
    blob = learned()
    damaged = blob[:at] + noise + blob[at + len(noise) :]
    if damaged != blob:
        with pytest.raises(ValueError, match="delete it"):
            InactivityWatch.restore(damaged)
