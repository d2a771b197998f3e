"""Seeed MR60 radars: falls, presence, vital signs, and a line on which any data byte may look like a start."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import r60_5359, seeed_mr60
from drivers.event import HAS_RESTORE, ActivityType, AlarmType, Kind, Reject, State
from drivers.seeed_mr60 import BREATH_RATE, DISTANCE, FALL, HEART_RATE, PRESENCE, TARGET_HEIGHT, Frame
from tests.drivers.radar_frames import MR60
from tests.drivers.radars import frames_in, offered, only, refused, split
from tests.drivers.vectors import vectors

RADAR = "seeed_mr60"


def frame_of(type_: int, data: bytes, number: int = 0) -> bytes:
    return seeed_mr60.encode(Frame(number, type_, data))


def f32(value: float) -> bytes:
    return struct.pack("<f", value)


@given(frame=MR60)
def test_a_frame_survives_the_line(frame: Frame) -> None:
    assert seeed_mr60.parse(seeed_mr60.encode(frame)) == frame


def test_a_fall_is_an_alarm_and_no_fall_arms_the_next_one() -> None:
    fall = only(RADAR, bytes.fromhex("01000000010E02F301FE"))
    assert (fall.kind, fall.type, fall.state, fall.code) == (Kind.ALARM, AlarmType.FALL, State.ACTIVE, None)
    over = only(RADAR, frame_of(FALL, b"\x00"))
    assert (over.kind, over.not_active) == (Kind.SUPERVISION, ("fall",))
    assert AlarmType.FALL not in HAS_RESTORE


@pytest.mark.parametrize("data", [b"\x02", b"\xff", b"\x01\x00\x00\x00", b"\x00\x01"])
def test_a_word_for_a_fall_that_nobody_knows_is_still_no_all_clear(data: bytes) -> None:
    assert only(RADAR, frame_of(FALL, data)).type is AlarmType.FALL


def test_the_answer_to_a_query_about_falls_is_neither_fall_nor_all_clear() -> None:
    signal = only(RADAR, frame_of(FALL, b""))
    assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, ())


@pytest.mark.parametrize(("data", "type_"), [(b"\x00", "absence"), (b"\x01", "presence"), (b"\x01\x00", "presence")])
def test_presence_of_one_byte_or_two(data: bytes, type_: str) -> None:
    signal = only(RADAR, frame_of(PRESENCE, data))
    assert (signal.kind, signal.type) == (Kind.ACTIVITY, type_)


def test_vital_signs_are_measurements_with_their_unit() -> None:
    breath = only(RADAR, frame_of(BREATH_RATE, f32(16.5)))
    assert (breath.kind, breath.type, breath.value, breath.unit) == (Kind.MEASUREMENT, "respiratory_rate", 16.5, "bpm")
    heart = only(RADAR, frame_of(HEART_RATE, f32(72)))
    assert (heart.kind, heart.type, heart.value, heart.unit) == (Kind.MEASUREMENT, "heart_rate", 72, "bpm")


def test_nobody_measured_is_never_a_heart_that_stands_still() -> None:
    for vector in vectors("seeed_mr60_uart"):
        if vector["origin"] == "captured":
            signal = only(RADAR, bytes.fromhex(vector["input"]))
            assert (signal.kind, signal.value) == (Kind.SUPERVISION, None)


@pytest.mark.parametrize("value", [-1.0, 0.4, 1_000.0, 3e38])
def test_what_no_living_person_has_is_refused(value: float) -> None:
    assert refused(RADAR, frame_of(BREATH_RATE, f32(value))) == "implausible"
    assert refused(RADAR, frame_of(HEART_RATE, f32(value))) == "implausible"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_no_measurement(value: float) -> None:
    assert only(RADAR, frame_of(HEART_RATE, f32(value))).kind is Kind.SUPERVISION


def test_0a14_of_one_byte_is_a_working_mode_and_no_breath() -> None:
    assert only(RADAR, frame_of(BREATH_RATE, b"\x01")).kind is Kind.SUPERVISION


def test_a_distance_counts_only_behind_its_flag() -> None:
    read = [Frame(0, DISTANCE, flag.to_bytes(4, "little") + f32(150)) for flag in (0, 1)]
    assert [seeed_mr60.number(one) for one in read] == [None, 150]


@given(data=st.binary(max_size=4) | st.sampled_from([f32(0.4), (1).to_bytes(4, "little"), b"\x01"]))
def test_0e0e_whose_document_contradicts_itself_is_never_a_measurement(data: bytes) -> None:
    signal = only(RADAR, frame_of(TARGET_HEIGHT, data))
    assert (signal.kind, signal.value, signal.not_active) == (Kind.SUPERVISION, None, ())


def test_0e0e_with_the_documents_own_checksum_is_no_frame() -> None:
    documented = bytes.fromhex("01000000010E0EFB01000000FA")
    assert frames_in(RADAR, documented) == []


def test_a_start_byte_within_data_is_no_start() -> None:
    sent = [frame_of(FALL, b"\x01", number=0x0101), frame_of(0x0E06, b"\x01" * 28), frame_of(PRESENCE, b"\x01")]
    assert split(RADAR, b"".join(sent)) == sent


@given(before=st.lists(st.sampled_from([0, 1]), max_size=30).map(bytes), cut=st.integers(1, 9))
def test_a_fall_behind_a_false_start_is_found_by_the_header_checksum(before: bytes, cut: int) -> None:
    fall = frame_of(FALL, b"\x01", number=7)
    assert fall in frames_in(RADAR, before + frame_of(PRESENCE, b"\x01")[:cut] + fall)


def test_a_false_header_holds_a_fall_back_for_no_longer_than_a_frame() -> None:
    header = bytes.fromhex("0100000070A160")
    false = header + bytes((seeed_mr60.checksum(header),))
    fall = frame_of(FALL, b"\x01")
    splitter = seeed_mr60.new_splitter()
    assert fall in splitter.feed(false + fall) + splitter.flush()
    assert fall in splitter.feed(false + fall * 30)


def test_damage_to_any_byte_is_noticed() -> None:
    sound = frame_of(FALL, b"\x00")
    for at in range(len(sound)):
        damaged = bytearray(sound)
        damaged[at] ^= 0x10
        assert not any(piece == bytes(damaged) for piece in split(RADAR, bytes(damaged)))


def test_the_53_59_radar_is_another_protocol() -> None:
    fall = r60_5359.encode(r60_5359.Frame(0x83, 0x01, b"\x01"))
    assert all(isinstance(piece, Reject) for piece in split(RADAR, fall))
    assert all(isinstance(piece, Reject) for piece in split("r60_5359", frame_of(FALL, b"\x01")))
    assert refused(RADAR, fall) == "bad_frame"


def test_off_by_default_height_and_log_are_not_needed_for_a_fall() -> None:
    switch_on = [frame_of(TARGET_HEIGHT, b"", number=0x8000), frame_of(0x0E01, b"\x01\x00\x00\x00")]
    assert switch_on[0] == bytes.fromhex("01800000000E0E7E")
    assert [only(RADAR, frame).kind for frame in switch_on] == [Kind.SUPERVISION] * 2
    assert only(RADAR, frame_of(FALL, b"\x01")).kind is Kind.ALARM


def test_a_radar_that_nobody_enrolled_is_only_an_offer() -> None:
    signal = offered(RADAR, frame_of(FALL, b"\x01"))
    assert (signal.kind, signal.type, signal.state) == (Kind.ENROLMENT, None, None)
    assert only(RADAR, frame_of(PRESENCE, b"\x01")).type is ActivityType.PRESENCE
