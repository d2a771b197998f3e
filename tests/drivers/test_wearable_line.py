"""Blocks of worn accelerometers on a serial line: found whole, dropped where bytes were lost, never read askew."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.device import Device
from drivers.event import Kind, Reject
from drivers.wearable import HEADER_BYTES, SampleBlock, encode_block
from drivers.wearable_serial import SERIAL_DRIVER, decode, new_splitter
from tests.drivers.vectors import nobody
from tests.drivers.worn_frames import LINE_BLOCKS

BLOCK = SampleBlock(
    rate_hz=50, range_g=8, sequence=7, clock_ms=1_000, battery_percent=90, samples=((100, -100, 4_096),) * 5
)
FRAME = encode_block(BLOCK)
NEXT = encode_block(replace(BLOCK, sequence=8, clock_ms=1_100))
LONGEST = encode_block(replace(BLOCK, samples=((0, 0, 4_096),) * 255))
BLOCKS = st.lists(LINE_BLOCKS.map(encode_block), min_size=1, max_size=4)


def heard(*chunks: bytes) -> list[bytes | str]:
    """Frames and the reasons of refusals; the line is idle after the last chunk."""
    splitter = new_splitter()
    found = [piece for chunk in chunks for piece in splitter.feed(chunk)] + splitter.flush()
    return [piece.reason if isinstance(piece, Reject) else piece for piece in found]


@pytest.mark.parametrize(
    "noise",
    [b"\x00", b"AB", b"boot: AB ok\r\n", b"AB\x01", FRAME[:13], FRAME[:-1], LONGEST[:14], b"AB\x01\x32\x02"],
)
def test_a_block_right_behind_a_false_start_is_found(noise: bytes) -> None:
    found = heard(noise + FRAME + NEXT)
    assert found[1:] == [FRAME, NEXT]
    assert found[0] == "noise"


def test_a_false_start_gives_way_to_the_next_header_without_a_pause() -> None:
    splitter = new_splitter()
    (reject, found) = splitter.feed(LONGEST[:14] + FRAME + NEXT)
    assert isinstance(reject, Reject)
    assert found == FRAME


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, b"a"), (2, b"\x02"), (3, b"\0"), (4, b"\0"), (4, b"\x07"), (13, b"\x01")],
    ids=["magic", "version", "rate", "no_range", "odd_range", "zero"],
)
def test_a_header_that_does_not_fit_begins_no_block(at: int, value: bytes) -> None:
    assert heard(FRAME[:at] + value + FRAME[at + 1 :], NEXT) == ["noise", NEXT]


def test_a_block_that_samples_do_not_end_is_incomplete_after_a_pause() -> None:
    assert heard(FRAME[:-1]) == ["incomplete"]


def test_what_follows_a_block_is_the_next_one_or_silence() -> None:
    assert heard(FRAME + b"log\r\n") == ["noise"]
    splitter = new_splitter()
    assert splitter.feed(FRAME) == []
    assert splitter.flush() == [FRAME]


@pytest.mark.parametrize("tail", [b"\0A", b"AB"], ids=["A", "AB"])
def test_samples_that_look_like_the_start_of_a_header_cost_nothing(tail: bytes) -> None:
    frame = FRAME[:-2] + tail
    assert heard(*(bytes((byte,)) for byte in frame + NEXT)) == [frame, NEXT]


@given(BLOCKS, st.data())
def test_lost_samples_cost_their_own_block_and_no_other(frames: list[bytes], data: st.DataObject) -> None:
    torn = data.draw(st.integers(0, len(frames) - 1))
    frame = frames[torn]
    assume(len(frame) > HEADER_BYTES)
    start = data.draw(st.integers(HEADER_BYTES, len(frame) - 1))
    end = data.draw(st.integers(start + 1, len(frame)))
    sent = [*frames[:torn], frame[:start] + frame[end:], *frames[torn + 1 :]]
    assert [found for found in heard(b"".join(sent)) if isinstance(found, bytes)] == [
        *frames[:torn],
        *frames[torn + 1 :],
    ]


@given(BLOCKS, st.binary(max_size=60) | st.binary(max_size=60).map(lambda rest: b"AB\x01\x32\x08" + rest))
def test_noise_before_blocks_hides_none_of_them(frames: list[bytes], noise: bytes) -> None:
    assert heard(noise + b"".join(frames))[-len(frames) :] == frames


@pytest.mark.parametrize(("charge", "low"), [(90, False), (15, True), (None, None)])
def test_a_block_is_a_sign_of_life_of_the_ports_device(charge: int | None, low: bool | None) -> None:
    device = Device(id="pendant", driver="wearable", address="pendant", model="generic", room="")
    frame = encode_block(replace(BLOCK, battery_percent=charge))
    decoded = decode(frame, lambda *_: device)
    assert isinstance(decoded, tuple)
    assert [(said.kind, said.address, said.battery_percent, said.battery_low) for said in decoded] == [
        (Kind.SUPERVISION, "", charge, low)
    ]
    assert decoded[0].raw == frame[:HEADER_BYTES], "the samples stay out of the store"
    assert SERIAL_DRIVER.acknowledgement(frame) is None


def test_an_unknown_device_is_an_offer_and_what_is_no_block_is_refused() -> None:
    offer = decode(FRAME, nobody)
    assert isinstance(offer, tuple)
    assert [said.kind for said in offer] == [Kind.ENROLMENT]
    assert decode(FRAME[:-1], nobody) == Reject(driver="wearable", reason="bad_length")
