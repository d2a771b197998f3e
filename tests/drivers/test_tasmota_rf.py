"""Codes heard by Tasmota: both shapes, raw frames as text, the receiver's own life."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import portisch_bucket, tasmota_rf
from drivers.device import Decoded, Device
from drivers.event import Kind, Reject
from drivers.registry import DRIVERS
from tests.drivers.radio_frames import payload
from tests.drivers.vectors import cord, enrolled, nobody, vectors

TOPIC = "tele/bridge/RESULT"
RECEIVER = Device(id="radio", driver="tasmota_rf", address="bridge", model="receiver", room="hall")

codes = st.integers(1, 0xFFFFFF).map(lambda value: f"{value:06X}")


def told(decoded: Decoded) -> list[tuple[str, str, Kind, str | None]]:
    assert isinstance(decoded, tuple)
    return [(signal.driver, signal.address, signal.kind, signal.code) for signal in decoded]


def heard(message: Any, *, topic: str = TOPIC, lookup: Any = nobody) -> Decoded:
    return tasmota_rf.decode(topic, json.dumps(message).encode(), False, lookup)


def reason(decoded: Decoded) -> tuple[str, str]:
    assert isinstance(decoded, Reject)
    return decoded.driver, decoded.reason


@pytest.mark.parametrize("vector", vectors("tasmota_rf_mqtt"), ids=lambda vector: vector["id"])
def test_a_captured_message_gives_its_code(vector: dict[str, Any]) -> None:
    decoded = tasmota_rf.decode(vector["topic"], payload(vector), False, nobody)
    expected = vector["expect"]
    code = [("ev1527", expected["id20"], Kind.ENROLMENT, expected["nibble"])] if "id20" in expected else []
    assert told(decoded) == code


@given(codes)
def test_a_code_is_the_same_in_every_shape(code24: str) -> None:
    expected = [("ev1527", code24[:5], Kind.ENROLMENT, code24[5])]
    value = int(code24, 16)
    spaced = portisch_bucket.encode(code24).hex(" ").upper()
    shapes: list[Any] = [
        json.loads(tasmota_rf.encode(code24)),
        {
            "Time": "2020-05-27T18:59:06",
            "RfReceived": {"Data": f"0x{value:X}", "Bits": 24, "Protocol": 1, "Pulse": 238},
        },
        {"RfReceived": {"Data": value, "Bits": 24, "Protocol": 1, "Pulse": 238}},
        {"RfReceived": {"Sync": 9450, "Low": 310, "High": 950, "Data": value, "RfKey": 3}},
        {"RfRaw": {"Data": spaced}},
        {"RfRaw": {"Data": spaced.replace(" ", "")}},
    ]
    for shape in shapes:
        assert told(heard(shape)) == expected


def test_one_message_of_an_enrolled_cord_is_an_alarm() -> None:
    decoded = heard(json.loads(tasmota_rf.encode("9EAD9F")), lookup=enrolled(cord()))
    assert isinstance(decoded, tuple)
    (signal,) = decoded
    assert (signal.driver, signal.kind, signal.type, signal.code) == ("ev1527", Kind.ALARM, "sos", "F")


@pytest.mark.parametrize("topic", ["bridge/tele/RESULT", "house/tele/bridge/RESULT", "tele/bridge/RFRECEIVED"])
def test_the_topic_may_be_in_another_order(topic: str) -> None:
    assert told(heard(json.loads(tasmota_rf.encode("9EAD9F")), topic=topic)) == [
        ("ev1527", "9EAD9", Kind.ENROLMENT, "F")
    ]


@pytest.mark.parametrize(
    ("message", "driver", "expected"),
    [
        ({"RfReceived": {"Data": "0x0FFF", "Bits": 12, "Protocol": 29, "Pulse": 142}}, "tasmota_rf", "not_ev1527"),
        ({"RfReceived": {"Data": "0x1FFFFFFFF", "Bits": 24}}, "tasmota_rf", "not_ev1527"),
        ({"RfReceived": {"Data": "sos"}}, "tasmota_rf", "bad_code"),
        ({"RfReceived": {"Data": True}}, "tasmota_rf", "bad_code"),
        ({"RfReceived": "B1E1E7"}, "tasmota_rf", "bad_code"),
        ({"RfReceived": {"Data": "000000"}}, "ev1527", "no_code"),
        ({"RfRaw": {"Data": "AA B1 04 0208 0118 0064 02B2 381A08 55"}}, "tasmota_rf", "noise"),
        ({"RfRaw": {"Data": "AA B1 04 02"}}, "tasmota_rf", "bad_frame"),
        ({"RfRaw": {"Data": "hello"}}, "tasmota_rf", "bad_code"),
    ],
)
def test_what_is_no_code_is_refused_with_its_reason(message: Any, driver: str, expected: str) -> None:
    assert reason(heard(message)) == (driver, expected)


@pytest.mark.parametrize(
    "message", [{}, {"RfKey1": "Learned"}, {"RfRaw": "ON"}, {"RfRaw": {"Data": "AAA055"}}, {"POWER": "ON"}]
)
def test_what_is_about_something_else_says_nothing(message: Any) -> None:
    assert heard(message) == ()


def test_a_code_that_the_broker_kept_is_no_press() -> None:
    for message in (tasmota_rf.encode("9EAD9F"), json.dumps({"RfRaw": {"Data": "AAA424EA013603B69EAD9F55"}}).encode()):
        decoded = tasmota_rf.decode(TOPIC, message, True, enrolled(cord()))
        assert isinstance(decoded, tuple)
        assert [signal.retained for signal in decoded] == [True]


def test_an_enrolled_receiver_lives_with_its_messages_and_dies_with_its_last_will() -> None:
    lookup = enrolled(RECEIVER, cord())
    alive, lost = (
        ("tasmota_rf", "bridge", Kind.SUPERVISION, None),
        ("tasmota_rf", "bridge", Kind.SUPERVISION_LOST, None),
    )
    assert told(tasmota_rf.decode("tele/bridge/LWT", b"Online", False, lookup)) == [alive]
    assert told(tasmota_rf.decode("tele/bridge/LWT", b"Offline", False, lookup)) == [lost]
    assert told(tasmota_rf.decode("tele/bridge/STATE", b'{"UptimeSec":5}', False, lookup)) == [alive]
    assert told(tasmota_rf.decode(TOPIC, tasmota_rf.encode("9EAD9F"), False, lookup))[1:] == [alive]
    assert tasmota_rf.decode("tele/bridge/LWT", b"perhaps", False, lookup) == ()


def test_the_plugs_of_a_house_are_no_offers() -> None:
    assert tasmota_rf.decode("tele/plug/LWT", b"Offline", True, nobody) == ()
    assert tasmota_rf.decode("tele/plug/STATE", b'{"POWER":"ON"}', False, nobody) == ()


def test_a_receiver_is_enrolled_by_its_name() -> None:
    driver = DRIVERS["tasmota_rf"]
    assert driver.normalise_address(" bridge ") == "bridge"
    assert driver.model("any").supervision_seconds == 900
    for typed in ("", "tele/+", "a//b", "#"):
        with pytest.raises(ValueError, match="topics"):
            driver.normalise_address(typed)
