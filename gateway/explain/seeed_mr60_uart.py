"""Frames of the MR60 radars for `anju decode`, as if the radar were enrolled."""

import struct
from math import isfinite
from typing import Any

from drivers import seeed_mr60
from drivers.seeed_mr60 import BREATH_RATE, DISTANCE, FALL, HEART_RATE, PRESENCE, TARGET_HEIGHT, Frame
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody
from gateway.explain.serial_line import explanation_of, frame_in

_PARAMETERS = 0x0E06
_REPORTS = {
    FALL: "fall",
    PRESENCE: "presence",
    TARGET_HEIGHT: "target height",
    BREATH_RATE: "breath rate",
    HEART_RATE: "heart rate",
    DISTANCE: "target distance",
    _PARAMETERS: "radar parameters",
    0x0A04: "target positions",
    0x0A08: "point cloud",
}
_REQUESTS = {
    _PARAMETERS: "get radar parameters",
    TARGET_HEIGHT: "enable target height upload",
    0x2110: "reset radar",
}
_SETTINGS = {
    0x0E01: "user log",
    0x0E04: "installation height",
    0x0E08: "fall threshold",
    0x0E0A: "fall sensitivity",
    0x0E0C: "alarm area",
}
_NUMBERS = frozenset({BREATH_RATE, HEART_RATE, DISTANCE})
_WHOLE_NUMBERS = frozenset({0x0E01, 0x0E0A})


def explain(vector: Vector) -> Explanation:
    """Explain the first frame in a piece of the line. Raises RejectedError."""
    raw = frame_in(vector, seeed_mr60.new_splitter())
    frame = seeed_mr60.parse(raw)
    if frame is None:
        raise RejectedError("bad_frame")
    fields = {
        "id": frame.id,
        "length": len(frame.data),
        "type": f"{frame.type:04X}",
        "data": frame.data.hex().upper(),
    }
    return explanation_of(fields | _meaning(frame), seeed_mr60.decode(raw, anybody))


def _meaning(frame: Frame) -> dict[str, Any]:
    if frame.type in _SETTINGS:
        return _setting(frame, _SETTINGS[frame.type])
    if not frame.data:
        return {"dir": "host->radar", "meaning": _REQUESTS.get(frame.type)}
    fields: dict[str, Any] = {"dir": "radar->host", "meaning": _REPORTS.get(frame.type)}
    if frame.type in _NUMBERS:
        fields["value_f32"] = seeed_mr60.number(frame)
    elif frame.type in (FALL, PRESENCE):
        fields["fall" if frame.type == FALL else "presence"] = any(frame.data)
    elif frame.type == _PARAMETERS and len(frame.data) >= 12:
        height_m, threshold_m, sensitivity = struct.unpack_from("<ffI", frame.data)
        fields |= {"installation_height_m": _finite(height_m), "fall_threshold_m": _finite(threshold_m)}
        fields["fall_sensitivity"] = sensitivity
    return fields


def _setting(frame: Frame, name: str) -> dict[str, Any]:
    """A setting has four bytes or more, the radar's answer to it one: 1 for done."""
    if len(frame.data) == 1:
        return {"dir": "radar->host", "meaning": f"set {name} result", "success": frame.data[0] == 1}
    fields: dict[str, Any] = {"dir": "host->radar", "meaning": f"set {name}"}
    if len(frame.data) == 4:
        whole = frame.type in _WHOLE_NUMBERS
        value = struct.unpack("<I" if whole else "<f", frame.data)[0]
        fields["value_u32" if whole else "value_f32"] = value if whole else _finite(value)
    return fields


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
