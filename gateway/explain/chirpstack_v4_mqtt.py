"""ChirpStack events for `anju decode`, as if the device were enrolled; `ctx.model` names its model."""

import json
import re
from typing import Any

from drivers import chirpstack
from drivers.chirpstack_json import Values, battery_percent, data_of, number, place_of, port_of, reception
from drivers.device import Device, Lookup
from drivers.event import Reject
from drivers.json_object import read
from drivers.milesight_models import GENERIC
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of, scalars
from gateway.explain.milesight_lorawan import fields_of, model_of

_DEPENDS = "depends on the codec"
_OMITTED: dict[str, Values] = {
    "ack": {"acknowledged": False, "fCntDown": 0},
    "txack": {"fCntDown": 0},
    "log": {"level": "INFO", "code": "UNKNOWN", "description": ""},
    "status": {"margin": 0, "externalPowerSource": False, "batteryLevelUnavailable": False},
}
"""What an event of each kind says where it leaves these out: the form leaves out values of zero."""

_LOCATION = {"lat": "latitude", "lon": "longitude", "altitude_m": "altitude"}
_EVENTS = {"join": "device_joined", "location": "location"}
_NO_FIELDS = frozenset({"devAddr", "deduplicationId", "data", "fPort", "adr", "dr", "confirmed", "fCnt"})


def explain(vector: Vector) -> Explanation:
    """Explain one event (`topic` and `input`). Raises RejectedError."""
    topic, model = vector.get("topic"), model_of(vector)
    payload = _payload(vector.get("input"))
    decoded = chirpstack.decode(str(topic), payload, vector.get("retained") is True, _enrolled(model or GENERIC))
    values = read(payload, chirpstack.MESSAGE_LIMIT_BYTES)
    place = place_of(str(topic))
    if place is None or isinstance(values, str):
        raise RejectedError(decoded.reason if isinstance(decoded, Reject) else "bad_topic")
    is_codec_needed = place.kind == "up" and model is None
    if isinstance(decoded, Reject) and place.kind != "log" and not (is_codec_needed and data_of(values)):
        raise RejectedError(decoded.reason)
    fields = _fields(place.kind, values, model) | {"kind": place.kind, "dev_eui": place.dev_eui}
    if is_codec_needed:
        return Explanation(fields=fields, ignored="no_model")
    if isinstance(decoded, Reject):
        return Explanation(fields=fields, ignored=decoded.reason)
    return Explanation(fields=fields, events=[event_of(signal) for signal in decoded])


def _enrolled(model: str) -> Lookup:
    return lambda driver, address: Device(id=address, driver=driver, address=address, model=model, room="")


def _payload(shown: object) -> bytes:
    try:
        return shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()
    except RecursionError:
        raise RejectedError("too_deep") from None
    except UnicodeEncodeError:
        raise RejectedError("bad_utf8") from None


def _fields(kind: str, values: Values, model: str | None) -> dict[str, Any]:
    info = values.get("deviceInfo")
    fields = {
        _snake(name): value
        for name, value in scalars(_OMITTED.get(kind, {}) | values).items()
        if name not in _NO_FIELDS
    }
    fields["device"] = info.get("deviceName") if isinstance(info, dict) else None
    if kind in _EVENTS:
        fields["event"] = _EVENTS[kind]
    heard = reception(values)
    if heard is not None:
        fields |= {"rssi": heard.rssi_dbm, "snr": heard.snr_db}
    if kind == "up":
        fields |= _up_fields(values, model)
    elif kind == "status":
        fields["battery_pct"] = battery_percent(values)
    elif kind == "location":
        fields |= _location_fields(values)
    return fields


def _up_fields(values: Values, model: str | None) -> dict[str, Any]:
    data = data_of(values) or b""
    fields: dict[str, Any] = {
        "fport": port_of(values),
        "fcnt": None if (count := number(values.get("fCnt", 0))) is None else int(count),
        "payload_hex": data.hex().upper(),
    }
    return fields | (fields_of(data, model) if model is not None else {"event": _DEPENDS})


def _location_fields(values: Values) -> dict[str, Any]:
    location = values.get("location")
    place = location if isinstance(location, dict) else {}
    # Zeros are left out: a place on the equator has no latitude, one that is unknown has nothing.
    return {name: number(place.get(key, 0)) if place else None for name, key in _LOCATION.items()}


def _snake(name: str) -> str:
    """The name as the fields have it: `fCntDown` is fcnt_down, `externalPowerSource` is external_power_source."""
    return re.sub(r"(?<=[a-z])[A-Z]+", lambda found: f"_{found.group().lower()}", name.replace("fC", "fc"))
