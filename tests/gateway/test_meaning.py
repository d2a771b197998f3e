"""What a press or a mat means in the house where it was enrolled, from a real message to the event."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import ble, ble_bthome, chirpstack, modbus, zigbee2mqtt
from drivers.device import Decoded, Device
from drivers.ev1527 import WORDS as CODE_WORDS
from drivers.event import ASKED_BY_PEOPLE, Kind, Reject, ServiceType, Signal
from drivers.modbus_frame import encode_answer, encode_request
from drivers.presses import LIMIT_CHARACTERS, WORDS, meaning, plain
from gateway.intake.meaning import meant
from tests.drivers.vectors import enrolled
from tests.gateway.houses import Listener, happened

ZIGBEE = Device(id="d", driver="zigbee2mqtt", address="b", model="generic-button", room="bedroom")
BLE = Device(id="d", driver="ble", address="A4:C1:38:05:8E:E9", model="generic-sos-button", room="bedroom")
LORA = Device(id="d", driver="chirpstack", address="24e124fffef00001", model="WS101", room="bedroom")
INPUT = Device(id="d", driver="modbus", address="bus/1", model="generic-input", room="bedroom")


def zigbee(device: Device, **state: Any) -> Decoded:
    return zigbee2mqtt.decode("zigbee2mqtt/b", json.dumps(state).encode(), False, enrolled(device))


def bthome(device: Device, objects: str) -> Decoded:
    payload = ble.encode(device.address, ble_bthome.UUID, ble_bthome.encode(bytes.fromhex(objects)))
    return ble.decode("home/gate/BTtoMQTT/A4C138058EE9", payload, False, enrolled(device))


def lora(device: Device, payload: str) -> Decoded:
    sent = chirpstack.encode_up(device.address, bytes.fromhex(payload), time="2026-11-20T08:00:00Z")
    return chirpstack.decode(*sent, False, enrolled(device))


def switch(device: Device, closed: int) -> Decoded:
    request = modbus.requests(device)[0]
    return modbus.decode("bus", encode_request(request), encode_answer(request, (closed,)), enrolled(device))


def events(device: Device, decoded: Decoded) -> list[tuple[str, str | None]]:
    """What the house makes of it, telemetry included; conditions that end are not of interest here."""
    assert not isinstance(decoded, Reject)
    listener = Listener(devices=(device,), drivers=(device.driver,))
    outcomes = [outcome for one in decoded for outcome in listener.hear(one, 100.0)]
    return [(event.kind.value, event.type) for event in happened(outcomes)]


SOS, CALL_BACK, WELL, TEST = ("alarm", "sos"), ("service_request", "call_back"), ("activity", "button"), ("test", "sos")
PRESSES = {"double": "call_back", "hold": "sos", "single": "all_right", "triple": "test", "press": "all_right"}


@pytest.mark.parametrize(
    ("action", "event"),
    [("double", CALL_BACK), ("hold", SOS), ("single", WELL), ("triple", TEST), ("quadruple", SOS), ("sos", SOS)],
)
def test_a_zigbee_press_means_what_was_enrolled_and_else_a_call_for_help(
    action: str, event: tuple[str, str | None]
) -> None:
    assert events(replace(ZIGBEE, presses=PRESSES), zigbee(ZIGBEE, action=action)) == [event]
    assert events(ZIGBEE, zigbee(ZIGBEE, action=action)) == [SOS], "without an enrolment every press is"


def test_a_remotes_key_can_be_made_a_call_for_help() -> None:
    remote = replace(ZIGBEE, model="generic-remote")
    assert events(remote, zigbee(remote, action="1_double")) == [WELL]
    assert events(replace(remote, presses={"1_double": "sos"}), zigbee(remote, action="1_double")) == [SOS]


@pytest.mark.parametrize(("value", "event"), [("01", WELL), ("02", CALL_BACK), ("03", TEST), ("04", SOS), ("80", SOS)])
def test_a_bluetooth_press_too(value: str, event: tuple[str, str | None]) -> None:
    assert events(replace(BLE, presses=PRESSES), bthome(BLE, f"3A{value}")) == [event]


def test_one_button_of_several_can_have_a_meaning_of_its_own() -> None:
    device = replace(BLE, presses={"button_2:press": "meal"})
    assert events(device, bthome(device, "3A003A01")) == [("service_request", "meal")]
    assert events(device, bthome(device, "3A013A00")) == [SOS]


def test_a_bluetooth_gateway_that_decodes_by_itself_speaks_the_same_words() -> None:
    message = json.dumps({"id": BLE.address, "button": 2}).encode()
    device = replace(BLE, presses={"double": "call_back"})
    assert events(device, ble.decode("home/gate/BTtoMQTT/x", message, False, enrolled(device))) == [CALL_BACK]


@pytest.mark.parametrize(
    ("payload", "event"), [("FF2E01", SOS), ("FF2E02", ("service_request", "bath")), ("FF2E03", CALL_BACK)]
)
def test_a_lorawan_press_too(payload: str, event: tuple[str, str | None]) -> None:
    device = replace(LORA, presses={"double": "call_back", "long": "bath"})
    assert events(device, lora(device, payload)) == [event]


def test_what_rides_along_with_a_press_stays() -> None:
    device = replace(ZIGBEE, presses={"double": "call_back"})
    told = events(device, zigbee(device, action="double", battery_low=True))
    assert {CALL_BACK, ("low_battery", None)} <= set(told)
    assert SOS not in told
    assert SOS in events(device, zigbee(device, action="double", sos=True)), "its alarm bit is no press"


def test_two_requests_in_a_row_are_two() -> None:
    device = replace(ZIGBEE, presses={"double": "call_back"})
    listener = Listener(devices=(device,), drivers=("zigbee2mqtt",))
    heard = zigbee(device, action="double")
    assert isinstance(heard, tuple)
    told = [event for at in (1.0, 1.5) for one in heard for event in happened(listener.hear(one, at))]
    assert [event.type for event in told] == ["call_back", "call_back"]


def test_a_code_map_and_a_press_map_know_the_same_words() -> None:
    assert set(WORDS) <= set(CODE_WORDS)
    assert {type_.value for type_ in ASKED_BY_PEOPLE} <= set(WORDS)
    assert not {ServiceType.ROUTINE_CHANGE, ServiceType.ABSENCE_CHECK} & set(CODE_WORDS)
    for word in set(WORDS) - {"test"}:
        assert WORDS[word] == CODE_WORDS[word]


@given(st.text(max_size=80))
def test_any_text_is_a_kind_of_press_or_none(text: str) -> None:
    assert meaning({"double": "sos"}, text) in (None, "sos")
    with suppress(ValueError):
        assert 0 < len(plain(text)) <= LIMIT_CHARACTERS


BED_IN, BED_OUT = ("activity", "bed_in"), ("activity", "bed_out")


@pytest.mark.parametrize(
    ("device", "occupied", "empty"),
    [
        (ZIGBEE, zigbee(ZIGBEE, contact=True), zigbee(ZIGBEE, contact=False)),
        (BLE, bthome(BLE, "2301"), bthome(BLE, "2300")),
        (BLE, bthome(BLE, "2500"), bthome(BLE, "2501")),
        (BLE, bthome(BLE, "1100"), bthome(BLE, "1101")),
        (INPUT, switch(INPUT, 1), switch(INPUT, 0)),
        (
            replace(LORA, model="WS301"),
            lora(replace(LORA, model="WS301"), "030000"),
            lora(replace(LORA, model="WS301"), "030001"),
        ),
    ],
    ids=["zigbee", "ble-occupancy", "ble-presence-inverted", "ble-opening", "modbus", "lorawan"],
)
def test_any_contact_or_occupancy_can_lie_in_a_bed(device: Device, occupied: Decoded, empty: Decoded) -> None:
    is_inverted = occupied == bthome(BLE, "2500")
    bed = replace(device, role="bed", is_inverted=is_inverted)
    assert BED_IN in events(bed, occupied)
    assert BED_OUT in events(bed, empty)
    turned = replace(bed, is_inverted=not is_inverted)
    assert BED_OUT in events(turned, occupied)
    assert BED_IN in events(turned, empty)
    assert ("activity", "chair_in") in events(replace(bed, role="chair"), occupied)


@pytest.mark.parametrize(
    "state", [{"contact": True}, {"occupancy": True}, {"presence": True}, {"pressure_state": "sit"}]
)
def test_a_zigbee_mat_says_it_with_whatever_key_it_has(state: dict[str, Any]) -> None:
    bed, chair = replace(ZIGBEE, role="bed"), replace(ZIGBEE, role="chair")
    assert events(bed, zigbee(bed, **state)) == [BED_IN]
    assert events(chair, zigbee(chair, **state)) == [("activity", "chair_in")]


def test_a_mat_says_nothing_else_in_its_role() -> None:
    bed = replace(ZIGBEE, role="bed", is_inverted=True)
    assert events(bed, zigbee(bed, vibration=True)) == [("activity", "motion")]
    assert events(bed, zigbee(bed, water_leak=True)) == [("alarm", "water")]


@given(
    st.builds(
        Signal, driver=st.just("ble"), address=st.just("a"), kind=st.sampled_from(Kind),
        type=st.none() | st.text(max_size=8), press=st.none() | st.text(max_size=8),
    )
)  # fmt: skip
def test_a_device_that_was_enrolled_plainly_means_what_it_says(signal: Signal) -> None:
    assert meant(BLE, signal) == signal
