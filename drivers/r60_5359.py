"""The "53 59" radars (Seeed MR60FDA1, R60AFD1 and kin, 60 GHz): 115200 baud 8N1, alone on their port.

Layout: 53 59, control, command, length (16 bits, big-endian), data, sum of all before it (8 bits), 54 43. A query is
the command with bit 7 set and data 0F; the answer bears either form of the command, so both are read.
Controls: 01 system (01 heartbeat, 02 reset), 02 product, 80 presence (01 somebody, 02 motion, 03 body movement 0 to
100, 0E distance), 83 fall (00 switch, 01 fall, 05 static dwell, 0D sensitivity).
Evidence: commands that were sent to real modules. No frame that a module sent was ever published: reports are those of
three public programs that agree.
Fall (83/01): 0 is no fall, 0F is a query, anything else is a fall. It is an alarm without restore: "no fall" after it
only says that the radar sees nobody on the floor any more; people close it. It re-arms the alarm. The module tells a
fall once, when it changes, and never repeats it.
Static dwell (83/05) is a measurement, 1 or 0: somebody has not stirred for a while. A nap is one too, so it alerts
nobody; it is the maker's companion for missed falls, and what it means is for the home's rhythm to judge.
Unknown: distances (80/0E, 80/0D): unit and layout differ by firmware; they and all else are signs of life.
Supervised: the maker shows a steady stream of frames; its interval is nowhere stated, so three minutes of silence is a
fault and the installer may set another time.
Off by default: perhaps fall monitoring. No document read says so, but programs in the field send 83/00 with 01 whenever
they start; so must the installer, once, and the walk test must include a fall: one that watches for none is silent.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from drivers import alone
from drivers.device import Decoded, Lookup
from drivers.event import ActivityType, AlarmType, Kind, Reject, Signal, State
from drivers.framing import ANY_BYTE, ResyncingSplitter, Verdict, between, exactly, head_pattern
from drivers.registry import Driver, Model, SerialDriver

NAME = "r60_5359"
BAUD_RATE = 115_200
SUPERVISION_SECONDS = 180
STATE_SECONDS = 60.0

MAX_DATA_BYTES = 64
SYSTEM, PRODUCT, PRESENCE_CONTROL, FALL_CONTROL = 0x01, 0x02, 0x80, 0x83
PRESENCE, MOTION, MOVEMENT = (PRESENCE_CONTROL, 0x01), (PRESENCE_CONTROL, 0x02), (PRESENCE_CONTROL, 0x03)
FALL, DWELL = (FALL_CONTROL, 0x01), (FALL_CONTROL, 0x05)
QUERY_DATA = b"\x0f"
QUERY_BIT = 0x80

_HEAD_BYTES, _TAIL_BYTES = b"\x53\x59", b"\x54\x43"
_HEADER_BYTES = 6
_HEAD = head_pattern((*exactly(_HEAD_BYTES), ANY_BYTE, ANY_BYTE, b"\0", between(0, MAX_DATA_BYTES)))
_LIMIT_BYTES = _HEADER_BYTES + MAX_DATA_BYTES + 1 + len(_TAIL_BYTES)
_MOVEMENT_MOST = 100

_ACTIVITIES = {
    (PRESENCE, 0): ActivityType.ABSENCE,
    (PRESENCE, 1): ActivityType.PRESENCE,
    (MOTION, 0): ActivityType.MOTION_CLEAR,
    (MOTION, 1): ActivityType.MOTION_CLEAR,
    (MOTION, 2): ActivityType.MOTION,
}
_STATES = frozenset({PRESENCE, MOTION, FALL, DWELL})


@dataclass(frozen=True, slots=True)
class Frame:
    """A sound frame."""

    control: int
    command: int
    data: bytes

    @property
    def about(self) -> tuple[int, int]:
        """Control and command, whether asked for or not."""
        asked = self.control in (PRESENCE_CONTROL, FALL_CONTROL)
        return self.control, self.command & ~QUERY_BIT if asked else self.command

    @property
    def is_query(self) -> bool:
        """Whether a host asks. Body movement of 15 looks the same but for the command's bit 7."""
        return self.data == QUERY_DATA and (self.command & QUERY_BIT > 0 or self.about in _STATES)


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most one frame."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=_LIMIT_BYTES, measure=_measure)


def _measure(held: bytes, idle: bool) -> int | Verdict:  # noqa: ARG001 - the shape of a Measure
    if len(held) < _HEADER_BYTES:
        return Verdict.MORE
    data_bytes = int.from_bytes(held[4:6], "big")
    if data_bytes > MAX_DATA_BYTES:
        return Verdict.NO
    end = _HEADER_BYTES + data_bytes
    length = end + 1 + len(_TAIL_BYTES)
    if len(held) < length:
        return Verdict.MORE
    if held[end + 1 : length] != _TAIL_BYTES:
        return Verdict.NO
    return length if held[end] == checksum(held[:end]) else Verdict.BAD


def checksum(covered: bytes) -> int:
    """The sum of the bytes, modulo 256."""
    return sum(covered) & 0xFF


def parse(frame: bytes) -> Frame | None:
    """Take a whole frame apart; None where it is not one."""
    if not frame.startswith(_HEAD_BYTES) or _measure(frame, True) != len(frame):
        return None
    return Frame(frame[2], frame[3], frame[_HEADER_BYTES : -1 - len(_TAIL_BYTES)])


def encode(frame: Frame) -> bytes:
    """The bytes of a frame."""
    head = _HEAD_BYTES + bytes((frame.control, frame.command)) + len(frame.data).to_bytes(2, "big") + frame.data
    return head + bytes((checksum(head),)) + _TAIL_BYTES


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a whole frame says. Never raises. A host's query says nothing."""
    read = parse(frame)
    if read is None:
        return Reject(driver=NAME, reason="bad_frame")
    if read.is_query:
        return ()
    life, enrolled = alone.heard(NAME, frame, lookup)
    if not enrolled:
        return (life,)
    said = _said(read, life)
    return Reject(driver=NAME, reason="bad_value") if said is None else (said,)


def _said(read: Frame, life: Signal) -> Signal | None:
    """The signal of a frame; None for a value that its meaning does not know."""
    value = read.data[0] if read.data else -1
    if read.about == FALL:
        return _fall(value, life)
    if read.about == DWELL:
        return (
            replace(life, kind=Kind.MEASUREMENT, type="static_dwell", value=float(value)) if value in (0, 1) else None
        )
    if read.about == MOVEMENT:
        if not 0 <= value <= _MOVEMENT_MOST:
            return None
        return replace(life, kind=Kind.MEASUREMENT, type="body_movement", value=float(value), unit="percent")
    if read.about in _STATES:
        activity = _ACTIVITIES.get((read.about, value))
        return None if activity is None else replace(life, kind=Kind.ACTIVITY, type=activity)
    return life


def _fall(value: int, life: Signal) -> Signal | None:
    if value < 0:
        return None
    if value == 0:
        return replace(life, not_active=(AlarmType.FALL.value,))
    return replace(life, kind=Kind.ALARM, type=AlarmType.FALL, state=State.ACTIVE)


_NAMES = ("r60", "mr60fda1", "r60afd1", "mr24hpc1", "sen0623")

DRIVER = Driver(
    name=NAME,
    protocols=("r60_5359_uart",),
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
