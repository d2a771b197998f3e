"""Frames of the HLK-LD2410 for `anju decode`, as if the radar were enrolled.

The two bytes that firmware adds behind the gates are light and OUT pin where they can be; the maker's own example has
03 05 there, which no OUT pin is, so they are left out then.
"""

from typing import Any

from drivers import hlk_ld2410
from drivers.hlk_frame import READ_FIRMWARE, READ_MAC, Command, parse_command
from drivers.hlk_ld2410 import Report
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody
from gateway.explain.serial_line import explanation_of, frame_in

_PIN_LEVELS = frozenset({0, 1})


def explain(vector: Vector) -> Explanation:
    """Explain a report, a command or an answer. Raises RejectedError."""
    frame = frame_in(vector, hlk_ld2410.new_splitter())
    command, report = parse_command(frame), hlk_ld2410.parse_report(frame)
    if command is not None:
        fields = command_fields(command, f"{command.word:04X}")
    elif report is not None:
        fields = _report_fields(report)
    else:
        raise RejectedError("bad_frame")
    return explanation_of(fields, hlk_ld2410.decode(frame, anybody))


def command_fields(command: Command, word: str) -> dict[str, Any]:
    """A command or an answer of any radar of this maker; `word` is how its protocol's documents write the word."""
    value = command.value.hex().upper()
    if not command.is_answer:
        return {"dir": "host->radar", "command": word, "value": value}
    fields: dict[str, Any] = {"dir": "radar->host", "ack_of": word, "status": command.status, "value": value}
    if command.word == READ_MAC and len(command.value) == 6:
        fields["mac"] = command.value.hex(":").upper()
    if command.word == READ_FIRMWARE and len(command.value) == 8:
        major, build = command.value[2:4], command.value[4:]
        fields["firmware"] = f"V{major[1]}.{major[0]:02X}.{build[::-1].hex()}"
    return fields


def _report_fields(report: Report) -> dict[str, Any]:
    state = report.target_state
    fields: dict[str, Any] = {
        "type": "engineering" if report.moving_gate_energy else "basic",
        "target_state": state,
        "target": hlk_ld2410.TARGETS[state] if state < len(hlk_ld2410.TARGETS) else None,
        "moving_distance_cm": report.moving_distance_cm,
        "moving_energy": report.moving_energy,
        "still_distance_cm": report.still_distance_cm,
        "still_energy": report.still_energy,
        "detection_distance_cm": report.detection_distance_cm,
        "presence": report.presence,
    }
    if report.moving_gate_energy:
        fields["moving_gate_energy"] = list(report.moving_gate_energy)
        fields["still_gate_energy"] = list(report.still_gate_energy)
    if len(report.more) == 2 and report.more[1] in _PIN_LEVELS:
        fields |= {"light": report.more[0], "out_pin": report.more[1]}
    return fields
