"""Blocks of worn accelerometers: the layout to the byte, and the order of blocks that come lost, late and twice."""

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from drivers import wearable
from drivers.device import Device
from drivers.event import Kind, Reject, Signal
from drivers.registry import DRIVERS
from drivers.wearable import SampleBlock, encode_block, parse_block, topic_of
from drivers.wearable_stream import HELD_BLOCKS, BlockOrder, Gap, Stretch
from tests.drivers.vectors import enrolled, nobody
from tests.drivers.worn_frames import BLOCKS
from tests.gateway.houses import Listener, happened

BAND = Device(id="band", driver="wearable", address="band-1", model="generic", room="", position="wrist")
KNOWN = enrolled(BAND)
PLAIN = bytes.fromhex("4142 01 32 08 02 3412 78563412 5a 00 0100feff0300 ff7f00800000")
BLOCK_MS = 500


def block(number: int, samples: int = 25, **fields: Any) -> SampleBlock:
    made = SampleBlock(
        rate_hz=50,
        range_g=8,
        sequence=number % 65_536,
        clock_ms=number * BLOCK_MS % 2**32,
        battery_percent=90,
        samples=((0, 0, 4_096),) * samples,
    )
    return replace(made, **fields)


def order(*numbers: int) -> list[Stretch | Gap]:
    stream = BlockOrder()
    return [piece for number in numbers for piece in stream.feed(block(number))] + stream.flush()


def shown(pieces: list[Stretch | Gap]) -> list[object]:
    return [piece.block.sequence if isinstance(piece, Stretch) else piece for piece in pieces]


def test_the_layout_to_the_byte() -> None:
    found = parse_block(PLAIN)
    assert isinstance(found, SampleBlock)
    assert (found.rate_hz, found.range_g, found.sequence, found.clock_ms) == (50, 8, 0x1234, 0x12345678)
    assert (found.battery_percent, found.samples) == (90, ((1, -2, 3), (32_767, -32_768, 0)))
    assert found.samples[1][0] * found.g_per_count == pytest.approx(8.0)
    assert encode_block(found) == PLAIN


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (PLAIN[:-1], "bad_length"),
        (PLAIN + b"\0", "bad_length"),
        (PLAIN[:13], "incomplete"),
        (b"", "incomplete"),
        (b"BA" + PLAIN[2:], "bad_header"),
        (PLAIN[:2] + b"\x02" + PLAIN[3:], "unknown_version"),
        (PLAIN[:3] + b"\0" + PLAIN[4:], "bad_header"),
        (PLAIN[:4] + b"\0" + PLAIN[5:], "bad_header"),
        (PLAIN + bytes(2_000), "oversize"),
    ],
)
def test_what_is_no_block_is_refused_by_name(payload: bytes, reason: str) -> None:
    assert wearable.decode(topic_of("band-1"), payload, False, KNOWN) == Reject(driver="wearable", reason=reason)


@given(BLOCKS)
def test_what_was_encoded_is_parsed_again(made: SampleBlock) -> None:
    assert parse_block(encode_block(made)) == made


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda rest: b"AB\x01" + rest))
def test_any_bytes_are_a_block_or_a_reason(payload: bytes) -> None:
    found = parse_block(payload)
    assert encode_block(found)[:12] == payload[:12] if isinstance(found, SampleBlock) else found


def test_a_number_without_room_in_the_layout_is_not_cut() -> None:
    with pytest.raises(struct.error):
        encode_block(block(0, rate_hz=256))


def test_a_block_is_a_sign_of_life_with_the_battery() -> None:
    decoded = wearable.decode(topic_of("band-1"), PLAIN, False, KNOWN)
    assert isinstance(decoded, tuple)
    (signal,) = decoded
    assert (signal.kind, signal.address, signal.battery_percent, signal.battery_low) == (
        Kind.SUPERVISION,
        "band-1",
        90,
        False,
    )
    assert len(signal.raw) == 14, "the samples stay out of the store"


def test_a_heartbeat_without_samples_and_an_unknown_battery() -> None:
    decoded = wearable.decode(topic_of("band-1"), PLAIN[:5] + b"\0" + PLAIN[6:12] + b"\xff\0", False, KNOWN)
    assert isinstance(decoded, tuple)
    assert (decoded[0].battery_percent, decoded[0].battery_low) == (None, None)


def test_a_stream_of_blocks_is_one_sign_of_life_a_minute() -> None:
    house = Listener(devices=[BAND], drivers=("wearable",))
    signal = Signal(driver="wearable", address="band-1", kind=Kind.SUPERVISION, battery_percent=90, battery_low=False)
    heard = [second for second in range(1_000, 1_180) if happened(house.hear(signal, float(second)))]
    assert len(heard) == 3
    low = structs.replace(signal, battery_percent=5, battery_low=True)
    assert [event.kind for event in happened(house.hear(low, 1_179.5))] == [Kind.LOW_BATTERY]


def test_a_band_that_nobody_enrolled_is_an_offer() -> None:
    decoded = wearable.decode(topic_of("band-2"), PLAIN, False, nobody)
    assert isinstance(decoded, tuple)
    assert [(offer.kind, offer.address) for offer in decoded] == [(Kind.ENROLMENT, "band-2")]
    for topic in ("wearable/band-1", "wearable//accel", "wearable/a/b/accel", "wearable/band-1/gyro", "x/band-1/accel"):
        assert wearable.decode(topic, PLAIN, False, KNOWN) == Reject(driver="wearable", reason="bad_topic")
    for typed in ("", "a/b", "+", "#"):
        with pytest.raises(ValueError, match="ADDRESS"):
            DRIVERS["wearable"].normalise_address(typed)


# -- order ------------------------------------------------------------------------------------------------------------


def test_blocks_in_order_pass_at_once() -> None:
    stream = BlockOrder()
    for number in range(5):
        assert shown(stream.feed(block(number))) == [number]
    assert stream.held_blocks == 0


def test_an_early_block_waits_for_the_late_one() -> None:
    assert shown(order(1, 3, 2, 4)) == [1, 2, 3, 4]


def test_what_never_comes_is_a_gap_of_known_length() -> None:
    assert shown(order(1, 4, 5)) == [1, Gap(missing_blocks=2, missing_ms=1_000), 4, 5]


def test_a_missing_block_holds_up_only_a_few() -> None:
    stream = BlockOrder()
    stream.feed(block(0))
    waited = [stream.feed(block(number)) for number in range(2, 2 + HELD_BLOCKS)]
    assert all(not found for found in waited[:-1])
    assert shown(waited[-1]) == [Gap(missing_blocks=1, missing_ms=BLOCK_MS), *range(2, 2 + HELD_BLOCKS)]
    assert stream.feed(block(1)) == []
    assert stream.dropped == 1


def test_a_block_that_comes_twice_counts_once() -> None:
    stream = BlockOrder()
    assert shown([*stream.feed(block(1)), *stream.feed(block(1)), *stream.feed(block(3)), *stream.feed(block(3))]) == [
        1
    ]
    assert stream.dropped == 2


def test_number_and_clock_wrap_without_a_gap() -> None:
    assert shown(order(65_534, 65_535, 65_536, 65_537)) == [65_534, 65_535, 0, 1]
    last = 2**32 // BLOCK_MS
    pieces = order(last - 1, last, last + 1)
    assert [type(piece) for piece in pieces] == [Stretch] * 3
    starts = [piece.start_ms for piece in pieces if isinstance(piece, Stretch)]
    assert starts == [(last - 1) * BLOCK_MS, last * BLOCK_MS, (last + 1) * BLOCK_MS]


@pytest.mark.parametrize(
    "fresh",
    [block(0), block(20_000), block(7, rate_hz=25), block(11, clock_ms=3), block(9, clock_ms=10_000_000)],
    ids=["restart", "jump", "other_rate", "clock_back", "number_back"],
)
def test_a_band_that_began_anew_begins_a_new_stretch(fresh: SampleBlock) -> None:
    stream = BlockOrder()
    stream.feed(block(1_000, sequence=10))
    assert shown(stream.feed(fresh)) == [Gap(missing_blocks=None, missing_ms=None), fresh.sequence]


def test_a_pause_between_two_blocks_is_a_gap_of_no_blocks() -> None:
    stream = BlockOrder()
    stream.feed(block(1))
    assert shown(stream.feed(block(2, clock_ms=60_000))) == [Gap(missing_blocks=0, missing_ms=59_000), 2]


@given(st.lists(st.integers(0, 19), max_size=60), st.integers(0, 70_000))
def test_whatever_comes_is_given_out_once_in_order_and_little_is_held(numbers: list[int], first: int) -> None:
    stream, pieces = BlockOrder(), list[Stretch | Gap]()
    for number in (0, *numbers):
        pieces += stream.feed(block(first + number))
        assert stream.held_blocks < HELD_BLOCKS
    pieces += stream.flush()
    assert stream.held_blocks == 0
    starts = [piece.start_ms for piece in pieces if isinstance(piece, Stretch)]
    assert starts == sorted(set(starts))
    assert len(starts) + stream.dropped == len(numbers) + 1
    expected = starts[0]
    for piece in pieces:
        if isinstance(piece, Gap):
            assert piece.missing_ms is not None
            expected += piece.missing_ms
        else:
            assert piece.start_ms == expected, "stretches and gaps cover the time without overlap"
            expected += BLOCK_MS


@given(st.permutations(range(1, HELD_BLOCKS)))
def test_any_order_of_a_few_blocks_is_put_right_without_a_gap(numbers: list[int]) -> None:
    assert shown(order(0, *numbers)) == list(range(HELD_BLOCKS))
