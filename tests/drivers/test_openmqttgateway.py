"""Codes heard by an OpenMQTTGateway: the press among its junk decodes, and its other receivers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import openmqttgateway
from drivers.device import Decoded, Device
from drivers.event import Kind, Reject
from tests.drivers.radio_frames import payload
from tests.drivers.vectors import cord, enrolled, nobody, vectors

TOPIC = "home/gate/433toMQTT"
codes = st.integers(1, 0xFFFFFF).map(lambda value: f"{value:06X}")


def heard(message: Any, *, topic: str = TOPIC, lookup: Any = nobody) -> Decoded:
    return openmqttgateway.decode(topic, json.dumps(message).encode(), False, lookup)


def codes_of(decoded: Decoded) -> list[str]:
    assert isinstance(decoded, tuple)
    return [f"{signal.address}{signal.code}" for signal in decoded]


@pytest.mark.parametrize("vector", vectors("openmqttgateway_rf"), ids=lambda vector: vector["id"])
def test_a_captured_message_is_taken_or_refused(vector: dict[str, Any]) -> None:
    decoded = openmqttgateway.decode(vector["topic"], payload(vector), False, nobody)
    assert isinstance(decoded, tuple) is vector["expect"]["accept"]
    if isinstance(decoded, tuple):
        assert codes_of(decoded) == [vector["expect"]["code24"]]


def test_one_press_with_its_junk_decodes_is_one_code() -> None:
    burst = [(1375, 1, 24), (4095, 29, 12), (3327, 10, 12), (8191, 29, 13), (1375, 1, 24)]
    found = [heard({"value": value, "protocol": protocol, "length": bits}) for value, protocol, bits in burst]
    assert [codes_of(one) for one in found if isinstance(one, tuple)] == [["00055F"], ["00055F"]]
    assert [one.reason for one in found if isinstance(one, Reject)] == ["partial"] * 3


def test_a_number_in_quotes_is_a_number() -> None:
    quoted = heard({"value": "1375", "protocol": "1", "length": "24", "delay": "311"})
    assert codes_of(quoted) == ["00055F"]
    assert isinstance(refused := heard({"value": "0x55F", "length": "24"}), Reject)
    assert refused.reason == "bad_code"


@given(codes)
def test_a_code_is_the_same_from_each_of_its_receivers(code24: str) -> None:
    raw = "2F8A019A04A6" + code24
    assert codes_of(openmqttgateway.decode(TOPIC, openmqttgateway.encode(code24), False, nobody)) == [code24]
    for message in ({"raw": raw, "delay": 12170, "value": 7}, {"value": int(code24, 16), "delay": 12170}):
        assert codes_of(heard(message, topic="home/gate/SRFBtoMQTT")) == [code24]
    decoded = openmqttgateway.decode("home/gate/SRFBtoMQTT/Raw", raw.lower().encode(), False, nobody)
    assert codes_of(decoded) == [code24]


def test_a_line_of_rtl_433_is_read_as_one() -> None:
    line = {"model": "Kerui-Security", "id": 0x9EAD9, "cmd": 15, "state": "battery"}
    decoded = heard(line, topic="home/gate/RTL_433toMQTT/Kerui-Security/649945", lookup=enrolled(cord()))
    assert isinstance(decoded, tuple)
    assert [(signal.driver, signal.type) for signal in decoded] == [("ev1527", "sos")]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"value": 1375}, "bad_code"),
        ({"value": "1375.0", "length": 24}, "bad_code"),
        ({"value": True, "length": 24}, "bad_code"),
        ({"value": 1 << 24, "length": 24}, "not_ev1527"),
        ({"value": -1, "length": 24}, "not_ev1527"),
        ({"value": 1375, "length": 32}, "not_ev1527"),
        (5535011, "not_object"),
    ],
)
def test_what_is_no_code_is_refused_with_its_reason(message: Any, expected: str) -> None:
    assert heard(message) == Reject(driver="openmqttgateway", reason=expected)


def test_code_zero_is_not_a_device() -> None:
    assert heard({"value": 0, "protocol": 1, "length": 24}) == Reject(driver="ev1527", reason="no_code")


def test_a_code_that_the_broker_kept_is_no_press() -> None:
    decoded = openmqttgateway.decode(TOPIC, openmqttgateway.encode("9EAD9F"), True, enrolled(cord()))
    assert isinstance(decoded, tuple)
    assert [(signal.kind, signal.retained) for signal in decoded] == [(Kind.ALARM, True)]


def test_an_enrolled_receiver_lives_with_its_messages_and_dies_with_its_last_will() -> None:
    gate = Device(id="gate", driver="openmqttgateway", address="gate", model="receiver", room="hall")
    lookup = enrolled(gate)
    for topic, said, kind in (
        ("home/gate/LWT", b"online", Kind.SUPERVISION),
        ("home/gate/LWT", b"offline", Kind.SUPERVISION_LOST),
        ("home/gate/SYStoMQTT", b"{}", Kind.SUPERVISION),
    ):
        decoded = openmqttgateway.decode(topic, said, False, lookup)
        assert isinstance(decoded, tuple)
        assert [signal.kind for signal in decoded] == [kind]
        assert openmqttgateway.decode(topic, said, False, nobody) == ()
