"""Frames of the Sonoff RF bridge for `anju decode`, as if no device were enrolled."""

from typing import Any

from drivers import portisch_bucket
from drivers import sonoff_rf_bridge as bridge
from drivers.event import Reject
from gateway.explain.ev1527_codes import fields_of
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of, nobody

_MEANINGS = {
    bridge.ACKNOWLEDGED: "command acknowledged / sniffing armed",
    bridge.LEARN: "learning",
    bridge.LEARN_TIMEOUT: "learn timeout",
}


def explain(vector: Vector) -> Explanation:
    """Explain the first frame in a piece of the line, given as hexadecimal text. Raises RejectedError."""
    shown = vector.get("input")
    try:
        line = bytes.fromhex(shown.replace(":", " ").removeprefix("0x")) if isinstance(shown, str) else None
    except ValueError:
        line = None
    if not line:
        raise RejectedError("bad_hex")
    splitter = bridge.new_splitter()
    pieces = splitter.feed(line) + splitter.flush()
    frames = [piece for piece in pieces if isinstance(piece, bytes)]
    if not frames:
        raise RejectedError(next((piece.reason for piece in pieces if isinstance(piece, Reject)), "noise"))
    return _explain_frame(frames[0])


def _explain_frame(frame: bytes) -> Explanation:
    decoded = bridge.decode(frame, nobody)
    if isinstance(decoded, Reject):
        return Explanation(fields=_fields(frame), ignored=decoded.reason)
    return Explanation(fields=_fields(frame), events=[event_of(signal) for signal in decoded])


def _fields(frame: bytes) -> dict[str, Any]:
    action = frame[1]
    fields: dict[str, Any] = {"action": f"{action:02X}"}
    if action in _MEANINGS:
        return fields | {"meaning": _MEANINGS[action]}
    if action == bridge.BUCKETS:
        return fields | _bucket_fields(frame)
    if action in (bridge.RECEIVED, bridge.LEARNT):
        key = bridge.parse_key(frame)
        fields |= {"sync_us": key.sync_us, "low_us": key.low_us, "high_us": key.high_us, "code": key.code24}
        return fields_of(key.code24) | fields
    return fields | _advanced_fields(frame)


def _bucket_fields(frame: bytes) -> dict[str, Any]:
    burst = portisch_bucket.parse(frame)
    if burst is None:
        raise RejectedError("bad_frame")
    fields: dict[str, Any] = {"buckets_us": list(burst.buckets_us), "data": burst.data.hex().upper()}
    bits = portisch_bucket.bits(burst)
    if bits is not None:
        fields["bits"] = bits
    code24 = portisch_bucket.ev1527_code(burst)
    if code24 is not None:
        fields |= fields_of(code24) | {"ev1527_code": code24}
    return fields


def _advanced_fields(frame: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = {"protocol_index": frame[3], "data": frame[4:-1].hex().upper()}
    code24 = bridge.advanced_code(frame)
    return fields if code24 is None else fields_of(code24) | fields | {"code": code24}
