"""The Sonoff RF Bridge on a serial line (19200 baud 8N1): AA, action, content, 55; no checksum.

Stock firmware sends A4 (a received key) and A3 (a learnt one), both of fixed length; the Portisch firmware adds A6 and
AB (a decoded protocol, length-prefixed) and B1 (a raw burst, see `portisch_bucket`). Content may hold AA and 55, so
length decides where a frame ends. Source: the firmware's `uart.c` and captured frames.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from drivers import ev1527, portisch_bucket
from drivers.device import Decoded, Lookup
from drivers.event import Reject
from drivers.framing import ANY_BYTE, ResyncingSplitter, Verdict, exactly, head_pattern
from drivers.registry import LearningMode, SerialDriver

NAME = "sonoff_rf_bridge"
BAUD_RATE = 19_200

START, STOP = 0xAA, 0x55
ACKNOWLEDGED, LEARN, LEARN_TIMEOUT, LEARNT, RECEIVED = 0xA0, 0xA1, 0xA2, 0xA3, 0xA4
ADVANCED_RECEIVED, ADVANCED_LEARNT, BUCKETS = 0xA6, 0xAB, 0xB1

_SHORT = frozenset({ACKNOWLEDGED, LEARN, LEARN_TIMEOUT})
_SHORT_BYTES = 3
_KEY = frozenset({LEARNT, RECEIVED})
_KEY_BYTES = 12
_ADVANCED = frozenset({ADVANCED_RECEIVED, ADVANCED_LEARNT})
_ADVANCED_CONTENT_MAX_BYTES = 33
"""One byte of protocol index and the longest protocol's data, with room."""
_LIMIT_BYTES = portisch_bucket.HEADER_BYTES + 2 * portisch_bucket.MAX_BUCKETS + portisch_bucket.MAX_DATA_BYTES + 2
"""The longest bucket frame and the byte behind it that proves its end."""

_PT226X = 0
"""The firmware's protocol number for PT2262 and EV1527 codes."""
_NOISE_DATA_BYTES = 4
"""Bursts of static reach the line as sound frames of up to so many data bytes."""
_ACKNOWLEDGEMENT = bytes((START, ACKNOWLEDGED, STOP))
# Never for B1: the firmware takes an acknowledgement as the order to leave bucket mode.
_ENDS_OF_LEARNING = {
    LEARNT: "the bridge has learnt a code and left its learning mode",
    LEARN_TIMEOUT: "the bridge heard nobody and left its learning mode",
}
"""How the bridge says that its learning mode is over, by action."""
_TO_ACKNOWLEDGE = frozenset({LEARN_TIMEOUT, LEARNT, RECEIVED, ADVANCED_RECEIVED, ADVANCED_LEARNT})


def _is_bucket_data(byte: int, count: int) -> bool:
    return byte != START and byte >> 4 & 7 < count and byte & 7 < count


def _any_of(are: Callable[[int], bool]) -> bytes:
    """A pattern for one byte of those that are so."""
    return b"[" + b"".join(re.escape(bytes((byte,))) for byte in range(256) if are(byte)) + b"]"


def _bucket_head(count: int) -> tuple[bytes, ...]:
    """A bucket frame up to its first byte of data, which an odd nibble may fill up, or none."""
    first = _any_of(lambda byte: byte == STOP or _is_bucket_data(byte, count) or (byte & 0xF == 0xF))
    return (*exactly(bytes((START, BUCKETS, count))), *[ANY_BYTE] * (2 * count), first)


_HEAD = head_pattern(
    (*exactly(bytes((START,))), _any_of(lambda byte: byte in _SHORT | _KEY | _ADVANCED)),
    *(_bucket_head(count) for count in range(1, portisch_bucket.MAX_BUCKETS + 1)),
)
_KEY_HEAD = re.compile(b"%b%b" % (*exactly(bytes((START,))), _any_of(lambda byte: byte in _KEY)))
_FIRST_AMBIGUOUS_COUNT = 6
_PLAIN_DATA = {
    count: re.compile(_any_of(partial(_is_bucket_data, count=count)) + b"{0,%d}" % portisch_bucket.MAX_DATA_BYTES)
    for count in range(1, _FIRST_AMBIGUOUS_COUNT)
}
"""By number of buckets: the longest run of bytes that are data."""


@dataclass(frozen=True, slots=True)
class Key:
    """The content of an A4 or A3 frame: pulse lengths in microseconds and the code, six hexadecimal digits."""

    sync_us: int
    low_us: int
    high_us: int
    code24: str


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most one frame."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=_LIMIT_BYTES, measure=_measure)


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a whole frame says. Never raises; what is not an EV1527 code of a device is a Reject."""
    action = action_of(frame)
    if action is None:
        return _reject("bad_frame")
    if action in _SHORT:
        return ()
    if action == BUCKETS:
        return _decode_buckets(frame, lookup)
    code24 = parse_key(frame).code24 if action in _KEY else advanced_code(frame)
    return _reject("not_ev1527") if code24 is None else ev1527.decode_code(code24, lookup, raw=frame)


def action_of(frame: bytes) -> int | None:
    """The action of a whole, sound frame; None where it is not one."""
    if len(frame) < _SHORT_BYTES or frame[0] != START or frame[-1] != STOP:
        return None
    action = frame[1]
    if action == BUCKETS:
        return action if portisch_bucket.parse(frame) is not None else None
    return action if _measure_by_length(frame) == len(frame) else None


def parse_key(frame: bytes) -> Key:
    """Take a sound A4 or A3 frame apart."""
    sync_us, low_us, high_us = (int.from_bytes(frame[at : at + 2], "big") for at in (2, 4, 6))
    return Key(sync_us, low_us, high_us, frame[8:11].hex().upper())


def advanced_code(frame: bytes) -> str | None:
    """The EV1527 code in a sound A6 or AB frame; None where the frame is of another protocol."""
    content = frame[3:-1]
    return content[1:].hex().upper() if content[0] == _PT226X and len(content) == 4 else None


def encode_key(code24: str, *, sync_us: int = 10_850, low_us: int = 350, high_us: int = 1_050) -> bytes:
    """The A4 frame that stock firmware sends for a received code of six hexadecimal digits."""
    lengths = b"".join(length.to_bytes(2, "big") for length in (sync_us, low_us, high_us))
    return bytes((START, RECEIVED)) + lengths + bytes.fromhex(code24) + bytes((STOP,))


def encode_learn() -> bytes:
    """The order to learn: the bridge waits for a sender, then sends A3 with its key, or A2 where none was heard.

    It hears no more so than in plain sniffing: it takes the first code of anybody for the one, after at most 30 s it
    gives up, and it is deaf while it beeps about that (0.05 to 1 s). A bridge in bucket mode is in plain sniffing
    afterwards. (Source: the firmware's `RF_Bridge_main.c`.)
    """
    return bytes((START, LEARN, STOP))


def encode_leave() -> bytes:
    """The order to leave learning before its end: an acknowledgement, after which the firmware sniffs again."""
    return _ACKNOWLEDGEMENT


def acknowledgement(frame: bytes) -> bytes | None:
    """What the bridge expects back once the frame has been handled durably; None for most frames of its own modes."""
    return _ACKNOWLEDGEMENT if action_of(frame) in _TO_ACKNOWLEDGE else None


def end_of_learning(frame: bytes) -> str | None:
    """How a frame says that the learning mode is over; None where it does not."""
    return _ENDS_OF_LEARNING.get(action_of(frame) or 0)


def _decode_buckets(frame: bytes, lookup: Lookup) -> Decoded:
    burst = portisch_bucket.parse(frame)
    if burst is None:
        return _reject("bad_frame")
    code24 = portisch_bucket.ev1527_code(burst)
    if code24 is not None:
        return ev1527.decode_code(code24, lookup, raw=frame)
    return _reject("noise" if len(burst.data) <= _NOISE_DATA_BYTES else "not_ev1527")


def _reject(reason: str) -> Reject:
    return Reject(driver=NAME, reason=reason)


def _measure(held: bytes, idle: bool) -> int | Verdict:
    if len(held) < 2:
        return Verdict.MORE
    verdict = _measure_buckets(held, idle) if held[1] == BUCKETS else _measure_by_length(held)
    return verdict if isinstance(verdict, Verdict) else _unless_cut_off(held, verdict, idle)


def _measure_by_length(held: bytes) -> int | Verdict:
    action = held[1]
    if action in _SHORT:
        length = _SHORT_BYTES
    elif action in _KEY:
        length = _KEY_BYTES
    elif action in _ADVANCED:
        if len(held) < 3:
            return Verdict.MORE
        if not 2 <= held[2] <= _ADVANCED_CONTENT_MAX_BYTES:
            return Verdict.NO
        length = 3 + held[2] + 1
    else:
        return Verdict.NO
    if len(held) < length:
        return Verdict.MORE
    return length if held[length - 1] == STOP else Verdict.NO


def _unless_cut_off(held: bytes, length: int, idle: bool) -> int | Verdict:
    """A sound frame, unless it is a cut-off one that swallowed the head of a key frame behind it.

    Then the key frame inside is sound too: the cut-off one gives way, or a press would be lost with it.
    """
    for head in _KEY_HEAD.finditer(held, 2, length):
        end = head.start() + _KEY_BYTES
        if len(held) < end and not idle:
            return Verdict.MORE
        if held[end - 1 : end] == bytes((STOP,)):
            return Verdict.NO
    return length


def _measure_buckets(held: bytes, idle: bool) -> int | Verdict:
    """The end of a bucket frame is not marked uniquely: 55 is also two low pulses of bucket 5.

    With fewer than six buckets the first 55 ends it. Otherwise the last 55 before something that cannot be data: a
    start byte (a line cannot be high twice in a row, so AA is no data), an index outside the table, an idle line.
    """
    if len(held) < portisch_bucket.HEADER_BYTES:
        return Verdict.MORE
    count = held[2]
    if not 1 <= count <= portisch_bucket.MAX_BUCKETS:
        return Verdict.NO
    data_start = portisch_bucket.HEADER_BYTES + 2 * count
    if count < _FIRST_AMBIGUOUS_COUNT:
        return _measure_plain_buckets(held, data_start, count)
    end: int | None = None
    for at in range(data_start, len(held)):
        byte = held[at]
        if at - data_start > portisch_bucket.MAX_DATA_BYTES:
            return end or Verdict.NO
        if byte == STOP:
            end = at + 1
        elif not _is_bucket_data(byte, count) and not _is_filled_up(held, at, count):
            return end or Verdict.NO
    return end if idle and end else Verdict.MORE


def _measure_plain_buckets(held: bytes, data_start: int, count: int) -> int | Verdict:
    """A bucket frame in which 55 can only be the end."""
    run = _PLAIN_DATA[count].match(held, data_start)
    end = data_start if run is None else run.end()
    if end < len(held) and end - data_start < portisch_bucket.MAX_DATA_BYTES and _is_filled_up(held, end, count):
        end += 1
    if end < len(held):
        return end + 1 if held[end] == STOP else Verdict.NO
    return Verdict.MORE


def _is_filled_up(held: bytes, at: int, count: int) -> bool:
    """Old firmware fills an odd nibble up with F: legal in the last byte of the data only."""
    last = at + 1 == len(held) or held[at + 1] == STOP
    return held[at] & 0xF == 0xF and held[at] >> 4 & 7 < count and last


SERIAL_DRIVER = SerialDriver(
    name=NAME,
    baud_rate=BAUD_RATE,
    new_splitter=new_splitter,
    decode=decode,
    acknowledgement=acknowledgement,
    learning=LearningMode(enter=encode_learn(), leave=encode_leave(), end_of=end_of_learning),
)
