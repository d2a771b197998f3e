"""HLK-LD2410, -B and -C: a 24 GHz presence radar on a serial line (256000 baud 8N1), alone on its port.

Layout: a report is F4 F3 F2 F1, length, data, F8 F7 F6 F5 (see `hlk_frame`). Data: type (02 basic, 01 engineering), AA,
target state (bit 0 moving, bit 1 still), moving distance (cm) and energy (0 to 100), still distance and energy,
detection distance, in engineering mode the highest moving and still gate, the energy of each gate and what the firmware
adds (light 0 to 255 and the OUT pin), then 55 and a check byte that is always 00. Distances are 16 bits, little-endian.
Evidence: both report layouts from the maker's tables only; the command answers are captured.
Unknown: target states above 3 (newer firmware measuring its own noise): they say nothing about a person. The rate of
about 10 reports a second. Energies and distances stay in the raw bytes: they say nothing in a home that presence does
not.
Supervised: it reports without end; a minute of silence is a fault. Mains power.
Off by default: engineering mode (0062 switches it on until the next restart). On by default, and to be switched off by
the installer (00A4 with 0000): Bluetooth with the well-known password "HiLink", over which anybody near can blind it.
"""

from dataclasses import dataclass, replace

from msgspec import structs

from drivers import alone
from drivers.device import Decoded, Lookup
from drivers.event import ActivityType, Kind, Reject
from drivers.framing import ResyncingSplitter, Verdict, head_pattern
from drivers.hlk_frame import COMMANDS, LIMIT_BYTES, Envelope, parse_command
from drivers.registry import Driver, Model, SerialDriver

NAME = "hlk_ld2410"
BAUD_RATE = 256_000
SUPERVISION_SECONDS = 60
STATE_SECONDS = 60.0

REPORTS = Envelope(bytes.fromhex("F4F3F2F1"), bytes.fromhex("F8F7F6F5"))
ENGINEERING, BASIC = 0x01, 0x02
TARGETS = ("none", "moving", "still", "both")

_HEAD = head_pattern(REPORTS.head_bytes, COMMANDS.head_bytes)
_MARK, _END = 0xAA, 0x55
_BASIC_BYTES = 13
_GATES_AT = 11
_MOST_GATES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report: distances in centimetres, energies 0 to 100, per gate in engineering mode only.

    `more` is what engineering firmware adds behind the gates.
    """

    target_state: int
    moving_distance_cm: int = 0
    moving_energy: int = 0
    still_distance_cm: int = 0
    still_energy: int = 0
    detection_distance_cm: int = 0
    moving_gate_energy: tuple[int, ...] = ()
    still_gate_energy: tuple[int, ...] = ()
    more: bytes = b""

    @property
    def presence(self) -> bool | None:
        """Whether somebody is there; None for a state that does not say."""
        return self.target_state != 0 if self.target_state < len(TARGETS) else None


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most one frame."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=LIMIT_BYTES, measure=_measure)


def _measure(held: bytes, idle: bool) -> int | Verdict:  # noqa: ARG001 - the shape of a Measure
    return (REPORTS if held[0] == REPORTS.head[0] else COMMANDS).measure(held)


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a whole frame says. Never raises. A command of the host says nothing, an answer that the radar lives."""
    command, report = parse_command(frame), parse_report(frame)
    if command is None and report is None:
        return Reject(driver=NAME, reason="bad_frame")
    if command is not None and not command.is_answer:
        return ()
    life, enrolled = alone.heard(NAME, frame, lookup)
    if not enrolled or report is None or report.presence is None:
        return (life,)
    return (
        structs.replace(
            life, kind=Kind.ACTIVITY, type=ActivityType.PRESENCE if report.presence else ActivityType.ABSENCE
        ),
    )


def parse_report(frame: bytes) -> Report | None:
    """Take a report apart; None where the frame is none, or of a type that nobody has described."""
    data = REPORTS.open(frame)
    if data is None or len(data) < _BASIC_BYTES or data[1] != _MARK or data[-2] != _END:
        return None
    report = Report(
        target_state=data[2],
        moving_distance_cm=int.from_bytes(data[3:5], "little"),
        moving_energy=data[5],
        still_distance_cm=int.from_bytes(data[6:8], "little"),
        still_energy=data[8],
        detection_distance_cm=int.from_bytes(data[9:11], "little"),
    )
    if data[0] == BASIC:
        return report if len(data) == _BASIC_BYTES else None
    return _with_gates(report, data[_GATES_AT:-2]) if data[0] == ENGINEERING else None


def _with_gates(report: Report, data: bytes) -> Report | None:
    if len(data) < 2:
        return None
    moving, still = data[0] + 1, data[1] + 1
    end = 2 + moving + still
    if moving > _MOST_GATES or still > _MOST_GATES or len(data) < end:
        return None
    return replace(
        report,
        moving_gate_energy=tuple(data[2 : 2 + moving]),
        still_gate_energy=tuple(data[2 + moving : end]),
        more=data[end:],
    )


def encode(report: Report) -> bytes:
    """The frame of a report: an engineering one where it has gates."""
    gates = report.moving_gate_energy, report.still_gate_energy
    data = bytes((ENGINEERING if all(gates) else BASIC, _MARK, report.target_state))
    data += report.moving_distance_cm.to_bytes(2, "little") + bytes((report.moving_energy,))
    data += report.still_distance_cm.to_bytes(2, "little") + bytes((report.still_energy,))
    data += report.detection_distance_cm.to_bytes(2, "little")
    if all(gates):
        data += bytes(len(energies) - 1 for energies in gates) + bytes(gates[0]) + bytes(gates[1]) + report.more
    return REPORTS.seal(data + bytes((_END, 0)))


_NAMES = ("hlk-ld2410", "hlk-ld2410b", "hlk-ld2410c")

DRIVER = Driver(
    name=NAME,
    protocols=("hlk_ld2410_uart",),
    models={
        name: Model(name, supervised=True, supervision_seconds=SUPERVISION_SECONDS, battery=False) for name in _NAMES
    },
    generic_model=_NAMES[0],
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
