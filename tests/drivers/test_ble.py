"""Bluetooth gateways on the broker: what a message is about, who is believed, what a press is."""

import json
from typing import Any

import pytest

from drivers import ble, ble_bthome, ble_mibeacon
from drivers.ble import MESSAGE_LIMIT_BYTES, decode, normalise_address
from drivers.device import Decoded, Device
from drivers.event import Kind, Reject, Signal, State
from drivers.registry import DRIVERS
from tests.drivers.vectors import enrolled, nobody

ADDRESS = "A4:C1:38:05:8E:E9"
TOPIC = "home/OMG/BTtoMQTT/A4C138058EE9"
KEY = "231d39c1d7cc1ab1aee224cd096db932"
SMOKE_ON = bytes.fromhex("15100101")


def device(model: str = "generic-sos-button", bind_key: str | None = None) -> Device:
    return Device(id="d", driver="ble", address=ADDRESS, model=model, room="r", bind_key=bind_key)


def heard(payload: bytes, *devices: Device, retained: bool = False) -> Decoded:
    return decode(TOPIC, payload, retained, enrolled(*devices) if devices else nobody)


def bthome(objects: str, *, model: str = "generic-sos-button") -> tuple[Signal, ...]:
    decoded = heard(ble.encode(ADDRESS, "fcd2", ble_bthome.encode(bytes.fromhex(objects))), device(model))
    assert isinstance(decoded, tuple)
    return decoded


def told(signals: tuple[Signal, ...]) -> list[tuple[Kind, str | None]]:
    return [(signal.kind, signal.type) for signal in signals]


def refused(decoded: Decoded) -> str:
    assert isinstance(decoded, Reject)
    return decoded.reason


SOS = [(Kind.ALARM, "sos")]


@pytest.mark.parametrize("value", range(1, 256))
def test_any_button_value_of_an_sos_button_but_zero_is_a_press(value: int) -> None:
    assert told(bthome(f"00AC01643A{value:02X}")) == SOS


def test_shellys_hold_is_a_press_though_no_table_has_it() -> None:
    (signal,) = bthome("00AC01643AFE")
    assert (signal.kind, signal.type, signal.state, signal.code) == (
        Kind.ALARM,
        "sos",
        State.ACTIVE,
        "button:hold_press:172",
    )
    assert (signal.battery_percent, signal.battery_low, signal.rssi_dbm) == (100, False, -60)


def test_the_holds_of_the_published_table_is_the_same_word() -> None:
    assert bthome("00013A80")[0].code == "button:hold_press:1"


def test_no_press_is_a_sign_of_life() -> None:
    assert told(bthome("00AC01643A00")) == [(Kind.SUPERVISION, None)]


def test_repeats_of_one_press_bear_one_code_and_the_next_press_another() -> None:
    first, repeat, second = bthome("001D3A01"), bthome("001D3A01"), bthome("001E3A01")
    assert first[0].code == repeat[0].code != second[0].code
    assert DRIVERS["ble"].repeat_seconds == 10


def test_every_button_of_several_calls_for_help() -> None:
    signals = bthome("001D3A003A013A003AFE")
    assert told(signals) == SOS * 2
    assert [signal.code for signal in signals] == ["button_2:press:29", "button_4:hold_press:29"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("generic", SOS),
        ("never heard of", SOS),
        ("SBBT-002C", SOS),
        ("SBBT-004CEU", [(Kind.ACTIVITY, "button")]),
        ("generic-contact", [(Kind.ACTIVITY, "button")]),
        ("generic-smoke", [(Kind.TEST, "smoke")]),
        ("SJWS01LM", [(Kind.TEST, "water")]),
    ],
)
def test_what_a_press_is_hangs_on_the_model(model: str, expected: object) -> None:
    assert told(bthome("3A01", model=model)) == expected


def test_a_turned_dimmer_is_no_call_for_help() -> None:
    assert told(bthome("3C0103")) == [(Kind.ACTIVITY, "button")]
    assert told(bthome("3C0000")) == [(Kind.SUPERVISION, None)]


@pytest.mark.parametrize(
    ("id_", "type_"), [("29", "smoke"), ("17", "co"), ("1C", "gas"), ("1D", "heat"), ("20", "water")]
)
def test_a_condition_is_an_alarm_and_its_absence_ends_one(id_: str, type_: str) -> None:
    assert told(bthome(f"{id_}01")) == [(Kind.ALARM, type_)]
    (signal,) = bthome(f"{id_}00")
    assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, (type_,))


def test_cold_is_not_carbon_monoxide() -> None:
    assert told(bthome("1801")) == [(Kind.SUPERVISION, None)]


def test_fire_comes_before_all_else_and_a_low_battery_hides_nothing() -> None:
    signals = bthome("010415011A0120002901" + "2B01")
    assert told(signals) == [
        (Kind.ALARM, "smoke"),
        (Kind.TAMPER, None),
        (Kind.LOW_BATTERY, None),
        (Kind.ACTIVITY, "contact_open"),
    ]
    assert signals[0].not_active == ("water",)
    assert {(signal.battery_percent, signal.battery_low) for signal in signals} == {(4, True)}


def test_daily_life_and_measurements_stay_apart_from_alarms() -> None:
    assert told(bthome("2D00")) == [(Kind.ACTIVITY, "contact_closed")]
    assert told(bthome("2101")) == [(Kind.ACTIVITY, "motion")]
    assert told(bthome("2300")) == [(Kind.ACTIVITY, "absence")]
    assert told(bthome("2301", model="generic-bed")) == [(Kind.ACTIVITY, "bed_in")]
    (temperature,) = bthome("45DF00")
    assert (temperature.kind, temperature.type, temperature.value, temperature.unit) == (
        Kind.MEASUREMENT,
        "temperature",
        22.3,
        "degC",
    )


def test_a_message_may_tell_of_voltage_and_low_charge() -> None:
    (signal,) = bthome("01090CE80B")
    assert (signal.kind, signal.battery_percent, signal.battery_mv) == (Kind.LOW_BATTERY, 9, 3048)


def sealed_press(counter: int = 7, key: str = KEY) -> bytes:
    return ble_bthome.encode(bytes.fromhex("3A01"), address=ADDRESS, bind_key=key, counter=counter)


def test_a_sealed_press_is_read_with_its_key() -> None:
    decoded = heard(ble.encode(ADDRESS, "fcd2", sealed_press()), device(bind_key=KEY))
    assert isinstance(decoded, tuple)
    assert [(signal.type, signal.code) for signal in decoded] == [("sos", "button:press:7")]


def test_a_device_with_a_key_is_not_believed_without_it() -> None:
    plain = ble_bthome.encode(bytes.fromhex("3A01"))
    assert refused(heard(ble.encode(ADDRESS, "fcd2", plain), device(bind_key=KEY))) == "not_sealed"
    plain = ble_mibeacon.encode(SMOKE_ON, address=ADDRESS, product_id=0x0997)
    assert refused(heard(ble.encode(ADDRESS, "fe95", plain), device(bind_key=KEY))) == "not_sealed"
    by_gateway = json.dumps({"id": ADDRESS, "button": 1, "batt": 90}).encode()
    assert heard(by_gateway, device(bind_key=KEY)) == ()
    beacon = bytes.fromhex("30580908" + "01" + "E98E0538C1A4" + "08")
    assert heard(ble.encode(ADDRESS, "fe95", beacon), device(bind_key=KEY)) == ()


def test_a_wrong_or_missing_key_is_told() -> None:
    message = ble.encode(ADDRESS, "fcd2", sealed_press(key="00" * 16))
    assert refused(heard(message, device(bind_key=KEY))) == "bad_seal"
    assert refused(heard(message, device())) == "no_bind_key"


def test_a_key_is_in_no_text() -> None:
    assert KEY not in repr(device(bind_key=KEY))
    refusal = heard(ble.encode(ADDRESS, "fcd2", sealed_press(key="00" * 16)), device(bind_key=KEY))
    assert KEY not in repr(refusal)


def test_a_gateway_that_decodes_by_itself_still_tells_of_a_press() -> None:
    decoded = heard(json.dumps({"id": ADDRESS, "packet": 5, "batt": 8, "button": 11}).encode(), device())
    assert isinstance(decoded, tuple)
    assert [(signal.type, signal.code, signal.battery_low) for signal in decoded] == [
        ("sos", "button:press_11:5", True)
    ]
    decoded = heard(json.dumps({"id": ADDRESS, "button": 0}).encode(), device())
    assert isinstance(decoded, tuple)
    assert told(decoded) == [(Kind.SUPERVISION, None)]


def test_strangers_are_offered_only_where_they_speak_a_known_format() -> None:
    offered = heard(ble.encode(ADDRESS, "fcd2", sealed_press()), retained=True)
    assert isinstance(offered, tuple)
    assert [(signal.kind, signal.address, signal.retained) for signal in offered] == [(Kind.ENROLMENT, ADDRESS, True)]
    telephone = json.dumps({"id": ADDRESS, "manufacturerdata": "4c0010050118", "rssi": -70}).encode()
    assert heard(telephone) == ()


@pytest.mark.parametrize("uuid", ["0xfcd2", "fcd2", "FCD2", "0000fcd2-0000-1000-8000-00805f9b34fb"])
def test_a_uuid_in_any_of_its_shapes(uuid: str) -> None:
    message = {"id": ADDRESS.lower(), "servicedatauuid": uuid, "servicedata": "403a01"}
    decoded = heard(json.dumps(message).encode(), device())
    assert isinstance(decoded, tuple)
    assert told(decoded) == SOS


def test_without_an_id_the_topic_tells_the_address() -> None:
    decoded = heard(b'{"servicedatauuid":"0xfcd2","servicedata":"403a01"}', device())
    assert isinstance(decoded, tuple)
    assert told(decoded) == SOS


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("home/OMG/BTtoMQTT", b"{}", "bad_topic"),
        ("home/OMG/SYStoMQTT/a", b"{}", "bad_topic"),
        ("home/OMG/BTtoMQTT/undecoded", b"{}", "bad_address"),
        (TOPIC, b'{"id":"a phone"}', "bad_address"),
        (TOPIC, b"{", "bad_json"),
        (TOPIC, b"[]", "not_object"),
        (TOPIC, b"\xff", "bad_utf8"),
        (TOPIC, b" " * (MESSAGE_LIMIT_BYTES + 1), "oversize"),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(topic: str, payload: bytes, reason: str) -> None:
    assert refused(decode(topic, payload, False, nobody)) == reason


@pytest.mark.parametrize("typed", ["a4:c1:38:05:8e:e9", "A4-C1-38-05-8E-E9", "a4c138058ee9", " A4C1.3805.8EE9"])
def test_an_address_however_it_is_written(typed: str) -> None:
    assert normalise_address(typed) == ADDRESS


def test_what_is_no_address_is_told_with_its_remedy() -> None:
    with pytest.raises(ValueError, match="write it like"):
        normalise_address("button-1")


def test_a_heart_rate_is_a_measurement_and_a_strap_that_feels_none_is_only_alive() -> None:
    strap: dict[str, Any] = {"id": ADDRESS, "name": "Polar H10 75087320", "manufacturerdata": "6b002f166b68"}
    decoded = heard(json.dumps(strap).encode(), device("H10"))
    assert isinstance(decoded, tuple)
    assert [(signal.kind, signal.type, signal.value, signal.unit) for signal in decoded] == [
        (Kind.MEASUREMENT, "heart_rate", 104.0, "bpm")
    ]
    decoded = heard(json.dumps(strap | {"manufacturerdata": "6b002f166b00"}).encode(), device("H10"))
    assert isinstance(decoded, tuple)
    assert told(decoded) == [(Kind.SUPERVISION, None)]


@pytest.mark.parametrize("value", [1e243, -3, 256])
def test_a_value_that_no_button_sends_is_a_press_all_the_same(value: float) -> None:
    decoded = heard(json.dumps({"id": ADDRESS, "packet": 5, "button": value}).encode(), device())
    assert isinstance(decoded, tuple)
    assert [(signal.type, signal.code) for signal in decoded] == [("sos", "button:press_unknown:5")]
