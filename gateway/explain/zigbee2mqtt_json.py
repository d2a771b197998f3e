"""zigbee2mqtt messages for `anju decode`, as if every device were enrolled with the generic model."""

import json
from typing import Any

from drivers import zigbee2mqtt
from drivers.event import Kind, Reject, Signal
from drivers.json_object import read, truth
from drivers.zigbee2mqtt_bridge import AVAILABILITY, BRIDGE, STATE_TOPIC, decode_availability, is_online
from drivers.zigbee2mqtt_json import action, battery_low, battery_mv, battery_percent, link_quality, moment
from drivers.zigbee2mqtt_state import ACTIVITY_KEYS, ALARM_KEYS
from gateway.contract.times import to_text
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody, event_of, nobody, scalars

_TRUTHS = frozenset({*ALARM_KEYS, *ACTIVITY_KEYS, "tamper", "battery_low", "vibration"}) - {"co"}
_RENAMED = frozenset({"battery", "linkquality"})


def explain(vector: Vector) -> Explanation:
    """Explain a message, or a sequence of them (`topic` and `input` lists in order). Raises RejectedError."""
    topic, shown = vector.get("topic", f"{zigbee2mqtt.BASE_TOPIC}/device"), vector.get("input")
    told = Explanation(fields={"events": []})
    if vector.get("kind") == "mqtt_sequence":
        if not isinstance(topic, list) or not isinstance(shown, list) or len(topic) != len(shown):
            raise RejectedError("bad_sequence")
        for one_topic, one_shown in zip(topic, shown, strict=True):
            _tell(told, one_topic, one_shown, retained=vector.get("retained") is True)
    else:
        _tell(told, topic, shown, retained=vector.get("retained") is True)
    return told


def _tell(told: Explanation, topic: object, shown: object, *, retained: bool) -> None:
    name = zigbee2mqtt.name_of(topic) if isinstance(topic, str) else None
    if name is None or not isinstance(topic, str):
        raise RejectedError("bad_topic")
    payload = _payload(shown)
    if name == STATE_TOPIC or name.endswith(f"/{AVAILABILITY}"):
        _tell_availability(told, name, shown, payload, retained=retained)
        return
    if zigbee2mqtt.is_attribute(name):
        device, _, attribute = name.rpartition("/")
        told.fields |= scalars({"device": device, "attribute": attribute, "value": shown, "retained": retained})
        return
    decoded = zigbee2mqtt.decode(topic, payload, retained, anybody)
    if isinstance(decoded, Reject):
        raise RejectedError(decoded.reason)
    values = read(payload, zigbee2mqtt.EVENT_LIMIT_BYTES)
    words: list[str] = told.fields["events"]
    if isinstance(values, str):
        told.fields |= scalars({"device": name, "value": shown})
    elif name == zigbee2mqtt.EVENT_TOPIC:
        words += _tell_event(told, topic, values, payload)
    else:
        told.fields |= _fields(values) | {"device": name}
        words += [_word(signal) for signal in decoded]
        told.events += [event_of(signal) for signal in decoded]
    told.fields |= {"events": words, "retained": retained}


def _tell_availability(told: Explanation, name: str, shown: object, payload: bytes, *, retained: bool) -> None:
    """Whether a device, or zigbee2mqtt itself, can be reached, as if it were enrolled."""
    device = BRIDGE if name == STATE_TOPIC else name.removesuffix(f"/{AVAILABILITY}")
    attribute = name.rpartition("/")[2]
    online = is_online(payload)
    decoded = decode_availability(device, payload, retained, anybody)
    signals = () if isinstance(decoded, Reject) else decoded
    word = None if online is None else "online" if online else "offline"
    told.fields |= scalars({"device": device, "attribute": attribute, "value": shown, "retained": retained})
    told.fields |= {"state": word, attribute: word, "events": told.fields["events"] + [_word(one) for one in signals]}
    told.events += [event_of(signal) for signal in signals]


def _payload(shown: object) -> bytes:
    try:
        return shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()
    except RecursionError:
        raise RejectedError("too_deep") from None


def _tell_event(told: Explanation, topic: str, event: dict[str, Any], payload: bytes) -> list[str]:
    """A bridge event, as if its device were not enrolled; leaving only means something for one that is."""
    data = event.get("data")
    told.fields |= scalars(data) if isinstance(data, dict) else {}
    told.fields["device"] = zigbee2mqtt.event_device(event)
    decoded = zigbee2mqtt.decode(topic, payload, False, nobody) or zigbee2mqtt.decode(topic, payload, False, anybody)
    if not decoded or isinstance(decoded, Reject):
        return []
    told.events += [event_of(signal) | {"type": event["type"]} for signal in decoded]
    return [event["type"]]


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    at, percent = moment(values.get("last_seen")), battery_percent(values)
    fields = {key: _value(key, value) for key, value in scalars(values).items() if key not in _RENAMED}
    return fields | {
        "action": action(values),
        "battery_pct": percent if percent is None or percent % 1 else int(percent),
        "battery_mv": battery_mv(values),
        "low_battery": battery_low(values),
        "lqi": link_quality(values),
        "occurred_at": None if at is None else to_text(at),
    }


def _value(key: str, value: object) -> object:
    if key not in _TRUTHS:
        return value
    known = truth(value)
    return "unknown" if known is None else known


def _word(signal: Signal) -> str:
    return signal.kind.value if signal.type is None or signal.kind is Kind.TEST else str(signal.type)
