"""The same rules over every registered driver: nothing raises, nothing grows, every refusal bears its reason."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from hypothesis import strategies as st

from drivers import fleet_rules, sonoff_rf_bridge
from drivers.device import Device
from drivers.fleet_rules import (
    ASKED_RULES,
    DRIVER_RULES,
    LINE_RULES,
    MESSAGE_RULES,
    Asked,
    Line,
    Messages,
    Vocabulary,
)
from drivers.modbus_frame import Request, decode_request, sealed
from drivers.portisch_bucket import encode as encode_burst
from drivers.registry import (
    DRIVERS,
    EVIDENCE_FRAMES,
    LISTENER_DRIVERS,
    MQTT_DRIVERS,
    POLLED_DRIVERS,
    SERIAL_DRIVERS,
    Driver,
    ListenerDriver,
    SerialDriver,
)
from tests.drivers import ble_frames, lorawan_messages, radar_frames, radio_frames, worn_frames
from tests.drivers.vectors import cord, enrolled, vectors

CODES = st.integers(0, 0xFFFFFF).map(lambda value: f"{value:06X}")
SOUND: dict[str, st.SearchStrategy[bytes]] = {
    "sonoff_rf_bridge": CODES.map(sonoff_rf_bridge.encode_key)
    | st.builds(encode_burst, CODES, marked=st.booleans())
    | st.sampled_from([bytes.fromhex(vector["input"]) for vector in vectors("sonoff_rf_bridge_uart")]),
    **radar_frames.SOUND,
    **worn_frames.SOUND,
    **ble_frames.SOUND,
}
MESSAGES: dict[str, st.SearchStrategy[bytes]] = {
    "zigbee2mqtt": st.sampled_from([json.dumps(vector["input"]).encode() for vector in vectors("zigbee2mqtt_json")]),
    **worn_frames.MESSAGES,
    **radio_frames.MESSAGES,
    **ble_frames.MESSAGES,
    **lorawan_messages.MESSAGES,
}
REASONS: dict[str, frozenset[str]] = {
    "sonoff_rf_bridge": frozenset({"noise", "incomplete", "bad_frame", "not_ev1527"}),
    "box": frozenset(),
    "ev1527": frozenset({"no_code", "unmapped_code"}),
    "modbus": frozenset(
        {
            "timeout",
            "incomplete",
            "bad_crc",
            "wrong_unit",
            "wrong_answer",
            "exception",
            "noise",
            "bad_question",
            "unmapped",
        }
    ),
    "zigbee2mqtt": frozenset({"bad_json", "bad_topic", "bad_utf8", "not_object", "oversize", "too_deep"}),
    **radar_frames.REASONS,
    **worn_frames.REASONS,
    **radio_frames.REASONS,
    **ble_frames.REASONS,
    **lorawan_messages.REASONS,
}
BRIDGE_HEADS = (b"\xaa", b"\xaa\xb1\x08", b"\xaa\xa6\x20", b"\xaa\xb1\x08" + b"\x11" * 128)

LINES: Mapping[str, SerialDriver | ListenerDriver] = {**SERIAL_DRIVERS, **LISTENER_DRIVERS}
"""Whatever cuts frames out of a stream of bytes."""
HELD_LIMIT_BYTES = {"gps_watch": 2_049, "openmqttgateway": 2_049, "wearable": 1_559}

UNCAPTURED = frozenset({"box", "chirpstack", "hlk_ld2450", "modbus", "r60_5359", "wearable"})
"""Proven on makers' documents alone, no capture of a real device was found; or, the box, without frames at all."""


def topics(name: str) -> tuple[str, ...]:
    """Topics of an MQTT driver, first one whose payload is read."""
    if name == "wearable_event":
        return ("wearable/b/event", "wearable/a/event", "wearable/a/accel", "wearable/a/event/more", "wearable")
    usual = (f"{name}/b", f"{name}/a", f"{name}/bridge/event", f"{name}/a/action", name)
    return {**radio_frames.TOPICS, **lorawan_messages.TOPICS, **ble_frames.TOPICS}.get(name, usual)


def registered(name: str) -> Vocabulary:
    """Any driver of ours may be heard through another one's receiver."""
    assert name in REASONS
    return Vocabulary(drivers=DRIVERS, reasons=REASONS)


def test_every_driver_of_a_line_or_broker_has_its_rules_here() -> None:
    assert set(SOUND) == set(LINES)
    assert set(MESSAGES) == set(MQTT_DRIVERS)
    assert set(REASONS) == {*DRIVERS, *LINES, *MQTT_DRIVERS, *POLLED_DRIVERS}


@pytest.mark.parametrize("name", sorted(DRIVERS))
@pytest.mark.parametrize("rule", DRIVER_RULES, ids=lambda rule: rule.__name__)
def test_every_driver_keeps_the_rules(name: str, rule: Callable[[Driver], None]) -> None:
    rule(DRIVERS[name])


@pytest.mark.parametrize("name", sorted(LINES))
@pytest.mark.parametrize("rule", LINE_RULES, ids=lambda rule: rule.__name__)
def test_every_line_keeps_the_rules(name: str, rule: Callable[[Line], None]) -> None:
    rule(
        Line(
            driver=LINES[name],
            vocabulary=registered(name),
            sound=SOUND[name],
            heads=(b"\x00", *BRIDGE_HEADS, *radar_frames.HEADS, *worn_frames.HEADS),
            held_limit_bytes=HELD_LIMIT_BYTES.get(name, fleet_rules.HELD_LIMIT_BYTES),
        )
    )


@pytest.mark.parametrize("name", sorted(MQTT_DRIVERS))
@pytest.mark.parametrize("rule", MESSAGE_RULES, ids=lambda rule: rule.__name__)
def test_every_driver_on_the_broker_keeps_the_rules(name: str, rule: Callable[[Messages], None]) -> None:
    keys = sorted(
        {
            *radio_frames.KEYS,
            *ble_frames.KEYS,
            *(key for vector in vectors("zigbee2mqtt_json") for key in vector["input"]),
        }
    )
    messages = Messages(
        driver=MQTT_DRIVERS[name],
        vocabulary=registered(name),
        sound=MESSAGES[name],
        topics=topics(name),
        keys=keys,
    )
    rule(messages)


@pytest.mark.parametrize("rule", ASKED_RULES, ids=lambda rule: rule.__name__)
def test_every_driver_that_asks_keeps_the_rules(rule: Callable[[Asked], None]) -> None:
    """A sound answer has the unit, the function and the length that were asked for, and a right checksum."""

    def sound(_device: Device, question: bytes) -> st.SearchStrategy[bytes]:
        request = decode_request(question)
        if not isinstance(request, Request):
            return st.just(b"")
        head = bytes((request.unit, request.function, request.data_bytes))
        size = request.data_bytes
        return st.binary(min_size=size, max_size=size).map(lambda values: sealed(head + values))

    (driver,) = POLLED_DRIVERS.values()
    heads = [
        Device(id="d", driver="modbus", address=f"bus/{unit}", model=model, room="r")
        for unit, model in enumerate(sorted(DRIVERS["modbus"].models), start=1)
    ]
    rule(Asked(driver=driver, vocabulary=registered("modbus"), devices=heads, sound=sound))


def test_evidence_is_the_number_of_captured_frames() -> None:
    for protocol, count in EVIDENCE_FRAMES.items():
        assert count == sum(vector["origin"].split(" (")[0] == "captured" for vector in vectors(protocol))
    for driver in DRIVERS.values():
        assert (driver.evidence_frames > 0) is (driver.name not in UNCAPTURED)


def test_every_frame_says_where_it_comes_from() -> None:
    for protocol in EVIDENCE_FRAMES:
        for vector in vectors(protocol):
            assert vector["src"]["repo"]
            assert vector["src"]["file"]


def test_a_cord_says_the_same_by_every_way_it_is_received() -> None:
    bridge = SERIAL_DRIVERS["sonoff_rf_bridge"]
    said = [
        bridge.decode(frame, enrolled(cord()))
        for frame in (
            sonoff_rf_bridge.encode_key("9EAD9F"),
            encode_burst("9EAD9F"),
            encode_burst("9EAD9F", marked=False),
        )
    ]
    facts = {
        (signal.kind, signal.type, signal.address, signal.code)
        for one in said
        if isinstance(one, tuple)
        for signal in one
    }
    assert len(facts) == 1
    assert all(isinstance(one, tuple) for one in said)


def test_naming_the_drivers_imports_none_of_them() -> None:
    code = (
        "import sys; from drivers.registry import DRIVERS, MQTT_DRIVERS, POLLED_DRIVERS, SERIAL_DRIVERS; "
        "names = [*DRIVERS, *MQTT_DRIVERS, *POLLED_DRIVERS, *SERIAL_DRIVERS]; assert 'ev1527' in DRIVERS; "
        "print([name for name in names if f'drivers.{name}' in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"\[\]\n", shown)
