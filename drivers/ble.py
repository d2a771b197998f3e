"""Bluetooth devices that advertise what they sense, heard by gateways that publish JSON on the local broker.

Layout: OpenMQTTGateway and Theengs gateways publish each advertisement on `BASE/NAME/BTtoMQTT/ADDRESS` as JSON with id
(the address), name, rssi (dBm), manufacturerdata, servicedata (both hexadecimal) and servicedatauuid (0xfcd2, or the
whole UUID). The service data is BTHome v2 (`ble_bthome`) or MiBeacon (`ble_mibeacon`); bands and tags are told by the
rest (`ble_bands`). A gateway that decodes by itself leaves the raw data away unless its `pubadvdata` is on: then only
buttons and batteries are understood.

Evidence: 13 captured messages of the formats, the messages of gateways in issue logs (OpenMQTTGateway 358).
Unknown: what a gateway misses; one that scans in turns with Wi-Fi may hear one advertisement in several.
Supervision: by model, see `ble_models`; a button is silent until it is pressed. Repeats of one press bear the number of
its message in their code and are one press for 10 seconds, whichever gateway heard them.
A device with a `bind_key` is believed only where its message is sealed with it; nothing else of it counts, not even as
a sign of life. Off by default: offers for strangers that speak none of these formats (telephones that pass by);
measurements other than temperature, humidity, carbon dioxide and heart rate are left in the raw message.
"""

import json
import re
from collections.abc import Callable, Mapping

from drivers import ble_bthome, ble_mibeacon
from drivers.ble_bands import Advertisement, recognise
from drivers.ble_bthome_objects import PRESSES
from drivers.ble_meaning import band_signals, signals
from drivers.ble_models import GENERIC, MODELS, profile
from drivers.ble_report import Press, Report
from drivers.device import Decoded, Device, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal
from drivers.json_object import State, number, read
from drivers.registry import Driver, MqttDriver

NAME = "ble"
MESSAGE_LIMIT_BYTES = 16 * 1024
REPEAT_SECONDS = 10.0
STATE_SECONDS = 60.0

_LEVEL = "BTtoMQTT"
_ADDRESS = re.compile(r"[0-9A-F]{12}")
_UUID = re.compile(r"(?:0x|0000)?([0-9a-f]{4})(?:-0000-1000-8000-00805f9b34fb)?")
_BUTTON_LIMIT = 0xFF
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2}){1,255}")
_RSSI_DBM = range(-127, 21)
_FORMATS: Mapping[str, Callable[[bytes, str, str | None], Report | str]] = {
    ble_bthome.UUID: ble_bthome.parse,
    ble_mibeacon.UUID: ble_mibeacon.parse,
}


def normalise_address(text: str) -> str:
    """AA:BB:CC:DD:EE:FF, from however it is written. Raises ValueError with the remedy."""
    digits = re.sub(r"[:\-. ]", "", text).upper()
    if not _ADDRESS.fullmatch(digits):
        raise ValueError(f"{text!r} is no Bluetooth address: write it like A4:C1:38:05:8E:E9")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one message of a gateway says. Never raises; () for a stranger's that is of no known format."""
    levels = topic.split("/")
    if len(levels) < 3 or levels[-2] != _LEVEL:
        return Reject(driver=NAME, reason="bad_topic")
    message = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(message, str):
        return Reject(driver=NAME, reason=message)
    try:
        address = normalise_address(str(message.get("id") or levels[-1]))
    except ValueError:
        return Reject(driver=NAME, reason="bad_address")
    heard = advertisement(message)
    common = Signal(
        driver=NAME,
        address=address,
        kind=Kind.ENROLMENT,
        retained=retained,
        rssi_dbm=_rssi_dbm(message),
        raw=payload[:RAW_LIMIT_BYTES],
    )
    device = lookup(NAME, address)
    if device is None:
        return (common,) if heard.service_uuid in _FORMATS or recognise(heard) else ()
    return _said(device, heard, message, common)


def encode(address: str, uuid: str, service_data: bytes, *, rssi_dbm: int = -60) -> bytes:
    """The message of a gateway that heard this service data."""
    message = {"id": address, "rssi": rssi_dbm, "servicedata": service_data.hex(), "servicedatauuid": f"0x{uuid}"}
    return json.dumps(message).encode()


def advertisement(message: State) -> Advertisement:
    """The parts of the advertisement in a gateway's message; what is of no sound shape is left empty."""
    name, uuid = message.get("name"), message.get("servicedatauuid", message.get("uuid"))
    known = _UUID.fullmatch(uuid.lower()) if isinstance(uuid, str) else None
    return Advertisement(
        name=name[:64] if isinstance(name, str) else "",
        manufacturer_data=_bytes(message.get("manufacturerdata")),
        service_uuid=known[1] if known else "",
        service_data=_bytes(message.get("servicedata")),
    )


def _said(device: Device, heard: Advertisement, message: State, common: Signal) -> Decoded:
    parse = _FORMATS.get(heard.service_uuid) if heard.service_data else None
    if parse is None:
        return () if device.bind_key else _unsealed(device, heard, message, common)
    report = parse(heard.service_data, device.address, device.bind_key)
    if isinstance(report, str):
        return Reject(driver=NAME, reason=report, detail=device.id)
    if device.bind_key and not report.is_sealed:
        return ()
    return signals(report, profile(device.model, report.product), common)


def _unsealed(device: Device, heard: Advertisement, message: State, common: Signal) -> Decoded:
    seen = recognise(heard)
    if seen is not None:
        return band_signals(seen, common)
    return signals(_decoded_by_gateway(message), profile(device.model), common)


def _decoded_by_gateway(message: State) -> Report:
    """The buttons and the battery in a message that a gateway decoded by itself; 0 is no press."""
    presses = {name: number(value) for name, value in message.items() if re.fullmatch(r"button[0-9_]{0,3}", name)}
    counter, percent = number(message.get("packet")), number(message.get("batt"))
    return Report(
        counter=None if counter is None else int(counter),
        sensors={} if percent is None else {"battery": percent},
        events={name: Press(_press(said)) for name, said in presses.items() if said},
    )


def _press(said: float) -> str:
    """The kind of a press; a value that no button sends is a press all the same."""
    return PRESSES.get(int(said), f"press_{int(said)}") if 0 <= said <= _BUTTON_LIMIT else "press_unknown"


def _bytes(value: object) -> bytes:
    return bytes.fromhex(value) if isinstance(value, str) and _HEXADECIMAL.fullmatch(value) else b""


def _rssi_dbm(message: State) -> int | None:
    rssi = number(message.get("rssi"))
    return int(rssi) if rssi is not None and int(rssi) in _RSSI_DBM else None


DRIVER = Driver(
    name=NAME,
    protocols=("ble_bthome_v2", "ble_xiaomi_mibeacon", "ble_bands_trackers"),
    models=MODELS,
    generic_model=GENERIC,
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    repeat_seconds=REPEAT_SECONDS,
    state_seconds=STATE_SECONDS,
    is_sealed=True,
    tells_presses=True,
)
MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=(f"+/+/{_LEVEL}/+",), decode=decode)
