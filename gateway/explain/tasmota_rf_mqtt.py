"""Messages of a Tasmota receiver for `anju decode`, as if no radio device were enrolled, but the receiver."""

from typing import Any

from drivers import tasmota_rf
from drivers.device import Device
from drivers.event import Reject
from drivers.json_object import read
from drivers.radio_receiver import MESSAGE_LIMIT_BYTES, is_online
from gateway.explain.ev1527_codes import fields_of
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody, event_of, nobody
from gateway.explain.mqtt_message import payload_of, topic_of
from gateway.explain.sonoff_rf_bridge_uart import explain as explain_frame


def explain(vector: Vector) -> Explanation:
    """Explain one message. Raises RejectedError."""
    topic, payload = topic_of(vector, "tele/tasmota/RESULT"), payload_of(vector)
    place = tasmota_rf.place_of(topic)
    if place is None:
        raise RejectedError("bad_topic")
    if place[1] == tasmota_rf.LAST_WILL:
        return _explain_last_will(topic, payload)
    message = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(message, str):
        raise RejectedError(message)
    frame = tasmota_rf.raw_frame(message)
    if frame is not None:
        return explain_frame({"input": frame.hex()})
    decoded = tasmota_rf.decode(topic, payload, vector.get("retained") is True, nobody)
    fields = _fields(message)
    if isinstance(decoded, Reject):
        if not fields:
            raise RejectedError(decoded.reason)
        return Explanation(fields=fields, ignored=decoded.reason)
    return Explanation(fields=fields, events=[event_of(signal) for signal in decoded])


def _explain_last_will(topic: str, payload: bytes) -> Explanation:
    online = is_online(payload)
    if online is None:
        raise RejectedError("bad_last_will")
    decoded = tasmota_rf.decode(topic, payload, False, _receiver_alone)
    # Tasmota keeps its last will on the broker always.
    fields = {"event": "availability", "online": online, "retained": True}
    return Explanation(fields=fields, events=[] if isinstance(decoded, Reject) else [event_of(one) for one in decoded])


def _receiver_alone(driver: str, address: str) -> Device | None:
    return anybody(driver, address) if driver == tasmota_rf.NAME else None


def _fields(message: dict[str, Any]) -> dict[str, Any]:
    received = tasmota_rf.received(message)
    if received is None:
        return {}
    fields = {
        "bits": received.bits,
        "sync_us": received.sync_us,
        "low_us": received.low_us,
        "high_us": received.high_us,
        "pulse_us": received.pulse_us,
        "rfkey": received.rfkey,
    }
    code24 = received.code24
    return fields | ({"code": f"{received.code:X}"} if code24 is None else fields_of(code24) | {"code": code24})
