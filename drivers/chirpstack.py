"""LoRaWAN devices through ChirpStack v4's JSON events on the local broker.

Topic `application/ID/device/DEVEUI/event/KIND`; an address is the DevEUI. The topic says whose event it is, never the
payload. Kinds: `up` (a payload, in base64), `status` (battery), `join`, `ack`, `location`, and `txack`, `log`,
`integration`, which are the server's own talk. A log entry that says that the network server refused a device's
transmission is counted as a reject: a button whose frames are refused is a button that nobody hears.

The payload is read from `data` by the enrolled model (`milesight`); `object`, the server's own decoding, is not used:
it is there only if somebody installed a decoder, and says what that decoder thinks. Ports: 1 to 199 are the
application's; 0 is the network's and 200 and above are for firmware updates and tests, a sign of life.

Source: ChirpStack's documentation and `integration.proto` (v4). Evidence: output of a real server in its documentation.
Unknown: the protobuf encoding of events is not read (it is refused as `bad_utf8` or `bad_json`).
`time` is the network server's clock; one before 2020 is not believed.
"""

import base64
import json
import re

from msgspec.structs import replace

from drivers import milesight, milesight_gs524n
from drivers.chirpstack_json import Place, Values, battery_percent, data_of, moment, place_of, port_of, reception
from drivers.device import Decoded, Device, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal
from drivers.json_object import read
from drivers.milesight_meaning import signals
from drivers.milesight_models import GENERIC, GS524N, MODELS, Profile, profile
from drivers.registry import Driver, MqttDriver

NAME = "chirpstack"
MESSAGE_LIMIT_BYTES = 64 * 1024
"""Each gateway that heard a device adds to its event."""

APPLICATION_PORTS = range(1, 200)
_SIGNS_OF_LIFE = frozenset({"status", "join", "ack"})
_OF_THE_DEVICE = _SIGNS_OF_LIFE | {"up", "location"}
_REFUSALS = frozenset({"OTAA", "UPLINK_F_CNT_RESET", "UPLINK_MIC"})
_PRESS_REPEAT_SECONDS = 2.0


def normalise_address(text: str) -> str:
    """The DevEUI as 16 hexadecimal digits in lower case, however it was written. Raises ValueError with the remedy."""
    dev_eui = re.sub(r"[\s:.\-]|^0[xX]", "", text.strip()).lower()
    if not re.fullmatch(r"[0-9a-f]{16}", dev_eui):
        raise ValueError(f"{text!r} is no DevEUI: write the 16 hexadecimal digits printed on the device")
    return dev_eui


def encode_up(dev_eui: str, data: bytes, *, port: int = 85, time: str | None = None) -> tuple[str, bytes]:
    """Topic and payload of the `up` event that ChirpStack publishes for a device's payload."""
    values: Values = {"deviceInfo": {"devEui": dev_eui}, "data": base64.b64encode(data).decode()}
    if port:
        values["fPort"] = port
    if time is not None:
        values["time"] = time
    return f"application/home/device/{dev_eui}/event/up", json.dumps(values).encode()


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one event says. Never raises; () for the server's own talk."""
    place = place_of(topic)
    if place is None:
        return Reject(driver=NAME, reason="bad_topic")
    device = lookup(NAME, place.dev_eui)
    values = read(payload, MESSAGE_LIMIT_BYTES)
    detail = device.id if device else ""
    if isinstance(values, str):
        return Reject(driver=NAME, reason=values, detail=detail)
    if place.kind == "log":
        return Reject(driver=NAME, reason="network_refused", detail=detail) if is_refusal(values) else ()
    if place.kind not in _OF_THE_DEVICE:
        return ()
    decoded = _decode_event(place, values, retained, device)
    return Reject(driver=NAME, reason=decoded, detail=detail) if isinstance(decoded, str) else decoded


def is_refusal(values: Values) -> bool:
    """Whether a log entry says that a transmission of the device was refused."""
    return values.get("code") in _REFUSALS if isinstance(values.get("code"), str) else False


def _decode_event(place: Place, values: Values, retained: bool, device: Device | None) -> tuple[Signal, ...] | str:
    port, data = port_of(values), data_of(values)
    if port is None or data is None or len(data) > milesight.PAYLOAD_LIMIT_BYTES:
        return "bad_data"
    heard = reception(values)
    common = Signal(
        driver=NAME,
        address=place.dev_eui,
        kind=Kind.ENROLMENT,
        occurred_at=moment(values),
        retained=retained,
        rssi_dbm=heard.rssi_dbm if heard else None,
        raw=data[:RAW_LIMIT_BYTES],
    )
    if device is None:
        return (common,)
    model = profile(device.model)
    if place.kind == "up" and data and port in APPLICATION_PORTS:
        return decode_payload(data, model, common)
    return (_sign_of_life(place, values, model, common),)


def decode_payload(data: bytes, model: Profile, common: Signal) -> tuple[Signal, ...] | str:
    """What a device's payload says, or the reason why nothing of it could be read. Never raises."""
    told = read_payload(data, model)
    if told.reason is not None and not told.fields:
        return told.reason
    return signals(told.fields, common, model, common.occurred_at)


def read_payload(data: bytes, model: Profile) -> milesight.Reading:
    """The fields of a device's payload, by its model."""
    if model.name != GS524N:
        return milesight.decode(data, model.channels)
    fields = milesight_gs524n.decode(data)
    return milesight.Reading({}, data, fields) if isinstance(fields, str) else milesight.Reading(fields)


def _sign_of_life(place: Place, values: Values, model: Profile, common: Signal) -> Signal:
    kind = Kind.LOCATION if place.kind == "location" else Kind.SUPERVISION
    percent = battery_percent(values) if place.kind == "status" else None
    if percent is None:
        return replace(common, kind=kind)
    low = percent <= model.low_battery_percent
    return replace(common, kind=Kind.LOW_BATTERY if low else kind, battery_percent=percent, battery_low=low)


DRIVER = Driver(
    name=NAME,
    protocols=("chirpstack_v4_mqtt", "milesight_lorawan"),
    models=MODELS,
    generic_model=GENERIC,
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    repeat_seconds=_PRESS_REPEAT_SECONDS,
    tells_presses=True,
    tells_falls=True,
)
"""The network server removes a device's repeats; what is left within two seconds is one event delivered twice."""

MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=("application/+/device/+/event/+",), decode=decode)
