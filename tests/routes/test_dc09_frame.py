"""DC-09 frames: to bytes and back, any bytes at all, and as two independent implementations read and write them."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysiaalarm.account import SIAAccount
from pysiaalarm.event import SIAEvent
from siadc09 import message as peer
from siadc09.account import Account

from gateway.routes.dc09_frame import FRAME_LIMIT_BYTES, Frame, UnreadableFrameError, crc, decode, encode

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
KEYS = [None, bytes(range(16)), bytes(range(24)), bytes(range(32))]

texts = st.text(st.sampled_from("ABCxyz019 #|,:_-./"), max_size=40)
frames = st.builds(
    Frame,
    id=st.sampled_from(["ADM-CID", "SIA-DCS", "NULL", "ACK"]),
    sequence=st.integers(0, 9_999),
    account=st.from_regex(r"[0-9A-F]{3,16}", fullmatch=True),
    receiver=st.none() | st.from_regex(r"[0-9A-F]{1,6}", fullmatch=True),
    line=st.from_regex(r"[0-9A-F]{1,6}", fullmatch=True),
    data=texts,
    extended=st.lists(texts.map(lambda text: "I" + text), max_size=3).map(tuple),
    at=st.none() | st.just(NOON),
)


@given(frame=frames, key=st.sampled_from(KEYS))
def test_what_is_written_is_read_back(frame: Frame, key: bytes | None) -> None:
    raw = encode(frame, key)
    read = decode(raw, key)
    assert read.encrypted is (key is not None)
    assert (read.id, read.sequence, read.account, read.receiver, read.line) == (
        *(frame.id, frame.sequence, frame.account, frame.receiver, frame.line),
    )
    assert (read.data, read.extended, read.at) == (frame.data, frame.extended, frame.at)


@given(raw=st.binary(max_size=200), key=st.sampled_from(KEYS))
def test_any_bytes_are_read_or_refused(raw: bytes, key: bytes | None) -> None:
    for candidate in (raw, b"\n" + raw + b"\r", b"\n%04X0%03X%b\r" % (crc(raw), len(raw), raw)):
        with suppress(UnreadableFrameError):
            decode(candidate, key)


@given(rest=st.text(st.sampled_from('"*ACKNULRL0#1A[]|_:,-12'), max_size=80), key=st.sampled_from(KEYS))
def test_any_header_is_read_or_refused(rest: str, key: bytes | None) -> None:
    body = f'"{rest}'.encode()
    with suppress(UnreadableFrameError):
        decode(b"\n%04X0%03X%b\r" % (crc(body), len(body), body), key)


@given(place=st.integers(0, 60), byte=st.integers(1, 255))
def test_one_wrong_byte_is_never_taken_for_the_frame(place: int, byte: int) -> None:
    frame = Frame(id="ACK", sequence=17, account="1234", receiver="1", line="0", at=NOON)
    raw = bytearray(encode(frame))
    raw[place % len(raw)] ^= byte
    try:
        # A changed letter of the two hexadecimal fields in front may still spell the same number.
        assert decode(bytes(raw)) == frame
        assert place % len(raw) < 9
    except UnreadableFrameError:
        pass


@pytest.mark.parametrize(
    ("raw", "id_", "sequence", "account", "at"),
    [
        # As pysiaalarm 3.2.2 answers: no receiver number, a clock that is off, a line it cannot parse.
        (b'\n44BE0019"ACK"0001NoneL0#1234[]\r', "ACK", 1, "1234", None),
        (b'\n8EE20029"NAK"0000R0L0A0[]_12:00:00,03-01-2026\r', "NAK", 0, None, NOON),
        (b'\n92CB0029"NAK"0000L0R0A0[]_12:00:00,03-01-2026\r', "NAK", 0, None, NOON),
    ],
)
def test_replies_as_receivers_really_write_them(
    raw: bytes, id_: str, sequence: int, account: str | None, at: datetime | None
) -> None:
    body = raw[9:-1]
    read = decode(b"\n%04X%04X%b\r" % (crc(body), len(body), body))
    assert (read.id, read.sequence, read.account, read.at) == (id_, sequence, account, at)


def test_the_published_example_of_another_implementation_is_read() -> None:
    # From the documentation of siadc09 1.0.1.
    read = decode(b'\n8C860043"SIA-DCS"9876R579BDFL789ABC#123456A[#123456A|NFA129][M1234567890AB]\r')
    assert read == Frame(
        id="SIA-DCS", sequence=9876, receiver="579BDF", line="789ABC", account="123456A",
        data="#123456A|NFA129", extended=("M1234567890AB",),
    )  # fmt: skip


def test_a_null_message_without_a_bar_is_opened() -> None:
    # From the documentation of siadc09 1.0.1: padding that ends with the bracket.
    raw = (
        b'\nDE260072"*NULL"0000L0#000[242ff5e1d26993d8ca4a622f7d779a93096ef7ed9b5499dc13de23e1405a5764'
        b"b58737251286f0d81da5134d1eebc238\r"
    )
    read = decode(raw, bytes.fromhex("850cba22f7dd4f033405da83e4c5bae9"))
    assert (read.id, read.data, read.encrypted) == ("NULL", "", True)
    assert read.at is not None


@pytest.mark.parametrize("key", KEYS)
def test_siadc09_reads_ours_and_we_read_its_own(key: bytes | None) -> None:
    ours = Frame(
        id="ADM-CID", sequence=42, account="1234", receiver="1", line="2", data="#1234|1101 00 003",
        extended=("H11:59:00,03-01-2026", "I0197"), at=NOON,
    )  # fmt: skip
    read = peer.parse_frame(encode(ours, key), key)
    assert (read.idtoken, read.seq, read.account.acct, read.timestamp) == ("ADM-CID", 42, 0x1234, NOON)
    assert (read.data.event.code, read.data.event.qualifier, read.data.event.addr) == ("101", "1", 3)
    assert [block.prefix for block in read.xdata] == ["H", "I"]
    answer = peer.AckMessage(Account(acct=0x1234, pref=2, rcvr=1, key=key), 42, NOON, key is not None).encode()
    ack = decode(answer, key)
    assert (ack.id, ack.sequence, ack.account, ack.encrypted) == ("ACK", 42, "1234", key is not None)


@pytest.mark.parametrize("key", [None, "0123456789abcdef", "0123456789abcdef01234567"])
def test_pysiaalarm_reads_ours_and_we_read_its_answer(key: str | None) -> None:
    # It takes the characters of its key for the key's bytes.
    account = SIAAccount("1234", key, allowed_timeband=None)
    secret = key.encode() if key else None
    ours = Frame(id="SIA-DCS", sequence=7, account="1234", receiver="1", line="0", data="#1234|Nri0/QA003", at=NOON)
    event = SIAEvent.from_line(encode(ours, secret).decode("ascii").strip(), {"1234": account})
    assert (event.valid_message, event.code, event.timestamp) == (True, "QA", NOON)
    ack = decode(event.create_response(), secret)
    assert (ack.id, ack.sequence, ack.account, ack.encrypted) == ("ACK", 7, "1234", key is not None)


def test_a_wrong_key_is_refused() -> None:
    raw = encode(Frame(id="ACK", sequence=1, account="1234", at=NOON), bytes(16))
    for key in (None, bytes(range(16))):
        with pytest.raises(UnreadableFrameError):
            decode(raw, key)


def test_equal_messages_do_not_look_equal_under_a_key() -> None:
    frame = Frame(id="NULL", sequence=0, account="1234", at=NOON)
    assert encode(frame, bytes(16)) != encode(frame, bytes(16))
    assert len(encode(frame, bytes(16))) < FRAME_LIMIT_BYTES
