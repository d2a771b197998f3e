"""Messages of an OpenMQTTGateway for `anju decode`, as if no device were enrolled."""

from typing import Any

from drivers import openmqttgateway
from drivers.event import Reject
from drivers.json_object import read
from drivers.radio_receiver import MESSAGE_LIMIT_BYTES
from gateway.explain.ev1527_codes import fields_of
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of, nobody, scalars
from gateway.explain.mqtt_message import payload_of, topic_of
from gateway.explain.rtl433_json import explain as explain_line

_WHY = {
    "partial": "noise/partial decode: protocol 10/29 with 12-13 bits from one press",
    "no_code": "code 0 is not a device",
    "not_ev1527": "not a code of 24 bits",
}


def explain(vector: Vector) -> Explanation:
    """Explain one message. Raises RejectedError."""
    topic, payload = topic_of(vector, "home/OpenMQTTGateway/433toMQTT"), payload_of(vector)
    if "/RTL_433toMQTT" in topic:
        return explain_line(vector)
    decoded = openmqttgateway.decode(topic, payload, vector.get("retained") is True, nobody)
    if isinstance(decoded, Reject) and decoded.reason not in _WHY:
        raise RejectedError(decoded.reason)
    ignored = decoded.reason if isinstance(decoded, Reject) else None
    signals = () if isinstance(decoded, Reject) else decoded
    fields = _fields(topic, payload) | {"accept": bool(signals), "why": None if ignored is None else _WHY[ignored]}
    code24 = f"{signals[0].address}{signals[0].code}" if signals else None
    return Explanation(
        fields=fields | (fields_of(code24) if code24 else {"code24": None}),
        events=[event_of(signal) for signal in signals],
        ignored=ignored,
    )


def _fields(topic: str, payload: bytes) -> dict[str, Any]:
    if not topic.endswith(openmqttgateway.RAW_SUFFIX):
        message = read(payload, MESSAGE_LIMIT_BYTES)
        return {} if isinstance(message, str) else scalars(message)
    key = openmqttgateway.parse_raw(payload.decode(errors="replace").strip())
    if key is None:
        return {}
    return {"sync_us": key.sync_us, "low_or_high": [key.low_us, key.high_us], "code": key.code24}
