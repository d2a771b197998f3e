"""MiBeacon objects beyond the captured rows: clocks, thermometers, locks, brightness.

Messages and meanings: fixtures of Bluetooth-Devices/xiaomi-ble, tests/test_parser.py (509f516, Apache-2.0), as facts.
"""

import json
from typing import Any

import pytest

from drivers import ble
from drivers.ble_mibeacon import encode
from drivers.device import Device
from drivers.event import Kind, Signal
from gateway.decode import answer

LOCK = "98:0C:33:A3:04:3D"
LOCK_KEY = "54d84797cb77f9538b224b305c877d1e"


def fields(data: str, address: str, key: str | None = None) -> dict[str, Any]:
    vector = {"protocol": "ble_xiaomi_mibeacon", "input": data, "ctx": {"address": address, "bindkey": key}}
    told = answer(json.dumps(vector).encode())
    assert told["ok"], told["reason"]
    found: dict[str, Any] = told["fields"]
    return found


@pytest.mark.parametrize(
    ("data", "address", "part", "said", "model"),
    [
        ("50303c0c034c94b438c1a40d10041001ea01", "A4:C1:38:B4:94:4C", "sensors",
         {"temperature": 27.2, "humidity": 49.0},
         "Alarm Clock 944C (CGC1)"),
        ("50307605034c94b438c1a40d10041001ea01", "A4:C1:38:B4:94:4C", "sensors",
         {"temperature": 27.2, "humidity": 49.0},
         "3-in-1 Alarm Clock 944C (CGD1)"),
        ("5040df0201df02008d7cc41010027d00", "C4:7C:8D:00:02:DF", "sensors", {"formaldehyde": 1.25},
         "Formaldehyde Sensor 02DF (JQJCY01YM)"),
        ("5040830a0183000a38c1a40f0003640000", "A4:C1:38:0A:00:83", "sensors", {"illuminance": 100},
         "Motion/Light Sensor 0083 (CGPR1)"),
        ("5040830a0183000a38c1a40f0003640000", "A4:C1:38:0A:00:83", "binary", {"motion": True},
         "Motion/Light Sensor 0083 (CGPR1)"),
        ("504080030180030a38c1a408000100", "A4:C1:38:0A:03:80", "binary", {"armed": True, "lock": True},
         "Door Lock 0380 (DSL-C08)"),
    ],
)  # fmt: skip
def test_an_object_is_read_as_the_makers_definition_has_it(
    data: str, address: str, part: str, said: dict[str, Any], model: str
) -> None:
    found = fields(data, address)
    assert (found[part], found["model"]) == (said, model)


def test_a_finger_on_a_lock_is_told_with_its_key_and_result() -> None:
    good = fields("50449e0642918aeb441fd7060005ffffffff00", "D7:1F:44:EB:8A:91")
    assert (good["sensors"], good["binary"]) == ({"key_id": "unknown operator"}, {"fingerprint": True})
    assert good["events"] == {"fingerprint": {"type": "match_successful", "properties": None}}
    poor = fields("50449e0642918aeb441fd70600050000000003", "D7:1F:44:EB:8A:91")
    assert (poor["sensors"], poor["binary"]) == ({"key_id": "administrator"}, {"fingerprint": False})
    assert poor["events"]["fingerprint"]["type"] == "low_quality_too_light_fuzzy"


def test_a_lock_tells_who_opened_it_from_which_side() -> None:
    outside = fields("50449e0643918aeb441fd70b000920020001807c442f61", "D7:1F:44:EB:8A:91")
    assert outside["sensors"] == {"key_id": "Fingerprint key id 2", "lock_method": "biometrics"}
    assert outside["events"] == {"lock": {"type": "unlock_outside_the_door", "properties": None}}
    inside = fields("4855c211165068b6fe3c878095c8a5834f000000463221c6", LOCK, LOCK_KEY)
    assert inside["sensors"] == {"key_id": "administrator", "lock_method": "automatic"}
    assert (inside["binary"], inside["events"]["lock"]["type"]) == ({"lock": True}, "unlock_inside_the_door")


def heard_of_a_lock(key_id: int) -> list[tuple[Kind, str | None]]:
    """What a house makes of a lock's message with this key, enrolled as anything that can call for help."""
    data = encode(bytes.fromhex("0B0009A4") + key_id.to_bytes(4, "little") + bytes(4), address=LOCK, product_id=0x11C2)
    device = Device(id="lock", driver="ble", address=LOCK, model="generic", room="hall")
    decoded = ble.decode("home/g/BTtoMQTT/x", ble.encode(LOCK, "fe95", data), False, lambda _driver, _address: device)
    assert isinstance(decoded, tuple)
    assert all(isinstance(signal, Signal) for signal in decoded)
    return [(signal.kind, signal.type) for signal in decoded]


def test_whoever_comes_home_does_not_call_for_help() -> None:
    assert heard_of_a_lock(0) == [(Kind.SUPERVISION, None)]


def test_a_door_forced_under_duress_is_an_alarm_and_a_picked_lock_a_tamper() -> None:
    assert heard_of_a_lock(0xC0DE000D) == [(Kind.ALARM, "intrusion")]
    assert heard_of_a_lock(0xC0DE0003) == [(Kind.TAMPER, None)]


@pytest.mark.parametrize(
    ("data", "name", "said", "unit"), [("40073E1D", "mass", 74.86, "lb"), ("40414E00", "distance", 7.8, "m")]
)
def test_a_property_bears_its_own_name_whatever_its_unit(data: str, name: str, said: float, unit: str) -> None:
    told = answer(json.dumps({"protocol": "ble_bthome_v2", "input": data}).encode())["fields"]
    assert (told["sensors"], told["units"]) == ({name: said}, {name: unit})
