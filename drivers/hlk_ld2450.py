"""HLK-LD2450: a 24 GHz radar that tracks up to three people, on a serial line (256000 baud 8N1), alone on its port.

Layout: a report is 30 bytes: AA FF 03 00, three targets of x, y (mm), speed (cm/s) and resolution (mm), each 16 bits
little-endian, then 55 CC. In x, y and speed bit 15 is a sign the other way round: set is positive. A target of zeros is
an empty place. There is no checksum: what stands between head and tail is believed. Commands are as in `hlk_frame`.
Evidence: one report of the maker's manual and the documented commands; none captured.
Unknown: how long a still person stays a target: it loses people who hardly move, so "absence" is only "nothing moves".
Coordinates stay in the raw bytes; where in a room somebody stands leaves the house with nobody's consent.
Supervised: 10 reports a second also of an empty room; a minute of silence is a fault. Mains power.
Off by default: region filtering (00C2). On by default: tracking of several targets (0090), and Bluetooth, to be
switched off by the installer (00A4 with 0000).
"""

from dataclasses import dataclass

from msgspec.structs import replace

from drivers import alone
from drivers.device import Decoded, Lookup
from drivers.event import ActivityType, Kind, Reject
from drivers.framing import ANY_BYTE, ResyncingSplitter, Verdict, exactly, head_pattern
from drivers.hlk_frame import COMMANDS, LIMIT_BYTES, parse_command
from drivers.registry import Driver, Model, SerialDriver

NAME = "hlk_ld2450"
BAUD_RATE = 256_000
SUPERVISION_SECONDS = 60
STATE_SECONDS = 60.0

HEAD, TAIL = bytes.fromhex("AAFF0300"), bytes.fromhex("55CC")
PLACES = 3
_TARGET_BYTES = 8
REPORT_BYTES = len(HEAD) + PLACES * _TARGET_BYTES + len(TAIL)
_EMPTY = bytes(_TARGET_BYTES)
_POSITIVE = 0x8000
# Without a checksum the tail is all that tells a report from noise.
_REPORT = (*exactly(HEAD), *(ANY_BYTE,) * (PLACES * _TARGET_BYTES), *exactly(TAIL))
_HEAD = head_pattern(_REPORT, COMMANDS.head_bytes)


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who moves: millimetres across and before the radar, speed in centimetres a second."""

    x_mm: int
    y_mm: int
    speed_cm_s: int
    resolution_mm: int


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most one frame."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=LIMIT_BYTES, measure=_measure)


def _measure(held: bytes, idle: bool) -> int | Verdict:  # noqa: ARG001 - the shape of a Measure
    if held[0] == COMMANDS.head[0]:
        return COMMANDS.measure(held)
    return REPORT_BYTES if len(held) >= REPORT_BYTES else Verdict.MORE


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a whole frame says. Never raises. A command of the host says nothing, an answer that the radar lives."""
    command, targets = parse_command(frame), parse_targets(frame)
    if command is None and targets is None:
        return Reject(driver=NAME, reason="bad_frame")
    if command is not None and not command.is_answer:
        return ()
    life, enrolled = alone.heard(NAME, frame, lookup)
    if not enrolled or targets is None:
        return (life,)
    return (replace(life, kind=Kind.ACTIVITY, type=ActivityType.PRESENCE if targets else ActivityType.ABSENCE),)


def parse_targets(frame: bytes) -> tuple[Target, ...] | None:
    """The targets of a report, without the empty places; None where the frame is no report."""
    if len(frame) != REPORT_BYTES or not frame.startswith(HEAD) or not frame.endswith(TAIL):
        return None
    places = (frame[at : at + _TARGET_BYTES] for at in range(len(HEAD), REPORT_BYTES - len(TAIL), _TARGET_BYTES))
    return tuple(_target(place) for place in places if place != _EMPTY)


def _target(place: bytes) -> Target:
    x, y, speed = (_signed(int.from_bytes(place[at : at + 2], "little")) for at in (0, 2, 4))
    return Target(x, y, speed, int.from_bytes(place[6:8], "little"))


def _signed(value: int) -> int:
    return value & ~_POSITIVE if value & _POSITIVE else -value


def encode(targets: tuple[Target, ...]) -> bytes:
    """The report of at most three targets."""
    places = b"".join(
        b"".join(_unsigned(value) for value in (target.x_mm, target.y_mm, target.speed_cm_s))
        + target.resolution_mm.to_bytes(2, "little")
        for target in targets
    )
    return HEAD + places.ljust(PLACES * _TARGET_BYTES, b"\0") + TAIL


def _unsigned(value: int) -> bytes:
    return (value | _POSITIVE if value >= 0 else -value).to_bytes(2, "little")


DRIVER = Driver(
    name=NAME,
    protocols=("hlk_ld2450_uart",),
    models={"hlk-ld2450": Model("hlk-ld2450", supervised=True, supervision_seconds=SUPERVISION_SECONDS, battery=False)},
    generic_model="hlk-ld2450",
    normalise_address=alone.normalise_address,
    normalise_code=None,
    code_map_words=None,
    state_seconds=STATE_SECONDS,
)

SERIAL_DRIVER = SerialDriver(
    name=NAME,
    baud_rate=BAUD_RATE,
    new_splitter=new_splitter,
    decode=decode,
    acknowledgement=alone.no_acknowledgement,
)
