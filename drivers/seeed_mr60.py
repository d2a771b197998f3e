"""Seeed's MR60 radars (60 GHz, sold by Hi-Link as LD6002): 115200 baud 8N1, alone on their port.

Layout: 01, id (16 bits, counts up), length, type (16 bits each, big-endian), header checksum, data (little-endian),
data checksum; a frame without data ends with its header. A checksum is NOT of the XOR of all it covers. Nothing is
escaped: 01 stands in data all the time, so a frame begins only where its header checksum fits, and whatever fails later
is searched again from its second byte.
Evidence: four frames captured from an MR60BHA2 (that is all; `origin` tells them apart), two commands from vendor code.
No frame of a fall was ever published: type, length and values are those of the maker's tables and of its own code.
Fall (0E02): 0 is no fall, anything else is one. A fall is an alarm without restore: "no fall" after it only says that
the radar sees nobody on the floor any more, perhaps because it lost her; people close it. It re-arms the alarm.
Unknown: target height (0E0E): the maker's document contradicts itself on length (1 or 4), type and checksum, the unit
is nowhere, others read a float of metres. It is a sign of life and never a measurement. 0A14 is breathing with four
bytes and a working mode with one: length decides. Types not named here are signs of life.
Vital signs: 0 is "nobody measured", never a value; what no living person has is refused as implausible.
Supervised: reports without end while powered (the interval is not documented): three minutes of silence is a fault.
Off by default: target height (0E0E without data switches it on), the point cloud log (0E01).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from operator import xor

from msgspec.structs import replace

from drivers import alone
from drivers.device import Decoded, Lookup
from drivers.event import ActivityType, AlarmType, Kind, Reject, Signal, State
from drivers.framing import ANY_BYTE, ResyncingSplitter, Verdict, between, head_pattern
from drivers.registry import Driver, Model, SerialDriver

NAME = "seeed_mr60"
BAUD_RATE = 115_200
SUPERVISION_SECONDS = 180
STATE_SECONDS = 60.0

MAX_DATA_BYTES = 240
"""The document allows 1024, for point clouds only. A false header holds a true frame back for no longer than this."""
FALL, PRESENCE, TARGET_HEIGHT = 0x0E02, 0x0F09, 0x0E0E
BREATH_RATE, HEART_RATE, DISTANCE = 0x0A14, 0x0A15, 0x0A16

_START = 0x01
_HEADER_BYTES = 8
_LIMIT_BYTES = _HEADER_BYTES + MAX_DATA_BYTES + 1
_HEAD = head_pattern((b"\x01", ANY_BYTE, ANY_BYTE, b"\0", between(0, MAX_DATA_BYTES)))
_NUMBER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """A sound frame."""

    id: int
    type: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Vital:
    """A vital sign: its name, its unit, and the values that a living person can have."""

    type: str
    unit: str
    least: float
    most: float


VITALS: Mapping[int, Vital] = {
    BREATH_RATE: Vital("respiratory_rate", "bpm", 1, 60),
    HEART_RATE: Vital("heart_rate", "bpm", 20, 250),
}


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most one frame."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=_LIMIT_BYTES, measure=_measure)


def checksum(covered: bytes) -> int:
    """NOT of the XOR of the bytes; FF for none."""
    return reduce(xor, covered, 0xFF)


def _measure(held: bytes, idle: bool) -> int | Verdict:  # noqa: ARG001 - the shape of a Measure
    if len(held) < _HEADER_BYTES:
        return Verdict.MORE
    _, id_high, id_low, length_high, length_low, type_high, type_low, proof = held[:_HEADER_BYTES]
    if id_high ^ id_low ^ length_high ^ length_low ^ type_high ^ type_low ^ proof != _START ^ 0xFF:
        return Verdict.NO
    data_bytes = length_high << 8 | length_low
    if data_bytes > MAX_DATA_BYTES:
        return Verdict.NO
    if not data_bytes:
        return _HEADER_BYTES
    end = _HEADER_BYTES + data_bytes
    if len(held) <= end:
        return Verdict.MORE
    return end + 1 if held[end] == checksum(held[_HEADER_BYTES:end]) else Verdict.BAD


def parse(frame: bytes) -> Frame | None:
    """Take a whole frame apart; None where it is not one."""
    if frame[:1] != bytes((_START,)) or _measure(frame, True) != len(frame):
        return None
    number, _, type_ = struct.unpack_from(">HHH", frame, 1)
    return Frame(number, type_, frame[_HEADER_BYTES:-1])


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; one without data is a query or the radar's "understood"."""
    header = bytes((_START,)) + struct.pack(">HHH", frame.id, len(frame.data), frame.type)
    header += bytes((checksum(header),))
    return header + frame.data + bytes((checksum(frame.data),)) if frame.data else header


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a whole frame says. Never raises."""
    read = parse(frame)
    if read is None:
        return Reject(driver=NAME, reason="bad_frame")
    life, enrolled = alone.heard(NAME, frame, lookup)
    if not enrolled or not read.data:
        return (life,)
    if read.type == FALL:
        return (_fall(read.data, life),)
    if read.type == PRESENCE:
        return (replace(life, kind=Kind.ACTIVITY, type=_presence(read.data)),)
    return _measurement(read, life)


def _fall(data: bytes, life: Signal) -> Signal:
    if any(data):
        return replace(life, kind=Kind.ALARM, type=AlarmType.FALL, state=State.ACTIVE)
    return replace(life, not_active=(AlarmType.FALL.value,))


def _presence(data: bytes) -> ActivityType:
    return ActivityType.PRESENCE if any(data) else ActivityType.ABSENCE


def _measurement(read: Frame, life: Signal) -> Decoded:
    vital, value = VITALS.get(read.type), number(read)
    if vital is None or value is None or value == 0:
        return (life,)
    if not vital.least <= value <= vital.most:
        return Reject(driver=NAME, reason="implausible")
    return (replace(life, kind=Kind.MEASUREMENT, type=vital.type, value=value, unit=vital.unit),)


def number(read: Frame) -> float | None:
    """The finite number in a frame of a vital sign or a distance; None where it holds none.

    A distance has its number (centimetres) behind a flag of four bytes, and none where the flag is 0.
    """
    data = read.data
    if read.type == DISTANCE:
        data = data[_NUMBER_BYTES:] if any(data[:_NUMBER_BYTES]) else b""
    elif read.type not in VITALS:
        return None
    if len(data) != _NUMBER_BYTES:
        return None
    value: float = struct.unpack("<f", data)[0]
    return value if isfinite(value) else None


_NAMES = ("mr60", "mr60fda2", "mr60bha2", "hlk-ld6002", "hlk-ld6002b", "hlk-ld6002c")

DRIVER = Driver(
    name=NAME,
    protocols=("seeed_mr60_uart",),
    models={
        name: Model(name, supervised=True, supervision_seconds=SUPERVISION_SECONDS, battery=False) for name in _NAMES
    },
    generic_model=_NAMES[0],
    normalise_address=alone.normalise_address,
    normalise_code=None,
    code_map_words=None,
    state_seconds=STATE_SECONDS,
    tells_falls=True,
)

SERIAL_DRIVER = SerialDriver(
    name=NAME,
    baud_rate=BAUD_RATE,
    new_splitter=new_splitter,
    decode=decode,
    acknowledgement=alone.no_acknowledgement,
)
