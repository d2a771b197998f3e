"""HLK-LD2410 and HLK-LD2450: presence, and nothing made up out of commands, answers or noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import hlk_ld2410, hlk_ld2450
from drivers.event import ActivityType, Kind
from drivers.hlk_frame import ENTER, LEAVE, Command, encode_command, parse_command
from drivers.hlk_ld2410 import Report
from drivers.hlk_ld2450 import Target
from drivers.registry import DRIVERS
from tests.drivers.radar_frames import COMMANDS, TARGETS, ld2410_reports
from tests.drivers.radars import frames_in, offered, only, refused, said

RADARS = pytest.mark.parametrize("radar", ["hlk_ld2410", "hlk_ld2450"])
SOMEBODY = hlk_ld2450.encode((Target(x_mm=-782, y_mm=1713, speed_cm_s=-16, resolution_mm=320),))


@given(report=ld2410_reports())
def test_a_report_survives_the_line(report: Report) -> None:
    assert hlk_ld2410.parse_report(hlk_ld2410.encode(report)) == report


@given(targets=TARGETS)
def test_targets_survive_the_line(targets: tuple[Target, ...]) -> None:
    assert hlk_ld2450.parse_targets(hlk_ld2450.encode(targets)) == targets


@given(command=COMMANDS)
def test_a_command_and_its_answer_survive_the_line(command: Command) -> None:
    assert parse_command(encode_command(command)) == command


@pytest.mark.parametrize(("state", "type_"), [(0, "absence"), (1, "presence"), (2, "presence"), (3, "presence")])
def test_a_still_person_is_as_present_as_a_moving_one(state: int, type_: str) -> None:
    signal = only("hlk_ld2410", hlk_ld2410.encode(Report(target_state=state)))
    assert (signal.kind, signal.type, signal.address) == (Kind.ACTIVITY, type_, "")


@pytest.mark.parametrize("state", [4, 5, 6, 255])
def test_a_radar_that_measures_its_own_noise_says_nothing_of_a_person(state: int) -> None:
    assert only("hlk_ld2410", hlk_ld2410.encode(Report(target_state=state))).kind is Kind.SUPERVISION


def test_a_target_anywhere_is_presence_and_none_is_absence() -> None:
    assert only("hlk_ld2450", SOMEBODY).type is ActivityType.PRESENCE
    assert only("hlk_ld2450", hlk_ld2450.encode(())).type is ActivityType.ABSENCE


def test_bit_15_set_means_positive() -> None:
    place = bytes.fromhex("0E83B106108040010000000000000000")
    frame = hlk_ld2450.HEAD + place + bytes(8) + hlk_ld2450.TAIL
    assert hlk_ld2450.parse_targets(frame) == (Target(x_mm=782, y_mm=-1713, speed_cm_s=16, resolution_mm=320),)


def test_a_second_target_does_not_need_a_first() -> None:
    frame = hlk_ld2450.HEAD + bytes(8) + SOMEBODY[4:12] + bytes(8) + hlk_ld2450.TAIL
    assert only("hlk_ld2450", frame).type is ActivityType.PRESENCE


@RADARS
def test_a_command_says_nothing_and_an_answer_only_that_the_radar_lives(radar: str) -> None:
    assert said(radar, encode_command(Command(ENTER, b"\x01\x00"))) == ()
    assert only(radar, encode_command(Command(LEAVE, status=0))).kind is Kind.SUPERVISION
    assert only(radar, encode_command(Command(LEAVE, status=1))).kind is Kind.SUPERVISION


@RADARS
def test_a_radar_that_nobody_enrolled_is_only_an_offer(radar: str) -> None:
    frame = SOMEBODY if radar == "hlk_ld2450" else hlk_ld2410.encode(Report(target_state=3))
    signal = offered(radar, frame)
    assert (signal.kind, signal.type, signal.raw) == (Kind.ENROLMENT, None, frame)


def test_a_report_of_an_undescribed_type_is_refused() -> None:
    frame = hlk_ld2410.encode(Report(target_state=1))
    assert refused("hlk_ld2410", frame.replace(b"\x02\xaa", b"\x03\xaa")) == "bad_frame"
    assert refused("hlk_ld2410", frame.replace(b"\x02\xaa", b"\x01\xaa")) == "bad_frame"


@given(cut=st.integers(1, 29))
def test_a_report_cut_short_does_not_take_the_next_one_with_it(cut: int) -> None:
    assert frames_in("hlk_ld2450", SOMEBODY[:cut] + SOMEBODY) == [SOMEBODY]


@given(cut=st.integers(1, 22))
def test_a_report_of_the_ld2410_cut_short_does_not_either(cut: int) -> None:
    frame = hlk_ld2410.encode(Report(target_state=2, still_energy=59))
    assert frames_in("hlk_ld2410", frame[:cut] + frame) == [frame]


def test_off_by_default_engineering_mode_is_not_needed() -> None:
    gates = (1,) * 9
    engineering = Report(target_state=2, moving_gate_energy=gates, still_gate_energy=gates, more=b"\x60\x01")
    basic = only("hlk_ld2410", hlk_ld2410.encode(Report(target_state=2)))
    assert only("hlk_ld2410", hlk_ld2410.encode(engineering)).type == basic.type


@RADARS
def test_silence_of_a_radar_is_a_fault_and_its_address_is_its_port(radar: str) -> None:
    driver = DRIVERS[radar]
    assert all(model.supervised and model.supervision_seconds == 60 for model in driver.models.values())
    assert driver.normalise_address(" radar-1 ") == "radar-1"
    with pytest.raises(ValueError, match="name of the"):
        driver.normalise_address("")
