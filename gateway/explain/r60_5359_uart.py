"""Frames of the "53 59" radars for `anju decode`, as if the radar were enrolled."""

from typing import Any

from drivers import r60_5359
from drivers.r60_5359 import DWELL, FALL, FALL_CONTROL, MOTION, MOVEMENT, PRESENCE, PRODUCT, QUERY_DATA, SYSTEM, Frame
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody
from gateway.explain.serial_line import explanation_of, frame_in

_HEARTBEAT, _RESET = (SYSTEM, 0x01), (SYSTEM, 0x02)
_SWITCH, _SENSITIVITY = (FALL_CONTROL, 0x00), (FALL_CONTROL, 0x0D)
_NAMES = {
    _HEARTBEAT: "heartbeat",
    (PRODUCT, 0xA1): "product model",
    (PRODUCT, 0xA2): "product id",
    (PRODUCT, 0xA3): "hardware model",
    (PRODUCT, 0xA4): "firmware version",
    PRESENCE: "presence",
    MOTION: "motion",
    MOVEMENT: "body movement",
    (0x80, 0x0E): "distance",
    _SWITCH: "fall monitoring",
    FALL: "fall",
    DWELL: "static dwell",
    (FALL_CONTROL, 0x0A): "static dwell time",
    (FALL_CONTROL, 0x0B): "static dwell monitoring",
    (FALL_CONTROL, 0x0C): "fall time",
    _SENSITIVITY: "fall sensitivity",
}
_MOTIONS = ("none", "still", "active")
_TRUTHS = {PRESENCE: "presence", FALL: "fall", DWELL: "static_dwell", _SWITCH: "fall_monitoring"}
_ONLY_ASKED = frozenset({_HEARTBEAT, *((PRODUCT, command) for command in range(0xA1, 0xA5))})
_SET_BY_HOST = frozenset({_RESET, _SWITCH, _SENSITIVITY})


def explain(vector: Vector) -> Explanation:
    """Explain the first frame in a piece of the line. Raises RejectedError."""
    raw = frame_in(vector, r60_5359.new_splitter())
    frame = r60_5359.parse(raw)
    if frame is None:
        raise RejectedError("bad_frame")
    fields: dict[str, Any] = {
        "control": f"{frame.control:02X}",
        "command": f"{frame.command:02X}",
        "length": len(frame.data),
        "data": frame.data.hex().upper(),
        "checksum": f"{raw[-3]:02X}",
        "dir": "host->radar" if _asks(frame) or frame.about in _SET_BY_HOST else "radar->host",
        "meaning": _meaning(frame),
    }
    return explanation_of(fields | _values(frame), r60_5359.decode(raw, anybody))


def _asks(frame: Frame) -> bool:
    """Whether it is a query; a heartbeat reads the same in both directions."""
    return frame.is_query or (frame.about in _ONLY_ASKED and frame.data == QUERY_DATA)


def _meaning(frame: Frame) -> str | None:
    if frame.about == _RESET:
        return "module reset"
    name = _NAMES.get(frame.about)
    if name is None or not frame.data:
        return name
    if _asks(frame):
        return f"{name} query"
    value = frame.data[0]
    if frame.about == _SWITCH:
        return f"{name} {'on' if value else 'off'}"
    if frame.about == MOTION and value < len(_MOTIONS):
        return f"{name} {_MOTIONS[value]}"
    if frame.about in _TRUTHS:
        return name if value else f"no {name}"
    return f"{name} {value}" if len(frame.data) == 1 else name


def _values(frame: Frame) -> dict[str, Any]:
    if not frame.data or _asks(frame):
        return {}
    value = frame.data[0]
    if frame.about in _TRUTHS:
        return {_TRUTHS[frame.about]: value != 0}
    if frame.about == MOTION and value < len(_MOTIONS):
        return {"motion": _MOTIONS[value]}
    return {"body_movement": value} if frame.about == MOVEMENT else {}
