"""The same rules over every registered driver: nothing raises, nothing grows, every refusal bears its reason."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import sonoff_rf_bridge
from drivers.device import Decoded, Device
from drivers.event import Kind, Reject, Signal
from drivers.measurements import QUANTITIES
from drivers.portisch_bucket import encode as encode_burst
from drivers.registry import (
    DRIVERS,
    EVIDENCE_FRAMES,
    LISTENER_DRIVERS,
    MQTT_DRIVERS,
    POLLED_DRIVERS,
    SERIAL_DRIVERS,
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
# Bytes that a bridge's frames are made of come up more often than chance would have it.
NOISE = st.lists(st.sampled_from([0xAA, 0x55, 0xA4, 0xB1, 0xA6, 3, 6]) | st.integers(0, 255), max_size=60).map(bytes)

BRIDGE_HEADS = (b"\xaa", b"\xaa\xb1\x08", b"\xaa\xa6\x20", b"\xaa\xb1\x08" + b"\x11" * 128)

LINES: Mapping[str, SerialDriver | ListenerDriver] = {**SERIAL_DRIVERS, **LISTENER_DRIVERS}
"""Whatever cuts frames out of a stream of bytes."""
HELD_LIMIT_BYTES = {"gps_watch": 2_049, "openmqttgateway": 2_049}
serial_drivers = pytest.mark.parametrize("name", sorted(LINES))
mqtt_drivers = pytest.mark.parametrize("name", sorted(MQTT_DRIVERS))


UNCAPTURED = frozenset({"box", "chirpstack", "hlk_ld2450", "modbus", "r60_5359", "wearable"})
"""Proven on makers' documents alone, no capture of a real device was found; or, the box, without frames at all."""


def any_device(driver: str, address: str) -> Device | None:
    """Enrols half of all addresses, so that both ways through a decoder are walked."""
    if sum(address.encode()) % 2:
        return None
    return Device(id="d", driver=driver, address=address, model="x", room="r", code_map={"F": "sos"})


def pieces(driver: SerialDriver | ListenerDriver, *chunks: bytes) -> list[bytes | Reject]:
    splitter = driver.new_splitter()
    found = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    found += splitter.flush()
    assert splitter.held_bytes == 0
    return found


def topics(name: str) -> tuple[str, ...]:
    """Topics of an MQTT driver, first one whose payload is read."""
    usual = (f"{name}/b", f"{name}/a", f"{name}/bridge/event", f"{name}/a/action", name)
    return {**radio_frames.TOPICS, **lorawan_messages.TOPICS, **ble_frames.TOPICS}.get(name, usual)


def frames(found: list[bytes | Reject]) -> list[bytes]:
    return [piece for piece in found if isinstance(piece, bytes)]


def check(decoded: Decoded) -> None:
    if isinstance(decoded, Reject):
        assert decoded.reason in REASONS[decoded.driver]
        return
    for signal in decoded:
        assert isinstance(signal, Signal)
        assert signal.driver in DRIVERS
        # A device that is alone on its line sends no address: the line fills the port's name in.
        assert not signal.address or DRIVERS[signal.driver].normalise_address(signal.address) == signal.address
        if signal.kind is Kind.MEASUREMENT:
            assert QUANTITIES[str(signal.type)].unit == signal.unit


def test_every_driver_of_a_line_or_broker_has_its_rules_here() -> None:
    assert set(SOUND) == set(LINES)
    assert set(MESSAGES) == set(MQTT_DRIVERS)
    assert set(REASONS) == {*DRIVERS, *LINES, *MQTT_DRIVERS, *POLLED_DRIVERS}


@serial_drivers
@given(data=st.data())
def test_sound_frames_survive_any_cut_of_the_line(name: str, data: st.DataObject) -> None:
    driver = LINES[name]
    sent = data.draw(st.lists(SOUND[name], max_size=4))
    line = b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(line)), max_size=6)))
    chunks = [line[start:end] for start, end in pairwise([0, *cuts, len(line)])]
    assert pieces(driver, *chunks) == sent
    assert pieces(driver, *(bytes([byte]) for byte in line)) == sent


@serial_drivers
@given(data=st.data())
def test_any_bytes_at_all_give_frames_and_named_rejects(name: str, data: st.DataObject) -> None:
    driver = LINES[name]
    chunks = data.draw(
        st.lists(NOISE | SOUND[name].map(lambda frame: frame[: len(frame) // 2]) | SOUND[name], max_size=6)
    )
    found = pieces(driver, *chunks)
    for piece in found:
        if isinstance(piece, Reject):
            check(piece)
        else:
            check(driver.decode(piece, any_device))
            assert driver.acknowledgement(piece) is None or isinstance(driver.acknowledgement(piece), bytes)
    lost = sum(int(piece.detail.split()[0]) for piece in found if isinstance(piece, Reject))
    assert lost + sum(map(len, frames(found))) == sum(map(len, chunks))
    assert not any(isinstance(one, Reject) and isinstance(two, Reject) for one, two in pairwise(found))


@serial_drivers
@given(data=st.data())
def test_a_frame_after_noise_and_a_pause_is_always_found(name: str, data: st.DataObject) -> None:
    driver = LINES[name]
    splitter = driver.new_splitter()
    splitter.feed(data.draw(NOISE))
    splitter.flush()
    frame = data.draw(SOUND[name])
    assert splitter.feed(frame) + splitter.flush() == [frame]


@serial_drivers
@given(frame=st.binary(max_size=200))
def test_a_decoder_takes_whatever_it_is_given(name: str, frame: bytes) -> None:
    driver = LINES[name]
    check(driver.decode(frame, any_device))
    assert driver.acknowledgement(frame) is None or isinstance(driver.acknowledgement(frame), bytes)


@serial_drivers
@pytest.mark.parametrize("unit", [b"\x00", *BRIDGE_HEADS, *radar_frames.HEADS, *worn_frames.HEADS])
def test_a_megabyte_of_anything_is_held_in_next_to_nothing(name: str, unit: bytes) -> None:
    splitter = LINES[name].new_splitter()
    chunk = unit * (65_536 // len(unit))
    most_held = 0
    reasons: Counter[str] = Counter()
    for _ in range(16):
        reasons.update(piece.reason for piece in splitter.feed(chunk) if isinstance(piece, Reject))
        most_held = max(most_held, splitter.held_bytes)
    assert most_held < HELD_LIMIT_BYTES.get(name, 256)
    assert set(reasons) <= REASONS[name]


@mqtt_drivers
@given(data=st.data())
def test_any_message_is_decoded_or_refused_by_name(name: str, data: st.DataObject) -> None:
    driver = MQTT_DRIVERS[name]
    topic = data.draw(st.sampled_from(topics(name)) | st.text())
    payload = data.draw(st.binary(max_size=64) | MESSAGES[name] | MESSAGES[name].map(lambda whole: whole[:-1]))
    retained = data.draw(st.booleans())
    decoded = driver.decode(topic, payload, retained, any_device)
    if isinstance(decoded, Reject):
        check(decoded)
    else:
        assert all(signal.driver in DRIVERS and signal.retained is retained for signal in decoded)


@mqtt_drivers
@given(data=st.data())
def test_values_of_any_type_never_break_a_message(name: str, data: st.DataObject) -> None:
    known = sorted(
        {
            *radio_frames.KEYS,
            *ble_frames.KEYS,
            *(key for vector in vectors("zigbee2mqtt_json") for key in vector["input"]),
        }
    )
    value: st.SearchStrategy[object] = (
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just([])
    )
    values: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(known), value))
    payload = json.dumps(values).replace("Infinity", "1e300").encode()
    check(MQTT_DRIVERS[name].decode(topics(name)[0], payload, False, any_device))


@mqtt_drivers
def test_a_payload_of_five_megabytes_is_refused_unread(name: str) -> None:
    decoded = MQTT_DRIVERS[name].decode(topics(name)[0], b'{"a":"' + b"x" * 5_000_000 + b'"}', False, any_device)
    assert isinstance(decoded, Reject)
    assert decoded.reason == "oversize"


def test_evidence_is_the_number_of_captured_frames() -> None:
    for protocol, count in EVIDENCE_FRAMES.items():
        assert count == sum(vector["origin"].split(" (")[0] == "captured" for vector in vectors(protocol))
    for driver in DRIVERS.values():
        assert (driver.evidence_frames > 0) is (driver.name not in UNCAPTURED)
        assert driver.model("no such model").name == driver.generic_model


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
