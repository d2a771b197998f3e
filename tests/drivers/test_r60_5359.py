"""The "53 59" radars: a fall that is told once, a query that must not look like one, dwell apart from alarms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import r60_5359
from drivers.event import ActivityType, AlarmType, Kind, State
from drivers.r60_5359 import Frame
from tests.drivers.radar_frames import R60
from tests.drivers.radars import frames_in, offered, only, refused, said, split
from tests.drivers.vectors import vectors

RADAR = "r60_5359"
FALL = bytes.fromhex("53598301000101325443")


def frame_of(control: int, command: int, *data: int) -> bytes:
    return r60_5359.encode(Frame(control, command, bytes(data)))


@given(frame=R60)
def test_a_frame_survives_the_line(frame: Frame) -> None:
    assert r60_5359.parse(r60_5359.encode(frame)) == frame


def test_published_frames_are_built_as_well_as_read() -> None:
    for vector in vectors("r60_5359_uart"):
        raw = bytes.fromhex(vector["input"])
        frame = r60_5359.parse(raw)
        assert (frame is None) is (vector["expect"].get("ok") is False)
        assert frame is None or r60_5359.encode(frame) == raw


@pytest.mark.parametrize("command", [0x01, 0x81])
def test_a_fall_is_an_alarm_told_or_asked_for_and_no_fall_arms_the_next_one(command: int) -> None:
    fall = only(RADAR, frame_of(0x83, command, 1))
    assert (fall.kind, fall.type, fall.state, fall.code) == (Kind.ALARM, AlarmType.FALL, State.ACTIVE, None)
    over = only(RADAR, frame_of(0x83, command, 0))
    assert (over.kind, over.not_active) == (Kind.SUPERVISION, ("fall",))


@pytest.mark.parametrize("value", [2, 3, 0x10, 0xFF])
def test_a_word_for_a_fall_that_nobody_knows_is_still_no_all_clear(value: int) -> None:
    assert only(RADAR, frame_of(0x83, 0x01, value)).type is AlarmType.FALL


@pytest.mark.parametrize("command", [0x01, 0x81])
def test_a_query_about_falls_is_no_fall(command: int) -> None:
    assert said(RADAR, frame_of(0x83, command, 0x0F)) == ()


@pytest.mark.parametrize(
    ("command", "value", "type_"),
    [
        (0x01, 0, ActivityType.ABSENCE),
        (0x01, 1, ActivityType.PRESENCE),
        (0x81, 1, ActivityType.PRESENCE),
        (0x02, 0, ActivityType.MOTION_CLEAR),
        (0x02, 1, ActivityType.MOTION_CLEAR),
        (0x02, 2, ActivityType.MOTION),
    ],
)
def test_presence_and_motion_are_activity(command: int, value: int, type_: ActivityType) -> None:
    signal = only(RADAR, frame_of(0x80, command, value))
    assert (signal.kind, signal.type) == (Kind.ACTIVITY, type_)


def test_body_movement_of_fifteen_is_no_query() -> None:
    signal = only(RADAR, frame_of(0x80, 0x03, 0x0F))
    assert (signal.kind, signal.type, signal.value, signal.unit) == (Kind.MEASUREMENT, "body_movement", 15, "percent")
    assert said(RADAR, frame_of(0x80, 0x83, 0x0F)) == ()


@pytest.mark.parametrize("value", [0, 1])
def test_static_dwell_is_a_measurement_and_alerts_nobody(value: int) -> None:
    signal = only(RADAR, frame_of(0x83, 0x05, value))
    assert (signal.kind, signal.type, signal.value, signal.state) == (Kind.MEASUREMENT, "static_dwell", value, None)


@pytest.mark.parametrize("raw", [frame_of(0x80, 1, 7), frame_of(0x80, 2, 3), frame_of(0x80, 3, 101),
                                 frame_of(0x83, 5, 9), frame_of(0x83, 1), frame_of(0x80, 1)])  # fmt: skip
def test_a_value_without_meaning_is_refused(raw: bytes) -> None:
    assert refused(RADAR, raw) == "bad_value"


def test_a_heartbeat_is_a_sign_of_life_and_so_is_what_is_not_understood() -> None:
    for raw in (frame_of(0x01, 0x01, 0x0F), frame_of(0x80, 0x0E, 1, 2), frame_of(0x85, 0x02, 72)):
        assert only(RADAR, raw).kind is Kind.SUPERVISION


@pytest.mark.parametrize("value", [0, 1])
def test_off_by_default_fall_monitoring_is_not_an_all_clear(value: int) -> None:
    switch = only(RADAR, frame_of(0x83, 0x00, value))
    assert (switch.kind, switch.not_active) == (Kind.SUPERVISION, ())
    assert frame_of(0x83, 0x00, 1) == bytes.fromhex("53598300000101315443")


@given(cut=st.integers(1, len(FALL) - 1))
def test_a_frame_cut_short_does_not_take_a_fall_with_it(cut: int) -> None:
    assert frames_in(RADAR, FALL[:cut] + FALL) == [FALL]


def test_a_tail_or_a_head_within_data_ends_and_begins_nothing() -> None:
    raw = frame_of(0x85, 0x02, 0x54, 0x43, 0x53, 0x59, 0x83, 0x01)
    assert split(RADAR, raw + FALL) == [raw, FALL]


def test_a_wrong_sum_is_no_frame() -> None:
    assert frames_in(RADAR, FALL.replace(b"\x32", b"\x33")) == []


def test_a_radar_that_nobody_enrolled_is_only_an_offer() -> None:
    signal = offered(RADAR, FALL)
    assert (signal.kind, signal.type, signal.state) == (Kind.ENROLMENT, None, None)
