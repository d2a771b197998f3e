import functools

import pytest

from models.inactivity import InactivityWatch, Sensor, Verdict, sample
from tests.models.inactivity.home import DAY, HOUR, a_watch, alarms, run

EVENTS = tuple(sample.year(seed=3, days=45))
FIRST = EVENTS[0][0] // DAY * DAY
NOW = FIRST + 40 * DAY + 10 * HOUR
"""A morning hour of the 41st day."""


@functools.cache
def learned() -> bytes:
    """A home watched for forty days, at a moment when somebody moves."""
    watch = a_watch()
    run(watch, EVENTS, FIRST, NOW)
    return watch.state()


def a_moment_of_life() -> tuple[InactivityWatch, float]:
    watch = InactivityWatch.restore(learned())
    at = NOW
    for sensor in ("pir-living", "pir-kitchen", "pir-living"):
        at += 20.0
        watch.observe(at, sensor)
    return watch, at


def test_a_silence_by_day_is_asked_about_and_then_told() -> None:
    watch, at = a_moment_of_life()
    said = run(watch, [], at, at + 12 * HOUR)
    assert [verdict.stage for verdict in said] == ["prompt", "alarm"]
    prompt, alarm = said
    assert alarm.kind == "inactivity"
    assert alarm.since == at
    assert prompt.at < alarm.at < at + 10 * HOUR
    assert "no movement since" in alarm.explanation
    assert "living" in alarm.explanation
    assert "无活动" in alarm.explanation_zh


def test_life_after_the_prompt_is_an_answer() -> None:
    watch, at = a_moment_of_life()
    said: list[Verdict] = []
    while not said:
        at += 300.0
        verdict = watch.check(at)
        said += [verdict] if verdict is not None else []
    watch.answered(at + 60.0)
    assert run(watch, [], at + 300.0, at + HOUR) == []


def test_ordinary_weeks_stay_near_the_budget() -> None:
    watch = a_watch()
    assert len(alarms(run(watch, EVENTS, FIRST, FIRST + 45 * DAY))) <= 2


def test_nothing_is_said_while_suspended_and_after_it_the_watch_begins_afresh() -> None:
    watch, at = a_moment_of_life()
    watch.suspend(at + 60.0)
    assert run(watch, [], at + 300.0, at + 3 * DAY) == []
    watch.resume(at + 3 * DAY)
    assert run(watch, [], at + 3 * DAY, at + 3 * DAY + HOUR) == []
    assert alarms(run(watch, [], at + 3 * DAY + HOUR, at + 4 * DAY))


def test_a_holiday_with_an_end_ends_by_itself() -> None:
    watch, at = a_moment_of_life()
    watch.suspend(at + 60.0, until=at + DAY)
    assert run(watch, [], at + 300.0, at + DAY + HOUR) == []
    assert not watch.suspended


def test_the_silence_of_the_gateway_is_not_the_silence_of_the_person() -> None:
    watch, at = a_moment_of_life()
    watch.gateway_was_off(at + 60.0, at + 20 * HOUR)
    assert run(watch, [], at + 20 * HOUR, at + 21 * HOUR) == []


def test_an_absence_with_stray_signs_is_told_once_as_out() -> None:
    watch, at = a_moment_of_life()
    strays = [
        (at + 60.0, "door", 1.0),
        (at + 65.0, "pir-living", 1.0),
        (at + 70.0, "door", 1.0),
        *((at + hours * HOUR, "pir-kitchen", 1.0) for hours in range(9, 140, 12)),
    ]
    said = alarms(run(watch, strays, at, at + 6 * DAY))
    assert [verdict.kind for verdict in said] == ["out_too_long"]


def test_a_kit_that_sees_no_activity_promises_nothing() -> None:
    promise = InactivityWatch([]).promise()
    assert not promise.protected
    assert "no inactivity protection" in promise.words
    assert not InactivityWatch([Sensor("cord", "bathroom", "button")]).promise().protected
    assert a_watch().promise().protected


def test_a_dead_sensor_narrows_the_promise() -> None:
    watch = a_watch()
    watch.sensor_lost(1.0, "door")
    assert "out_too_long" not in watch.promise().kinds
    watch.sensor_back(2.0, "door")
    assert "out_too_long" in watch.promise().kinds


@pytest.mark.parametrize(
    ("sensors", "budget", "timezone", "words"),
    [
        ([Sensor("a", "x"), Sensor("a", "y")], 1.0, "UTC", "twice"),
        ([Sensor("a", "x", "radar")], 1.0, "UTC", "write one of"),  # type: ignore[arg-type]
        ([], 0.0, "UTC", "false alarms"),
        ([], 1.0, "Asia/Nowhere", "write a name"),
    ],
    ids=["twice", "kind", "budget", "timezone"],
)
def test_wrong_settings_name_their_remedy(sensors: list[Sensor], budget: float, timezone: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        InactivityWatch(sensors, budget, timezone)
