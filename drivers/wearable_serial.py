"""Accelerometer blocks on a serial line: a receiver's dongle or a cabled pendant. One device per line, 8N1.

The blocks are those of `drivers.wearable`, one after another with nothing between them. The device has no address on
the line and bears the name of its port. A block has no checksum, so on a line more of it must fit than in a message of
the broker: version 1, a rate, a range that accelerometers have (`RANGES_G`), the zero at the end of its header; no
other header inside of it; and behind it the next header or silence. A false start in noise is given up at the next
header or at the next pause, whichever comes first, and what lost bytes on its way is dropped instead of read askew. A
dongle must print nothing between blocks; whatever it prints costs the block right before it.
Samples that spell a whole header by chance cost their block; whoever forges bytes can forge a block.
"""

import re

from drivers import alone
from drivers.device import Decoded, Lookup
from drivers.event import Reject
from drivers.framing import ANY_BYTE, ResyncingSplitter, Verdict, between, exactly, head_pattern
from drivers.registry import SerialDriver
from drivers.wearable import (
    HEADER_BYTES,
    MAGIC,
    MESSAGE_LIMIT_BYTES,
    NAME,
    SAMPLE_BYTES,
    VERSION,
    parse_block,
    sign_of_life,
)

BAUD_RATE = 115_200
RANGES_G = (2, 4, 6, 8, 12, 16, 24, 32, 64)

_COUNT_AT = 5
_RANGE = b"[" + b"".join(b"\\x%02x" % range_g for range_g in RANGES_G) + b"]"
_SEQUENCE_CLOCK_BATTERY = (ANY_BYTE,) * 7
_HEAD = head_pattern(
    (*exactly(MAGIC + bytes((VERSION,))), between(1, 255), _RANGE, ANY_BYTE, *_SEQUENCE_CLOCK_BATTERY, b"\0")
)


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most the longest block and the header behind it."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=MESSAGE_LIMIT_BYTES + HEADER_BYTES, measure=_measure)


def _measure(held: bytes, idle: bool) -> int | Verdict:
    if len(held) < HEADER_BYTES:
        return Verdict.MORE
    length = HEADER_BYTES + held[_COUNT_AT] * SAMPLE_BYTES
    inner = _HEAD.search(held, 1, length + HEADER_BYTES - 1)
    if inner is not None and _is_whole(inner):
        return Verdict.NO
    if len(held) < length:
        return Verdict.MORE
    if idle and len(held) == length:
        return length
    return _by_what_follows(held, length, idle)


def _by_what_follows(held: bytes, length: int, idle: bool) -> int | Verdict:
    if len(held) > length:
        follows = _HEAD.match(held, length)
        if follows is None:
            return Verdict.NO
        if idle or _is_whole(follows):
            return length
    return Verdict.MORE


def _is_whole(head: re.Match[bytes]) -> bool:
    return head.end() - head.start() == HEADER_BYTES


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a block says apart from its samples. Never raises."""
    block = parse_block(frame)
    if isinstance(block, str):
        return Reject(driver=NAME, reason=block)
    return (sign_of_life(block, alone.ADDRESS, frame, lookup),)


SERIAL_DRIVER = SerialDriver(
    name=NAME,
    baud_rate=BAUD_RATE,
    new_splitter=new_splitter,
    decode=decode,
    acknowledgement=alone.no_acknowledgement,
)
