"""Frames of the HLK-LD2450 for `anju decode`, as if the radar were enrolled.

Command words are shown as they stand on the line, low byte first: that is how this radar's documents write them.
"""

from dataclasses import asdict
from typing import Any

from drivers import hlk_ld2450
from drivers.hlk_frame import parse_command
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody
from gateway.explain.hlk_ld2410_uart import command_fields
from gateway.explain.serial_line import explanation_of, frame_in


def explain(vector: Vector) -> Explanation:
    """Explain a report, a command or an answer. Raises RejectedError."""
    frame = frame_in(vector, hlk_ld2450.new_splitter())
    command, targets = parse_command(frame), hlk_ld2450.parse_targets(frame)
    if command is not None:
        fields = command_fields(command, command.word.to_bytes(2, "little").hex().upper())
    elif targets is not None:
        shown: list[dict[str, Any]] = [asdict(target) for target in targets]
        fields = {"targets": shown, "presence": bool(targets)}
    else:
        raise RejectedError("bad_frame")
    return explanation_of(fields, hlk_ld2450.decode(frame, anybody))
