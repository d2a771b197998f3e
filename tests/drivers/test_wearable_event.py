"""A band's own fall flag and button on the local broker."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device import Device
from drivers.event import AlarmType, Kind, Reject, Signal, State
from drivers.registry import mqtt_listeners
from drivers.wearable_event import decode, encode, topic_of
from tests.drivers.vectors import enrolled, nobody
from tests.gateway.faults import ready, say
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House

BAND = Device(id="band", driver="wearable", address="band-1", model="generic", room="", position="wrist")
KNOWN = enrolled(BAND)
TOPIC = topic_of("band-1")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("event", ["fall", "sos"])
def test_a_flag_is_an_alarm_of_the_band(event: str) -> None:
    decoded = decode(TOPIC, encode(event, battery_percent=12, at=NOW), False, KNOWN)
    assert isinstance(decoded, tuple)
    (signal,) = decoded
    assert (signal.driver, signal.address, signal.kind, signal.type) == ("wearable", "band-1", Kind.ALARM, event)
    assert (signal.state, signal.code, signal.retained) == (State.ACTIVE, event, False)
    assert (signal.battery_percent, signal.battery_low, signal.occurred_at) == (12, True, NOW)


def test_of_a_stranger_it_is_an_offer() -> None:
    decoded = decode(TOPIC, encode("fall"), True, nobody)
    assert isinstance(decoded, tuple)
    assert [(signal.kind, signal.type, signal.retained) for signal in decoded] == [(Kind.ENROLMENT, None, True)]


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("wearable/band-1/accel", b'{"event":"fall"}', "bad_topic"),
        ("wearable//event", b'{"event":"fall"}', "bad_topic"),
        (TOPIC, b"", "bad_json"),
        (TOPIC, b"[]", "not_object"),
        (TOPIC, b"{}", "unknown_event"),
        (TOPIC, b'{"event":"smoke"}', "unknown_event"),
        (TOPIC, b'{"event":["fall"]}', "unknown_event"),
        (TOPIC, b'{"event":"fall","x":"' + b"x" * 1_024 + b'"}', "oversize"),
    ],
)
def test_what_is_no_flag_is_rejected_with_a_reason(topic: str, payload: bytes, reason: str) -> None:
    assert decode(topic, payload, False, KNOWN) == Reject(driver="wearable_event", reason=reason)


@given(st.text(max_size=20), st.binary(max_size=60) | st.sampled_from((b'{"event":"fall","battery":1e999,"at":1}',)))
def test_any_message_is_a_signal_or_a_reject(rest: str, payload: bytes) -> None:
    decoded = decode(f"wearable/{rest}", payload, False, KNOWN)
    assert isinstance(decoded, Reject) or all(isinstance(signal, Signal) for signal in decoded)


def test_flags_do_not_share_the_session_of_the_samples() -> None:
    listeners = {driver.name: driver for driver in mqtt_listeners({"wearable"})}
    assert listeners["wearable"].is_stream
    assert not listeners["wearable_event"].is_stream
    assert listeners["wearable_event"].subscriptions == ("wearable/+/event",)


async def test_an_own_flag_becomes_an_alarm_at_the_district(tmp_path: Path, district_broker: Broker) -> None:
    with Broker() as local:
        house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local.port)
        house.devices = [
            {"id": "band", "driver": "wearable", "address": "band-1", "position": "wrist", "cancel_seconds": 0}
        ]
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            await say(local.port, TOPIC, encode("fall", battery_percent=80))
            (heard,) = await centre.wait_on("alarm", kind="alarm")
    assert (heard.type, heard.body["data"]["device"]) == (AlarmType.FALL, "band")
