"""What each driver is measured on: the captured and documented frames of `tests/frames`, as they reach the driver."""

import json
from pathlib import Path
from typing import Any

from drivers import ble, ble_bthome, ble_mibeacon, openmqttgateway_serial, wearable, wearable_event

FRAMES = Path(__file__).parent.parent / "tests" / "frames"

_FILES = {
    "chirpstack": ("chirpstack_v4_mqtt",),
    "gps_watch": ("gps_watch_3g_sg",),
    "hlk_ld2410": ("hlk_ld2410_uart",),
    "hlk_ld2450": ("hlk_ld2450_uart",),
    "modbus": ("modbus_rtu",),
    "openmqttgateway": ("openmqttgateway_rf",),
    "owntracks": ("owntracks_mqtt",),
    "r60_5359": ("r60_5359_uart",),
    "rtl_433": ("rtl433_json",),
    "seeed_mr60": ("seeed_mr60_uart",),
    "sonoff_rf_bridge": ("sonoff_rf_bridge_uart",),
    "tasmota_rf": ("tasmota_rf_mqtt",),
    "zigbee2mqtt": ("zigbee2mqtt_json",),
}
_UUIDS = {"ble_bthome_v2": ble_bthome.UUID, "ble_xiaomi_mibeacon": ble_mibeacon.UUID}
_TOPICS = {"rtl_433": "rtl_433/host/events", "chirpstack": "", "owntracks": "owntracks/user/phone"}


def frames(driver: str) -> list[bytes]:
    """What went over the line of a driver, one piece for each vector. Raises KeyError for one without examples."""
    if driver == "openmqttgateway":
        return [openmqttgateway_serial.encode("/BTtoMQTT", payload) for _, payload in messages("ble")]
    if driver == "wearable":
        return [payload for _, payload in messages(driver)]
    return [_frame(vector) for vector in _vectors(*_FILES[driver])]


def questions(driver: str) -> list[tuple[bytes, bytes]]:
    """What was asked on a bus and what came back."""
    pairs = [vector["input"] for vector in _vectors(*_FILES[driver])]
    return [(bytes.fromhex(pair["request"]), bytes.fromhex(pair["response"])) for pair in pairs]


def messages(driver: str) -> list[tuple[str, bytes]]:
    """The topic and payload of each message of a driver."""
    if driver == "ble":
        return [_advertised(uuid, vector) for file, uuid in _UUIDS.items() for vector in _vectors(file)]
    if driver == "wearable":
        samples = tuple((number, -number, 8_192) for number in range(25))
        block = wearable.SampleBlock(
            rate_hz=25, range_g=8, sequence=7, clock_ms=1_000, battery_percent=80, samples=samples
        )
        return [(wearable.topic_of("band-1"), wearable.encode_block(block))]
    if driver == "wearable_event":
        return [(wearable_event.topic_of("band-1"), wearable_event.encode("fall", battery_percent=80))]
    return [
        (vector.get("topic") or _TOPICS[driver], _payload(vector["input"]))
        for vector in _vectors(*_FILES[driver])
        if vector["kind"] != "mqtt_sequence"
    ]


def _vectors(*files: str) -> list[dict[str, Any]]:
    return [
        vector
        for file in files
        for vector in json.loads((FRAMES / f"{file}.json").read_text(encoding="utf-8"))["vectors"]
    ]


def _frame(vector: dict[str, Any]) -> bytes:
    shown: str = vector["input"]
    return bytes.fromhex(shown) if vector["kind"] == "hex" else shown.encode("latin-1")


def _payload(shown: object) -> bytes:
    return shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()


def _advertised(uuid: str, vector: dict[str, Any]) -> tuple[str, bytes]:
    address = vector["ctx"]["address"]
    return f"home/gateway/BTtoMQTT/{address}", ble.encode(address, uuid, bytes.fromhex(vector["input"]))
