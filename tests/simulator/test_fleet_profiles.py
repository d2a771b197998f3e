"""What is to happen in a fleet: exact shares, the same for the same seed, in order and in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.fleet.numbers import percentile, percentiles
from simulator.fleet.profiles import PROFILES, Trouble, script
from simulator.fleet.radio import Sender

HOMES = st.integers(1, 400)
SECONDS = st.floats(1.0, 600.0)


@given(st.sampled_from(list(PROFILES)), HOMES, SECONDS, st.integers())
def test_a_script_is_whole(profile: str, homes: int, seconds: float, seed: int) -> None:
    made = script(PROFILES[profile], homes, seconds, seed)
    assert made == script(PROFILES[profile], homes, seconds, seed)
    assert made.alarms == max(1, round(homes * PROFILES[profile].alarm_share))
    assert [one.at for one in made.sayings] == sorted(one.at for one in made.sayings)
    assert all(0 <= one.at <= seconds and 0 <= one.home < homes for one in made.sayings)
    calls = [(one.home, one.sender) for one in made.sayings if one.sender.calls_for_help]
    assert len(calls) == len(set(calls)), "nobody pulls one cord twice: the second would be a repeat of the first"


@pytest.mark.parametrize(("seconds", "within"), [(300.0, 60.0), (120.0, 60.0), (20.0, 10.0)])
def test_an_earthquake_is_a_tenth_of_the_homes_within_a_minute_or_half_the_time(seconds: float, within: float) -> None:
    made = script(PROFILES["earthquake"], 1_000, seconds, 7)
    assert made.alarms == 100
    assert {one.sender for one in made.sayings} == {Sender.CORD}
    assert within * 0.8 < max(one.at for one in made.sayings) <= within


def test_fire_and_cord_begin_while_the_line_is_torn() -> None:
    made = script(PROFILES["reconnect"], 1_000, 30.0, 1)
    (torn,) = made.happenings
    assert torn.trouble is Trouble.TEAR
    assert made.alarms == 100
    assert len(made.both) == 20
    for home in made.both:
        said = [(one.at, one.sender) for one in made.sayings if one.home == home and one.sender.calls_for_help]
        assert said == [(torn.at, Sender.CORD), (torn.at, Sender.SMOKE)]


@pytest.mark.parametrize("profile", ["failover", "slow_desk"])
def test_what_goes_comes_back_within_the_run(profile: str) -> None:
    happenings = script(PROFILES[profile], 10, 30.0, 1).happenings
    gone = {Trouble.BROKER_DOWN: Trouble.BROKER_UP, Trouble.DESK_STOPS: Trouble.DESK_GOES_ON}
    for away, back in zip(happenings[::2], happenings[1::2], strict=True):
        assert gone[away.trouble] is back.trouble
        assert away.at < back.at < 30.0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_the_least_that_enough_do_not_exceed(samples: list[float], share: float) -> None:
    value = percentile(samples, share)
    assert value in samples
    assert sum(one <= value for one in samples) >= share * len(samples)
    assert sum(one < value for one in samples) < share * len(samples)


def test_no_sample_has_no_percentile() -> None:
    assert percentiles([]) == {"p50": None, "p90": None, "p99": None, "max": None}
