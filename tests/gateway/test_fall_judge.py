"""The thread's part of the watch over falls: blocks in, reports out; and what somebody does after a fall."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from drivers.wearable_stream import Stretch
from gateway.falls.judge import EXCERPT_SECONDS, Judge
from gateway.falls.kept import Left, from_row, to_row
from gateway.falls.reports import Ailing, Fallen, Report, Standing
from models.aftermath import STILL_G, Aftermath
from tests.gateway.bands import BLOCK, RATE_HZ, Floats, fall, rests, stretches, walks
from tests.gateway.houses import NOON
from tests.gateway.test_falls_kept import at


def judged(samples: Floats, judge: Judge | None = None, **settings: int) -> list[Report]:
    judge = judge or Judge({"band": "torso"})
    return [report for stretch in stretches(samples, **settings) for report in judge.take("band", stretch)]


def falls(reports: Sequence[Report]) -> list[Fallen]:
    return [report for report in reports if isinstance(report, Fallen)]


def test_a_fall_is_told_once_with_its_excerpt() -> None:
    samples = fall()
    (found,) = falls(judged(np.concatenate([samples, rests(samples, 30)])))
    assert 5.0 < found.at < 8.1
    assert found.before_newest <= 4.0 + 0.5
    assert found.peak_g > 2.0
    assert found.turned_degrees > 50.0
    assert found.model
    kept = np.frombuffer(found.excerpt.samples, "<i2").reshape(-1, 3) * found.excerpt.range_g / 32_767
    assert abs(len(kept) - EXCERPT_SECONDS * RATE_HZ) <= 1
    hit = int(np.linalg.norm(kept, axis=1).argmax())
    assert abs(hit / RATE_HZ * 1_000 - found.excerpt.impact_ms) <= 100


def test_daily_life_is_no_fall() -> None:
    assert falls(judged(walks(60))) == []


def test_a_band_that_breaks_in_the_fall_is_judged_by_what_it_has_said() -> None:
    samples, judge = fall(), Judge({"band": "torso"})
    (whole,) = falls(judged(samples))
    assert falls(judged(samples[: round((whole.at + 1.5) * RATE_HZ)], judge)) == []
    (found,) = falls(judge.finish("band"))
    assert abs(found.at - whole.at) < 0.5
    assert found.before_newest < 2.5
    assert len(found.excerpt.samples) % 6 == 0
    assert judge.finish("band") == []
    assert judge.finish("nobody") == []


def _again(judge: Judge) -> Judge:
    """Another judge, of what a stop has left of this one."""
    left = from_row(to_row("band", judge.left()["band"], NOON), at(NOON))
    assert left is not None
    other = Judge({"band": "torso"})
    other.resume("band", left)
    return other


@pytest.mark.parametrize("after_impact", [0.0, 1.0, 2.0, 3.0])
def test_a_restart_around_a_fall_changes_nothing(after_impact: float) -> None:
    samples = np.concatenate([fall(), rests(fall(), 8)])
    (whole,) = falls(judged(samples))
    parts, judge = list(stretches(samples)), Judge({"band": "torso"})
    cut = round((whole.at + after_impact) * RATE_HZ / BLOCK)
    before = [report for stretch in parts[:cut] for report in judge.take("band", stretch)]
    judge = _again(judge)
    after = [report for stretch in parts[cut:] for report in judge.take("band", stretch)]
    assert falls([*before, *after]) == [whole]


@pytest.mark.parametrize("hole", [5.0, 60.0])
def test_a_hole_around_a_restart_is_no_reason_to_forget_the_impact_before_it(hole: float) -> None:
    samples = np.concatenate([fall(), rests(fall(), 8)])
    (whole,) = falls(judged(samples))
    judge, cut = Judge({"band": "torso"}), round((whole.at + 1.5) * RATE_HZ / BLOCK)
    parts = list(stretches(samples))
    for stretch in parts[:cut]:
        assert falls(judge.take("band", stretch)) == []
    judge = _again(judge)
    later = [replace(one, start_ms=one.start_ms + round(hole * 1_000)) for one in parts[cut:]]
    (found,) = falls([report for stretch in later for report in judge.take("band", stretch)])
    assert abs(found.at - whole.at) < 0.5
    assert found.before_newest > hole
    assert len(found.excerpt.samples) >= 6 * 4 * RATE_HZ, "what lies before the hole is kept"


def test_after_a_long_hole_the_watch_begins_anew() -> None:
    parts, judge = list(stretches(fall())), Judge({"band": "torso"})
    for stretch in parts[:14]:
        judge.take("band", stretch)
    judge = _again(judge)
    later = [replace(one, start_ms=one.start_ms + 700_000) for one in stretches(walks(10))]
    reports = [report for stretch in later for report in judge.take("band", stretch)]
    assert falls([*reports, *judge.finish("band")]) == []
    assert not any("clock_jump" in one.began for one in reports if isinstance(one, Ailing))


def test_a_band_that_broke_in_the_fall_is_judged_after_a_restart() -> None:
    samples, judge = fall(), Judge({"band": "torso"})
    (whole,) = falls(judged(samples))
    judged(samples[: round((whole.at + 1.5) * RATE_HZ)], judge)
    (found,) = falls(_again(judge).finish("band"))
    assert abs(found.at - whole.at) < 0.5


def test_what_another_version_left_is_no_crash() -> None:
    judge = Judge({"band": "torso"})
    for detector in ({}, {"position": "wrist", "rate_hz": 50.0}, {"position": "torso", "rate_hz": 50.0, "began": 0}):
        judge.resume("band", Left(rate_hz=50, range_g=8, detector=detector, blocks=[]))
    judge.resume("band", Left(rate_hz=200, range_g=8, detector={}, blocks=[(0.0, b"none")]))
    assert len(falls(judged(fall(), judge))) == 1


def test_who_is_to_be_followed_is_from_the_first_block_on() -> None:
    judge, samples = Judge({"band": "torso"}), rests(fall(), 10)
    judge.follow("band")
    assert [one for one in judged(samples, judge) if isinstance(one, Standing)][-1].still_seconds >= 6
    other = Judge({"band": "torso"})
    other.follow("band")
    other.unfollow("band")
    assert [one for one in judged(samples, other) if isinstance(one, Standing)] == []


def test_the_judge_tells_every_second_how_the_wearer_is() -> None:
    samples = fall()
    told = [one for one in judged(np.concatenate([samples, rests(samples, 20)])) if isinstance(one, Standing)]
    assert [one.seconds for one in told] == list(range(told[0].seconds, told[-1].seconds + 1))
    assert told[-1].still_seconds > 15
    assert told[-1].turned_degrees is not None
    assert told[-1].turned_degrees > 50.0
    assert told[-1].walking_seconds == 0


def test_who_gets_up_and_walks_is_seen_to_walk() -> None:
    samples = fall()
    told = [one for one in judged(np.concatenate([samples, rests(samples, 5), walks(15)])) if isinstance(one, Standing)]
    assert told[-1].walking_seconds >= 6
    assert told[-1].still_seconds == 0


def test_a_fall_that_somebody_else_saw_is_followed_with_what_was_before_it() -> None:
    samples, judge = fall(), Judge({"band": "torso"})
    parts = list(stretches(np.concatenate([walks(8), rests(samples, 20)])))
    for stretch in parts[:16]:
        judge.take("band", stretch)
    judge.follow("band")
    told = [one for stretch in parts[16:] for one in judge.take("band", stretch) if isinstance(one, Standing)]
    assert told[-1].turned_degrees is not None
    assert told[-1].turned_degrees > 50.0
    judge.unfollow("band")
    assert [one for one in judge.take("band", parts[-1]) if isinstance(one, Standing)] == []
    judge.follow("nobody")


@pytest.mark.parametrize("rate_hz", [10, 200])
def test_a_rate_that_nobody_can_judge_is_a_fault_and_no_crash(rate_hz: int) -> None:
    assert judged(walks(4), rate_hz=rate_hz) == [
        Ailing(device="band", began=(), lasting=frozenset({"unsupported_rate"}), is_off_body=False)
    ]


@pytest.mark.parametrize(
    ("samples", "fault"),
    [
        (np.tile([0.0, 0.0, 1.0], (4_000, 1)), "stuck"),
        (walks(30) * 9.81, "wrong_unit"),
        (np.tile([0.0, 0.0, 8.0], (1_500, 1)), "saturated"),
    ],
    ids=["stuck", "wrong unit", "saturated"],
)
def test_a_sick_sensor_is_named_and_tells_of_no_fall(samples: Floats, fault: str) -> None:
    reports = judged(samples, range_g=16)
    assert falls(reports) == []
    told = [one for one in reports if isinstance(one, Ailing)]
    assert any(fault in one.began for one in told), told
    assert any(fault in one.lasting for one in told)


def test_a_band_on_the_table_is_nobody_and_one_that_drops_from_it_has_not_fallen() -> None:
    (whole,) = falls(judged(fall()))
    drops = fall()[round((whole.at - 0.1) * RATE_HZ) :]
    random = np.random.default_rng(7)
    lies = np.array([0.0, 0.0, 1.0]) + random.normal(0.0, 0.002, (140 * RATE_HZ, 3))
    judge = Judge({"band": "torso"})
    reports = judged(np.concatenate([walks(5), lies]), judge)
    assert [one.is_off_body for one in reports if isinstance(one, Ailing)][-1]
    assert falls(reports) == []
    assert falls(judged(np.concatenate([walks(5), lies, drops]), Judge({"band": "torso"}))) == []
    assert len(falls(judged(np.concatenate([walks(5), lies, fall()]), Judge({"band": "torso"})))) == 1, "worn again"


def test_a_band_that_begins_anew_is_judged_on() -> None:
    samples, judge = fall(), Judge({"band": "torso"})
    assert len(falls(judged(samples, judge))) == 1
    assert len(falls(judged(np.concatenate([walks(12), fall(5), rests(fall(5), 5)]), judge))) == 1


@pytest.mark.parametrize("jump", [-3_600.0, -45.0, -8.0, 3_600.0])
@pytest.mark.parametrize("after_impact", [2.0, 20.0])
def test_a_clock_that_jumps_in_a_fall_leaves_its_time_its_excerpt_and_the_long_lie(
    jump: float, after_impact: float
) -> None:
    samples = np.concatenate([walks(20), fall(), rests(fall(), 60)])
    (whole,) = falls(judged(samples))
    judge = Judge({"band": "torso"})
    reports = [
        report
        for stretch in stretches(samples)
        for report in judge.take("band", _jumped(stretch, whole.at + after_impact, jump))
    ]
    (found,) = falls(reports)
    assert abs(found.at - whole.at) < 0.5
    assert 1.0 < found.before_newest < 4.5
    assert 4.0 * RATE_HZ < len(found.excerpt.samples) / 6 <= EXCERPT_SECONDS * RATE_HZ
    newest = [report for report in reports if isinstance(report, Standing)][-1]
    assert newest.still_in_all >= 60
    assert newest.turned_degrees is not None
    assert abs(newest.turned_degrees - whole.turned_degrees) < 10.0


def _jumped(stretch: Stretch, at: float, seconds: float) -> Stretch:
    jumped = stretch.start_ms >= at * 1_000
    return replace(stretch, start_ms=stretch.start_ms + round(seconds * 1_000)) if jumped else stretch


def test_a_block_without_samples_says_nothing() -> None:
    (first, *_) = stretches(walks(1))
    empty = Stretch(start_ms=0, block=replace(first.block, samples=()))
    assert Judge({"band": "torso"}).take("band", empty) == []


@pytest.mark.parametrize("rate_hz", [20, 25, 50, 100])
def test_stillness_is_counted_at_every_rate(rate_hz: int) -> None:
    after = Aftermath(float(rate_hz), impact=5.0)
    random = np.random.default_rng(1)
    still = np.array([0.0, 0.0, 1.0]) + random.normal(0.0, STILL_G / 5, (40 * rate_hz, 3))
    for first in range(0, len(still), 7):
        after.feed(still[first : first + 7], first / rate_hz)
    assert 30 <= after.still_seconds == after.seconds <= 34
    assert after.turned_degrees is not None
    assert after.turned_degrees < 5.0


def test_fidgeting_on_the_floor_is_no_walk() -> None:
    random = np.random.default_rng(4)
    after = Aftermath(50.0, impact=4.0)
    after.feed(np.tile([0.0, 0.0, 1.0], (200, 1)), 0.0)
    lying = np.array([1.0, 0.0, 0.0]) + np.cumsum(random.normal(0.0, 0.03, (1_000, 3)), axis=0) * 0.2
    after.feed(lying + random.normal(0.0, 0.15, lying.shape), 4.0)
    assert after.walking_seconds == 0
    assert after.still_seconds == 0


def test_steps_of_somebody_who_lies_are_no_walk() -> None:
    """A washing machine beside somebody on the floor shakes as regularly as a walk."""
    after = Aftermath(50.0, impact=4.0)
    after.feed(np.tile([0.0, 0.0, 1.0], (200, 1)), 0.0)
    after.feed(walks(20)[:, [2, 0, 1]], 4.0)
    assert after.walking_seconds == 0


def test_a_hole_breaks_off_the_second_and_numbers_that_are_none_are_left_out() -> None:
    after = Aftermath(50.0, impact=0.0)
    after.feed(np.tile([0.0, 0.0, 1.0], (120, 1)), 2.0)
    after.feed(np.full((50, 3), np.nan), 4.4)
    after.feed(np.tile([0.0, 0.0, 1.0], (50, 1)), 100.0)
    assert after.seconds == 3
