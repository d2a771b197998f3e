"""Events of ChirpStack: whose they are, what each kind says, zeros that are left out, and what is refused."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.chirpstack import MESSAGE_LIMIT_BYTES, decode, encode_up, normalise_address
from drivers.chirpstack_json import place_of
from drivers.event import Kind, Reject, Signal
from drivers.milesight import PAYLOAD_LIMIT_BYTES
from gateway.decode import answer
from tests.drivers.lorawan_messages import DEV_EUI, HEARD, TOPIC, device, told
from tests.drivers.vectors import enrolled, nobody, vectors

PRESS = base64.b64encode(bytes.fromhex("FF2E01")).decode()


def heard(kind: str, values: object, model: str = "WS101", **how: Any) -> tuple[Signal, ...]:
    lookup = how.get("lookup", enrolled(device(model)))
    decoded = decode(TOPIC + kind, json.dumps(values).encode(), how.get("retained", False), lookup)
    assert isinstance(decoded, tuple)
    return decoded


def refused(payload: bytes, topic: str = f"{TOPIC}up") -> str:
    decoded = decode(topic, payload, False, enrolled(device("WS101")))
    assert isinstance(decoded, Reject)
    return decoded.reason


def asked(**vector: Any) -> dict[str, Any]:
    return answer(json.dumps({"protocol": "chirpstack_v4_mqtt", **vector}).encode())


@pytest.mark.parametrize("vector", vectors("chirpstack_v4_mqtt"), ids=lambda vector: str(vector["id"]))
def test_fields_repeat_what_the_server_said(vector: dict[str, Any]) -> None:
    answered = asked(**{key: vector[key] for key in ("kind", "topic", "input")})
    assert (answered["ok"], answered["reason"]) == (True, None)
    expected = vector["expect"]
    assert {key: answered["fields"].get(key, "missing") for key in expected} == expected


def test_a_press_arrives_with_time_place_and_strength() -> None:
    rx = [{"gatewayId": "a", "rssi": -110, "snr": -7.5}, {"gatewayId": "b", "rssi": -71}, "noise", {"rssi": "x"}]
    values = {"time": HEARD, "fPort": 85, "data": PRESS, "rxInfo": rx}
    (signal,) = heard("up", values, retained=True)
    assert (signal.kind, signal.type, signal.address, signal.code) == (Kind.ALARM, "sos", DEV_EUI, "short press")
    assert (signal.rssi_dbm, signal.retained, signal.raw) == (-71, True, bytes.fromhex("FF2E01"))
    assert signal.occurred_at == datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "time", [None, 17, "", "yesterday", "2026-11-20T08:00:00", "1970-01-01T00:00:07Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_that_cannot_be_right_is_none(time: object) -> None:
    (signal,) = heard("up", {"time": time, "fPort": 85, "data": PRESS})
    assert (signal.type, signal.occurred_at) == ("sos", None)


def test_what_a_codec_on_the_server_made_of_it_changes_nothing() -> None:
    values = {"fPort": 85, "data": PRESS, "object": {"button_event": None, "battery": 3}}
    (signal,) = heard("up", values)
    assert (signal.type, signal.battery_percent) == ("sos", None)


@pytest.mark.parametrize("port", [1, 85, 199])
def test_every_application_port_is_read(port: int) -> None:
    assert told("WS101", "FF2E01", port=port) == [("alarm", "sos")]


@pytest.mark.parametrize("port", [0, 200, 224, 255])
def test_a_port_of_the_network_is_a_sign_of_life(port: int) -> None:
    assert told("WS101", "FF2E01", port=port) == [("supervision", None)]


def test_an_uplink_without_data_is_a_sign_of_life() -> None:
    for values in ({}, {"fPort": 85}, {"data": None, "fPort": 85}, {"fPort": 85, "data": ""}):
        assert [signal.kind for signal in heard("up", values)] == [Kind.SUPERVISION]


@pytest.mark.parametrize(
    ("values", "percent", "low"),
    [
        ({"margin": 7, "batteryLevel": 75.2}, 75.2, False),
        ({"margin": 7, "batteryLevel": 12}, 12, True),
        ({"externalPowerSource": True, "batteryLevel": 3}, None, None),
        ({"batteryLevelUnavailable": True}, None, None),
        ({"margin": -3}, None, None),
        ({"batteryLevel": 255}, None, None),
        ({"batteryLevel": "3"}, None, None),
    ],
)
def test_a_status_tells_of_the_battery_and_what_is_left_out_is_unknown(
    values: object, percent: float | None, low: bool | None
) -> None:
    (signal,) = heard("status", values)
    assert (signal.battery_percent, signal.battery_low) == (percent, low)
    assert signal.kind is (Kind.LOW_BATTERY if low else Kind.SUPERVISION)


def test_signs_of_life_and_the_servers_own_talk() -> None:
    assert [heard(kind, {})[0].kind for kind in ("join", "ack", "location")] == [
        Kind.SUPERVISION,
        Kind.SUPERVISION,
        Kind.LOCATION,
    ]
    for kind in ("txack", "integration", "somethingnew"):
        assert heard(kind, {"data": "?"}) == ()
    assert heard("log", {"code": "UPLINK_CODEC", "level": "ERROR"}) == heard("log", {}) == ()


@pytest.mark.parametrize("code", ["UPLINK_F_CNT_RESET", "UPLINK_MIC", "OTAA"])
def test_a_transmission_that_the_server_refused_is_counted(code: str) -> None:
    payload = json.dumps({"level": "ERROR", "code": code, "description": "x"}).encode()
    assert refused(payload, topic=f"{TOPIC}log") == "network_refused"
    answered = asked(topic=f"{TOPIC}log", input=json.loads(payload))
    assert (answered["ok"], answered["ignored"], answered["fields"]["code"]) == (True, "network_refused", code)


def test_a_stranger_is_an_enrolment_offer_and_never_an_alarm() -> None:
    for kind in ("up", "join", "status"):
        (signal,) = heard(kind, {"fPort": 85, "data": PRESS}, lookup=nobody)
        assert (signal.kind, signal.address) == (Kind.ENROLMENT, DEV_EUI)


@pytest.mark.parametrize(
    "typed", ["24E124FFFEF00001", "24:e1:24:ff:fe:f0:00:01", " 24-E1-24-FF-FE-F0-00-01", "0x24e124fffef00001"]
)
def test_a_dev_eui_is_known_however_it_is_written(typed: str) -> None:
    assert normalise_address(typed) == DEV_EUI


@pytest.mark.parametrize("typed", ["", "24E124FFFEF0000", "24E124FFFEF000011", "24E124FFFEF0000G", "button"])
def test_what_is_no_dev_eui_is_refused_with_the_remedy(typed: str) -> None:
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        normalise_address(typed)


def test_the_topic_says_whose_event_it_is() -> None:
    assert place_of(f"eu868/application/7/device/{DEV_EUI.upper()}/event/up") == (DEV_EUI, "up")
    values = {"deviceInfo": {"devEui": "0101010101010101"}, "fPort": 85, "data": PRESS}
    assert heard("up", values)[0].address == DEV_EUI


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "application/7/device/17/event/up",
        f"{TOPIC}",
        f"{TOPIC}up/x",
        f"application/7/device/{DEV_EUI}/command/down",
    ],
)
def test_another_topic_is_refused(topic: str) -> None:
    assert refused(b"{}", topic=topic) == "bad_topic"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "bad_json"),
        (b'{"data":"\xff"}', "bad_utf8"),
        (b"\x0a\x10\xff\xfe", "bad_utf8"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "too_deep"),
        (b'{"data":""}' + b" " * MESSAGE_LIMIT_BYTES, "oversize"),
        (b"[1]", "not_object"),
        (b'{"fPort":85,"data":"FF2E01!"}', "bad_data"),
        (b'{"fPort":85,"data":"\xc3\xa9"}', "bad_data"),
        (b'{"fPort":85,"data":7}', "bad_data"),
        (b'{"fPort":"85","data":"/y4B"}', "bad_data"),
        (b'{"fPort":1e400,"data":"/y4B"}', "bad_json"),
        (b'{"fPort":85,"data":"QkI="}', "unknown_channel"),
        (b'{"fPort":85,"data":"/w=="}', "incomplete"),
    ],
)
def test_what_is_no_event_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    assert refused(payload) == reason


def test_a_payload_longer_than_lorawan_carries_is_refused() -> None:
    assert refused(encode_up(DEV_EUI, b"\x01\x75\x64" * PAYLOAD_LIMIT_BYTES)[1]) == "bad_data"


def test_anju_decode_reads_the_payload_of_a_model_that_is_given() -> None:
    topic, message = encode_up(DEV_EUI, bytes.fromhex("0175100300014242"), time=HEARD)
    answered = asked(topic=topic, input=json.loads(message), ctx={"model": "WS303"})
    assert answered["events"] == [{"kind": "alarm", "type": "water", "state": "active"}]
    assert (answered["fields"]["leakage_status"], answered["fields"]["unread"]) == ("leak", "4242")
    assert asked(topic=topic, input=json.loads(message))["fields"]["event"] == "depends on the codec"


def test_anju_decode_fills_in_the_zeros_that_were_left_out() -> None:
    told_fields = asked(topic=f"{TOPIC}ack", input={"queueItemId": "q"})["fields"]
    assert (told_fields["acknowledged"], told_fields["fcnt_down"], told_fields["queue_item_id"]) == (False, 0, "q")
    told_fields = asked(topic=f"{TOPIC}status", input={"batteryLevel": 50.5})["fields"]
    assert (told_fields["margin"], told_fields["battery_pct"], told_fields["external_power_source"]) == (0, 50.5, False)
    assert asked(topic=f"{TOPIC}log", input={})["fields"]["level"] == "INFO"
    assert asked(topic=f"{TOPIC}location", input={"location": {"longitude": 7}})["fields"]["lat"] == 0


@pytest.mark.parametrize(
    ("vector", "reason"),
    [
        ({"topic": 7, "input": {}}, "bad_topic"),
        ({"topic": f"{TOPIC}up", "input": "{"}, "bad_json"),
        ({"topic": f"{TOPIC}up", "input": {"data": "?"}}, "bad_data"),
        ({"topic": f"{TOPIC}up", "input": {"fPort": 85, "data": "QkI="}, "ctx": {"model": "WS101"}}, "unknown_channel"),
    ],
)
def test_anju_decode_refuses_with_the_drivers_reason(vector: dict[str, Any], reason: str) -> None:
    assert asked(**vector) == {"ok": False, "reason": reason, "fields": {}, "events": []}


@given(data=st.binary(min_size=1, max_size=240), port=st.integers(0, 255))
def test_what_chirpstack_wraps_is_unwrapped(data: bytes, port: int) -> None:
    decoded = decode(*encode_up(DEV_EUI, data, port=port, time=HEARD), False, nobody)
    assert isinstance(decoded, tuple)
    assert [signal.raw for signal in decoded] == [data]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    kind=st.sampled_from(["up", "status", "join", "ack", "txack", "log", "location", "integration", "new"]),
    values=st.dictionaries(
        st.sampled_from(
            [
                "time",
                "deviceInfo",
                "fPort",
                "fCnt",
                "data",
                "rxInfo",
                "location",
                "batteryLevel",
                "margin",
                "code",
                "level",
            ]
        ),
        json_values | st.just(PRESS),
    ),
    model=st.sampled_from(["WS101", "VS373", "GS524N", "", "x"]),
)
def test_values_of_any_type_never_break_an_event(kind: str, values: dict[str, Any], model: str) -> None:
    payload = json.dumps(values).encode()
    decoded = decode(TOPIC + kind, payload, False, enrolled(device(model)))
    assert isinstance(decoded, (tuple, Reject))
    told_answer = asked(topic=TOPIC + kind, input=values, ctx={"model": model})
    json.dumps(told_answer, allow_nan=False)
    assert told_answer["ok"] is (told_answer["reason"] is None)
