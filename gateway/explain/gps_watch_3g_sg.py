"""Frames of GPS watches for `anju decode`, as if every watch were enrolled."""

from typing import Any

from drivers import gps_watch
from drivers.event import Reject
from drivers.gps_watch_frame import Frame, parse
from drivers.gps_watch_report import ALARM_BITS, Report, number, parse_report, readings
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody, event_of


def explain(vector: Vector) -> Explanation:
    """Explain the first frame in a piece of a connection's text. Raises RejectedError."""
    shown = vector.get("input")
    if not isinstance(shown, str):
        raise RejectedError("bad_text")
    splitter = gps_watch.new_splitter()
    pieces = splitter.feed(shown.encode("utf-8", "replace")) + splitter.flush()
    frame = next((piece for piece in pieces if isinstance(piece, bytes)), None)
    if frame is None:
        raise RejectedError(next((piece.reason for piece in pieces if isinstance(piece, Reject)), "noise"))
    decoded, found = gps_watch.decode(frame, anybody), parse(frame)
    if isinstance(decoded, Reject) or found is None:
        raise RejectedError(decoded.reason if isinstance(decoded, Reject) else "bad_frame")
    return Explanation(fields=_fields(found, frame), events=[event_of(signal) for signal in decoded])


def _fields(found: Frame, frame: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "vendor": found.maker,
        "device": found.watch,
        "length": found.length,
        "length_ok": found.length == found.actual_length,
        "type": found.type,
    }
    if found.index is not None:
        fields["index"] = found.index
    if found.type == "LK":
        fields |= {"event": "heartbeat"} | _heartbeat(found.values)
    report = parse_report(found.values) if gps_watch.is_report(found.type) else None
    if report is not None:
        fields |= _report(report)
    fields |= {reading.field: _plain(reading.value) for reading in readings(found.type, found.values)}
    answer = gps_watch.acknowledgement(frame)
    return fields if answer is None else fields | {"reply": answer.decode("latin-1")}


def _heartbeat(values: tuple[str, ...]) -> dict[str, Any]:
    """Steps, tumbles at night, battery; with two values nobody knows which of the latter is meant."""
    names = ("steps", "battery_or_rolls") if len(values) == 2 else ("steps", "rolls", "battery_pct")
    return {name: _plain(number(value)) for name, value in zip(names, values, strict=False)}


def _report(report: Report) -> dict[str, Any]:
    bits = sorted(report.bits)
    return {
        "time": None if report.time is None else report.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fix_valid": report.fix_valid,
        "lat": report.latitude,
        "lon": report.longitude,
        "hemisphere_missing": report.hemisphere_missing,
        "speed_kmh": report.speed_kmh,
        "course_deg": report.course_deg,
        "altitude_m": report.altitude_m,
        "satellites": report.satellites,
        "gsm_pct": report.signal_percent,
        "battery_pct": report.battery_percent,
        "steps": report.steps,
        "status": report.status,
        "alarm_bits": bits,
        "alarms": list(dict.fromkeys(ALARM_BITS[bit] for bit in bits if bit in ALARM_BITS)),
    }


def _plain(value: float | None) -> float | int | None:
    return value if value is None or value % 1 else int(value)
