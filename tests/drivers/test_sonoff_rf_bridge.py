"""The bridge's frames: captured ones, composed corners of the format, and what a real line does to them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import portisch_bucket
from drivers import sonoff_rf_bridge as bridge
from drivers.event import AlarmType, Kind, Reject, Signal
from tests.drivers.vectors import cord, enrolled, nobody, vectors

KEY = bytes.fromhex("AAA424EA013603B69EAD9F55")
TABLE_WITH_STOP = bytes.fromhex("AAB1030555015530552818181908181909090909081819090819090819081818190955")

codes = st.integers(1, 0xFFFFFF).map(lambda value: f"{value:06X}")


def split(line: bytes) -> list[bytes | Reject]:
    splitter = bridge.new_splitter()
    found = splitter.feed(line) + splitter.flush()
    assert splitter.held_bytes == 0
    return found


def frames(line: bytes) -> list[bytes]:
    return [piece for piece in split(line) if isinstance(piece, bytes)]


@pytest.mark.parametrize("vector", vectors("sonoff_rf_bridge_uart"), ids=lambda vector: vector["id"])
def test_a_captured_frame_is_found_whole_and_gives_its_code(vector: dict[str, Any]) -> None:
    frame = bytes.fromhex(vector["input"])
    assert split(b"\x00\x55\xaa" + frame + frame) == [
        Reject(driver=bridge.NAME, reason="noise", detail="3 bytes"),
        frame,
        frame,
    ]
    code24 = vector["expect"].get("code") or vector["expect"].get("ev1527_code")
    decoded = bridge.decode(frame, nobody)
    if code24 is None:
        assert decoded == () or (isinstance(decoded, Reject) and decoded.reason in {"noise", "not_ev1527"})
    else:
        assert isinstance(decoded, tuple)
        assert [(signal.kind, signal.address, signal.code) for signal in decoded] == [
            (Kind.ENROLMENT, code24[:5], code24[5:])
        ]


def test_one_sound_frame_of_an_enrolled_cord_is_an_alarm() -> None:
    decoded = bridge.decode(KEY, enrolled(cord()))
    assert isinstance(decoded, tuple)
    (signal,) = decoded
    assert isinstance(signal, Signal)
    assert (signal.kind, signal.type, signal.raw) == (Kind.ALARM, AlarmType.SOS, KEY)


def test_a_learnt_key_and_an_advanced_one_say_the_same_as_a_received_one() -> None:
    for frame in (b"\xaa\xa3" + KEY[2:], bytes.fromhex("AAA604009EAD9F55"), bytes.fromhex("AAAB04009EAD9F55")):
        assert split(frame) == [frame]
        decoded = bridge.decode(frame, enrolled(cord()))
        assert isinstance(decoded, tuple)
        assert [signal.type for signal in decoded] == ["sos"]


def test_an_advanced_frame_of_another_protocol_is_counted() -> None:
    frame = bytes.fromhex("AAA60601FFFF4273F555")
    assert split(frame) == [frame]
    assert bridge.decode(frame, nobody) == Reject(driver=bridge.NAME, reason="not_ev1527")


@pytest.mark.parametrize("code24", ["555555", "AA5555", "55AAA0", "AAAAAA", "AAB103", "AAA455", "AAA055"])
def test_start_and_stop_bytes_inside_a_key_do_not_end_it(code24: str) -> None:
    frame = bridge.encode_key(code24, sync_us=0x55AA, low_us=0x0155, high_us=0x03AA)
    assert split(frame * 3) == [frame] * 3


def test_a_stop_byte_in_the_bucket_table_does_not_end_the_frame() -> None:
    assert split(TABLE_WITH_STOP + KEY) == [TABLE_WITH_STOP, KEY]


def test_a_stop_byte_that_is_legal_data_does_not_end_the_frame() -> None:
    head = bytes.fromhex("AAB106") + bytes.fromhex("0100 0200 0300 0400 0500 2F00")
    frame = head + bytes.fromhex("0155105504 55")
    assert split(frame + KEY) == [frame, KEY]
    assert split(frame) == [frame]
    assert split(head + bytes.fromhex("012310 55 FF FE")) == [
        head + bytes.fromhex("012310 55"),
        Reject(driver=bridge.NAME, reason="noise", detail="2 bytes"),
    ]


def test_old_firmware_fills_an_odd_nibble_with_f() -> None:
    # Captured: Portisch/RF-Bridge-EFM8BB1, issue #48 (2018-11-07), a roller blind's remote.
    frame = bytes.fromhex(
        "AAB103012C0244136019081908181819090818190909090908190908190909081819081908181909081819081818181819"
        "081818181818181818181819081909090908181909081819182F55"
    )
    assert split(frame) == [frame]
    assert bridge.decode(frame, nobody) == Reject(driver=bridge.NAME, reason="not_ev1527")


def test_an_index_outside_the_table_is_no_frame() -> None:
    assert frames(bytes.fromhex("AAB10304E2018630AC28183355") + KEY) == [KEY]


@pytest.mark.parametrize("kept", range(1, len(KEY)))
def test_a_cut_off_key_never_swallows_the_next_press(kept: int) -> None:
    awkward = bridge.encode_key("9EAD55", sync_us=0x5555, low_us=0x5555, high_us=0x5555)
    for frame in (KEY, awkward):
        assert frames(frame[:kept] + frame) == [frame]


@pytest.mark.parametrize("kept", range(1, 35))
def test_a_cut_off_burst_never_swallows_the_next_one(kept: int) -> None:
    burst = bytes.fromhex("AAB10304E2018630AC2818181908181909090909081819090819090819081818190955")
    assert frames(burst[:kept] + KEY)[-1] == KEY
    assert frames(burst[:kept] + burst)[-1] == burst


@pytest.mark.parametrize("cut_off", ["AAB108", "AAB10801000200", "AAB10601", "AAB101", "AAA60B", "AAA60C00"])
def test_no_head_of_a_longer_frame_swallows_a_key(cut_off: str) -> None:
    awkward = bridge.encode_key("123412", sync_us=0x1234, low_us=0x0123, high_us=0x0345)
    for frame in (KEY, awkward):
        assert frames(bytes.fromhex(cut_off) + frame)[-1] == frame


def test_a_cut_off_burst_of_eight_lengths_ends_where_the_next_frame_starts() -> None:
    cut_off = bytes.fromhex("AAB108" + "0100" * 7 + "2F00" + "0123")
    burst = portisch_bucket.encode("9EAD9F")
    assert frames(cut_off + burst) == [burst]


def test_a_half_frame_is_named_when_the_line_goes_idle() -> None:
    assert split(KEY[:7]) == [Reject(driver=bridge.NAME, reason="incomplete", detail="7 bytes")]


def test_the_firmware_is_acknowledged_for_keys_and_never_for_bursts() -> None:
    for frame in (KEY, b"\xaa\xa3" + KEY[2:], b"\xaa\xa2\x55", bytes.fromhex("AAA604009EAD9F55")):
        assert bridge.acknowledgement(frame) == b"\xaa\xa0\x55"
    for frame in (TABLE_WITH_STOP, b"\xaa\xa0\x55", b"\xaa\xa1\x55", KEY[:-1], b""):
        assert bridge.acknowledgement(frame) is None


@given(codes, st.integers(150, 600), st.booleans())
def test_a_code_survives_both_ways_of_sending_it(code24: str, short_us: int, marked: bool) -> None:
    burst = portisch_bucket.encode(code24, short_us=short_us, marked=marked)
    key = bridge.encode_key(code24, sync_us=31 * short_us, low_us=short_us, high_us=3 * short_us)
    for frame in (burst, key):
        assert split(frame) == [frame]
        decoded = bridge.decode(frame, nobody)
        assert isinstance(decoded, tuple)
        assert [signal.address + str(signal.code) for signal in decoded] == [code24]


@given(codes, st.lists(st.integers(-60, 60), min_size=4, max_size=4), st.integers(4_500, 14_500))
def test_jitter_within_what_was_measured_leaves_the_code_alone(code24: str, jitter: list[int], gap_us: int) -> None:
    plain = portisch_bucket.parse(portisch_bucket.encode(code24))
    assert plain is not None
    lengths = (1_050 + jitter[0], 350 + jitter[1], 1_050 + jitter[2], 350 + jitter[3], gap_us)
    # Every second pulse falls into a second bucket of nearly the same length, as a jittering sender's do.
    nibbles = [
        (nibble & 8) | (4 if nibble & 7 == 2 else (nibble & 7) + (2 if at % 4 > 1 else 0))
        for at, nibble in enumerate(plain.nibbles)
    ]
    data = bytes(first << 4 | second for first, second in zip(nibbles[::2], nibbles[1::2], strict=True))
    frame = b"\xaa\xb1\x05" + b"".join(length.to_bytes(2, "big") for length in lengths) + data + b"\x55"
    burst = portisch_bucket.parse(frame)
    assert burst is not None
    assert portisch_bucket.ev1527_code(burst) == code24


def row_of_25(code24: str) -> bytes:
    pairs = "".join("01" if bit == "1" else "10" for bit in f"{int(code24, 16):024b}")
    return bytes.fromhex("AAB103024900CF1734" + pairs + "10" + "55")


@given(codes)
def test_the_sync_mark_behind_the_code_is_no_bit_of_it(code24: str) -> None:
    burst = portisch_bucket.parse(row_of_25(code24))
    assert burst is not None
    assert portisch_bucket.ev1527_code(burst) == code24


def test_a_captured_row_of_25_gives_24_bits() -> None:
    # Captured: Portisch/RF-Bridge-EFM8BB1, issue #42, a wall socket's remote.
    burst = portisch_bucket.parse(
        bytes.fromhex("AAB103024900CF17340101010101010101100110011010100110011001101010011055")
    )
    assert burst is not None
    assert portisch_bucket.ev1527_code(burst) == "FF5151"


def test_learn_mode_is_an_order_whose_answers_are_understood() -> None:
    assert bridge.encode_learn() == bytes.fromhex("AAA155")
    learnt = b"\xaa\xa3" + KEY[2:]
    assert split(bridge.encode_learn() + bytes.fromhex("AAA255") + learnt) == [
        bridge.encode_learn(),
        bytes.fromhex("AAA255"),
        learnt,
    ]
    for answer in (bytes.fromhex("AAA255"), learnt):
        assert bridge.acknowledgement(answer) == bytes.fromhex("AAA055")
    assert bridge.decode(bytes.fromhex("AAA255"), nobody) == ()
    offer = bridge.decode(learnt, nobody)
    assert isinstance(offer, tuple)
    assert [(signal.kind, signal.address, signal.code) for signal in offer] == [(Kind.ENROLMENT, "9EAD9", "F")]
