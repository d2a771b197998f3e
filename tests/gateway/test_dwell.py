"""Out of bed and doors left open: the table, flicker, lost mats, nights across a change of the clocks."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.dwell import (
    GRACE_SECONDS,
    TRANSITIONS,
    Dwell,
    Phase,
    Rule,
    Said,
    bed_rule,
    door_rule,
    resumed,
    said_by,
    step,
    time_says,
)
from gateway.rules.night import Night

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = Night(begins=time(21), ends=time(7), zone=SHANGHAI)
BED, DOOR = bed_rule(30, NIGHT), door_rule(10)
DEEP_IN_THE_NIGHT = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # one o'clock in Shanghai


class Mat:
    """One rule on a clock that is turned by hand; its alarms and their ends in order."""

    def __init__(self, rule: Rule = BED, at: datetime = DEEP_IN_THE_NIGHT) -> None:
        self.rule, self.dwell, self.now, self.begun = rule, Dwell(phase=rule.start), 0.0, at
        self.told: list[str] = []

    def say(self, said: Said) -> None:
        before, wall = self.dwell.phase, self.begun + timedelta(seconds=self.now)
        self.dwell = step(self.rule, self.dwell, said, self.now, wall)
        if said is Said.DUE and before is Phase.AWAY:
            self.told.append("raised")
        if said is Said.SETTLED and before is Phase.COMING_BACK:
            self.told.append("over")

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            said = time_says(self.dwell, self.now)
            if said is not None:
                self.say(said)

    def rest(self) -> "Mat":
        self.say(Said.BACK)
        self.wait(11)
        assert self.dwell.phase is Phase.RESTING
        return self


def test_out_of_bed_for_too_long_is_one_alarm_that_ends_in_bed() -> None:
    mat = Mat().rest()
    mat.say(Said.LEFT)
    mat.wait(30 * 60 - 1)
    assert mat.told == []
    mat.wait(1)
    assert mat.told == ["raised"]
    for _ in range(5):
        mat.say(Said.LEFT)
        mat.wait(3_600)
    assert mat.told == ["raised"], "it is not repeated while it lasts"
    mat.rest()
    assert mat.told == ["raised", "over"]


def test_back_in_time_is_nothing() -> None:
    mat = Mat().rest()
    for _ in range(4):
        mat.say(Said.LEFT)
        mat.wait(29 * 60)
        mat.rest()
    assert mat.told == []


def test_turning_over_is_no_absence_and_a_touch_of_the_bed_no_return() -> None:
    mat = Mat().rest()
    for _ in range(50):
        mat.say(Said.LEFT)
        mat.wait(3)
        mat.say(Said.BACK)
        mat.wait(60)
    assert mat.told == []
    mat.say(Said.LEFT)
    for _ in range(6):
        mat.wait(299)
        mat.say(Said.BACK)  # a hand on the mattress, somebody who cannot pull himself up
        mat.wait(2)
        mat.say(Said.LEFT)
    assert mat.told == ["raised"]


def test_who_was_never_in_bed_that_night_has_not_left_it() -> None:
    mat = Mat()
    mat.say(Said.LEFT)
    mat.wait(9 * 3_600)
    assert mat.told == []


@pytest.mark.parametrize("before", [Phase.RESTING, Phase.AWAY, Phase.RETURNING])
def test_a_dead_or_unplugged_mat_is_never_out_of_bed(before: Phase) -> None:
    mat = Mat().rest()
    if before is not Phase.RESTING:
        mat.say(Said.LEFT)
    if before is Phase.RETURNING:
        mat.say(Said.BACK)
    mat.say(Said.LOST)
    mat.say(Said.LEFT)  # what it says when it is plugged in again
    mat.wait(9 * 3_600)
    assert mat.told == []


def test_an_alarm_outlives_its_mat() -> None:
    mat = Mat().rest()
    mat.say(Said.LEFT)
    mat.wait(30 * 60)
    mat.say(Said.LOST)
    mat.wait(3_600)
    assert mat.told == ["raised"]
    mat.rest()
    assert mat.told == ["raised", "over"]


@pytest.mark.parametrize(
    ("hour_utc", "raised"),
    [(12, False), (13, True), (22, True), (22.4, True), (22.6, False), (23, False), (4, False)],
)
def test_only_an_absence_within_one_night_counts(hour_utc: float, raised: bool) -> None:
    """From 21 to 7 in Shanghai is from 13 to 23 in UTC."""
    mat = Mat(at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour_utc)).rest()
    mat.now = 0.0
    mat.say(Said.LEFT)
    mat.wait(12 * 3_600)
    assert bool(mat.told) is raised


def test_a_door_is_counted_from_the_start_and_by_day() -> None:
    door = Mat(DOOR, at=datetime(2026, 3, 1, 4, tzinfo=UTC))
    door.say(Said.LEFT)
    door.wait(599)
    assert door.told == []
    door.wait(1)
    door.say(Said.BACK)
    door.wait(3)
    assert door.told == ["raised", "over"]
    door.say(Said.LEFT)
    door.say(Said.LOST)
    door.wait(3_600)
    assert door.told == ["raised", "over"]
    door.say(Said.LEFT)  # its sensor is back and says that it is still open
    door.wait(600)
    assert door.told == ["raised", "over", "raised"]


@given(st.lists(st.sampled_from([Said.BACK, Said.LEFT, Said.LOST]) | st.integers(1, 2_000), max_size=40))
def test_alarms_and_ends_alternate_whatever_the_mat_says(happenings: list[Said | int]) -> None:
    mat = Mat()
    for happening in happenings:
        if isinstance(happening, Said):
            mat.say(happening)
        else:
            mat.wait(happening)
    assert mat.told == (["raised", "over"] * len(mat.told))[: len(mat.told)]
    assert (mat.dwell.due is not None) is (mat.dwell.phase in (Phase.AWAY, Phase.RETURNING))


def test_every_phase_can_be_reached_and_left() -> None:
    assert {phase for phase, _ in TRANSITIONS} == set(Phase) == set(TRANSITIONS.values())


# -- restarts --------------------------------------------------------------------------------------------------------

AWAY = Dwell(phase=Phase.AWAY, left_at=DEEP_IN_THE_NIGHT, due=500.0)


@pytest.mark.parametrize(
    ("remaining", "waits"),
    [(900.0, 900.0), (-7_200.0, GRACE_SECONDS), (10.0, GRACE_SECONDS), (1e9, BED.seconds), (None, BED.seconds)],
    ids=["half way", "long due", "almost due", "a clock that fell back", "unknown"],
)
def test_a_restart_neither_forgets_nor_begins_anew(remaining: float | None, waits: float) -> None:
    again = resumed(BED, replace(AWAY, due=None), remaining, now=7.0)
    assert again.phase is Phase.AWAY
    assert again.due == 7.0 + waits
    assert again.left_at == DEEP_IN_THE_NIGHT


def test_the_mat_may_speak_before_an_alarm_that_was_due_in_the_dark() -> None:
    mat = Mat()
    mat.dwell = resumed(BED, replace(AWAY, due=None), -7_200.0, now=0.0)
    mat.wait(30)
    mat.rest()
    mat.wait(3_600)
    assert mat.told == []


def test_what_was_raised_is_not_raised_again_and_ends() -> None:
    mat = Mat()
    mat.dwell = resumed(BED, Dwell(phase=Phase.RAISED, left_at=DEEP_IN_THE_NIGHT), None, now=0.0)
    mat.wait(3_600)
    assert mat.told == []
    mat.rest()
    assert mat.told == ["over"]


def test_words_of_other_devices_mean_nothing() -> None:
    assert (said_by(BED, "bed_in"), said_by(BED, "bed_out")) == (Said.BACK, Said.LEFT)
    assert [said_by(BED, other) for other in ("chair_out", "contact_open", "motion", None)] == [None] * 4
    assert (said_by(DOOR, "contact_closed"), said_by(DOOR, "contact_open")) == (Said.BACK, Said.LEFT)


# -- nights ----------------------------------------------------------------------------------------------------------


def local(zone: ZoneInfo, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-01T21:00", "2026-03-02T07:00"),
        ("2026-03-01T20:59", None),
        ("2026-03-02T06:59", "2026-03-02T07:00"),
        ("2026-03-02T07:00", None),
        ("2026-03-02T12:00", None),
    ],
)
def test_a_night_reaches_over_midnight(now: str, end: str | None) -> None:
    expected = local(SHANGHAI, end) if end else None
    assert NIGHT.end_of(local(SHANGHAI, now)) == expected


def test_a_night_within_one_day() -> None:
    early = Night(begins=time(0, 30), ends=time(6), zone=SHANGHAI)
    assert early.end_of(local(SHANGHAI, "2026-03-01T00:30")) == local(SHANGHAI, "2026-03-01T06:00")
    assert early.end_of(local(SHANGHAI, "2026-03-01T00:29")) is None


@pytest.mark.parametrize(
    ("evening", "hours"), [("2026-03-28T21:00", 9), ("2026-10-24T21:00", 11), ("2026-06-01T21:00", 10)]
)
def test_a_night_in_which_the_clocks_change_is_shorter_or_longer(evening: str, hours: int) -> None:
    night = Night(begins=time(21), ends=time(7), zone=BERLIN)
    begin = local(BERLIN, evening).astimezone(UTC)
    end = night.end_of(begin)
    assert end is not None
    assert end - begin == timedelta(hours=hours)
    assert night.end_of(end - timedelta(seconds=1)) == end
    assert night.end_of(end) is None


def test_a_night_that_the_clocks_jump_over_is_none() -> None:
    jumped = Night(begins=time(2, 30), ends=time(3, 30), zone=BERLIN)
    for hours in range(24):
        assert jumped.end_of(local(BERLIN, "2026-03-28T12:00") + timedelta(hours=hours)) is None or hours >= 23


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(lambda late: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=late)),
    st.times(), st.times(), st.sampled_from([SHANGHAI, BERLIN]),
)  # fmt: skip
def test_a_night_ends_within_a_day_whatever_its_hours(
    moment: datetime, begins: time, ends: time, zone: ZoneInfo
) -> None:
    night = Night(begins=begins, ends=ends, zone=zone)
    end = night.end_of(moment)
    if begins != ends and end is not None:
        assert timedelta() < end - moment <= timedelta(hours=25)
        assert night.end_of(end) is None or begins == ends
