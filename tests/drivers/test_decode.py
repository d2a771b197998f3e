"""`anju decode` against every captured frame, and against lines that nobody should send."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.decode import LINE_LIMIT_BYTES, answer, run
from tests.drivers.vectors import vectors

PROTOCOLS = (
    "ev1527_codes",
    "sonoff_rf_bridge_uart",
    "zigbee2mqtt_json",
    "zigbee_ias_zcl",
    "openmqttgateway_rf",
    "rtl433_json",
    "tasmota_rf_mqtt",
)
INPUT_KEYS = ("kind", "input", "topic", "ctx", "fport")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def asked(protocol: str, **vector: Any) -> dict[str, Any]:
    return answer(json.dumps({"protocol": protocol, **vector}).encode())


@pytest.mark.parametrize(
    ("protocol", "vector"),
    [
        pytest.param(protocol, vector, id=f"{protocol}-{vector['id']}")
        for protocol in PROTOCOLS
        for vector in vectors(protocol)
    ],
)
def test_fields_repeat_what_is_known_of_a_captured_frame(protocol: str, vector: dict[str, Any]) -> None:
    told = asked(protocol, **{key: vector[key] for key in INPUT_KEYS if key in vector})
    assert (told["ok"], told["reason"]) == (True, None)
    expected = {key: value for key, value in vector["expect"].items() if key != "note"}
    assert {key: told["fields"].get(key, "missing") for key in expected} == expected


def test_events_bear_the_gateways_words() -> None:
    told = asked("zigbee2mqtt_json", kind="mqtt_json", topic="zigbee2mqtt/a", input={"gas": True, "smoke": False})
    assert told["events"] == [{"kind": "alarm", "type": "gas", "state": "active", "not_active": ["smoke"]}]
    told = asked("ev1527_codes", kind="code24", input="{25}9ead9f8")
    assert (told["events"], told["suggested"]) == (
        [{"kind": "alarm", "type": "sos", "code": "F", "state": "active"}],
        True,
    )


def test_a_make_that_is_known_gives_the_nibble_its_meaning() -> None:
    low = asked("ev1527_codes", kind="rtl433", input={"model": "Kerui-Security", "id": 0x9EAD9, "cmd": 15})
    assert low["fields"]["event"] == "low_battery"
    assert asked("ev1527_codes", kind="code24", input="9EAD9F")["fields"]["event"] == "sos"
    unknown = asked("ev1527_codes", kind="code24", input="9EAD90")
    assert (unknown["ok"], unknown["ignored"], unknown["events"]) == (True, "unmapped_code", [])


def test_a_code_is_read_in_every_shape_a_decoder_prints() -> None:
    shown: list[object] = [
        "0f0065",
        "0F00658",
        "0x0F0065",
        {"codes": ["{25}0f00658"]},
        {"data": "0f0065"},
        {"id": "0f006", "cmd": 5},
    ]
    for one in shown:
        assert asked("ev1527_codes", input=one)["fields"]["dec"] == 983141


def test_a_frame_in_noise_is_found_and_a_broken_one_is_refused() -> None:
    frame = "AA A4 24EA 0136 03B6 9EAD9F 55"
    assert asked("sonoff_rf_bridge_uart", input="00 FF " + frame)["fields"]["code"] == "9EAD9F"
    assert asked("sonoff_rf_bridge_uart", input=frame[:-5])["reason"] == "incomplete"
    assert asked("sonoff_rf_bridge_uart", input=frame[:-2] + "56")["reason"] == "noise"
    assert asked("sonoff_rf_bridge_uart", input="AA:A0:55")["fields"]["action"] == "A0"
    told = asked("sonoff_rf_bridge_uart", input="AAA60601FFFF4273F555")
    assert (told["fields"]["protocol_index"], told["ignored"]) == (1, "not_ev1527")


def test_a_sequence_of_messages_is_told_in_order() -> None:
    told = asked(
        "zigbee2mqtt_json",
        kind="mqtt_sequence",
        topic=["zigbee2mqtt/b", "zigbee2mqtt/b/action", "zigbee2mqtt/b"],
        input=[{"action": "emergency"}, "emergency", {"action": ""}],
    )
    assert told["fields"]["events"] == ["sos"]
    assert [event["type"] for event in told["events"]] == ["sos"]


def test_a_device_that_leaves_is_lost_to_supervision() -> None:
    event = {"type": "device_leave", "data": {"friendly_name": "a", "ieee_address": "0x1"}}
    told = asked("zigbee2mqtt_json", topic="zigbee2mqtt/bridge/event", input=event)
    assert told["fields"]["events"] == ["device_leave"]
    assert told["events"] == [{"kind": "supervision_lost", "type": "device_leave"}]


@pytest.mark.parametrize("shown", ["offline", {"state": "offline"}])
@pytest.mark.parametrize(("topic", "device"), [("a/availability", "a"), ("bridge/state", "bridge")])
def test_what_cannot_be_reached_is_lost_to_supervision(topic: str, device: str, shown: object) -> None:
    told = asked("zigbee2mqtt_json", topic=f"zigbee2mqtt/{topic}", input=shown)
    assert (told["fields"]["device"], told["fields"]["state"]) == (device, "offline")
    assert told["fields"]["events"] == ["supervision_lost"]
    assert told["events"] == [{"kind": "supervision_lost", "type": None}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "bad_json"),
        (b"hello", "bad_json"),
        (b"\xff\xfe", "bad_utf8"),
        (b"[1]", "not_object"),
        (b"[" * 100_000, "too_deep"),
        (b" " * (LINE_LIMIT_BYTES + 1), "oversize"),
        (b"{}", "unknown_protocol"),
        (b'{"protocol": ["ev1527_codes"]}', "unknown_protocol"),
        (b'{"protocol": "morse", "input": "..."}', "unknown_protocol"),
        (b'{"protocol": "ev1527_codes", "input": "XYZ"}', "bad_code"),
        (b'{"protocol": "ev1527_codes"}', "bad_code"),
        (b'{"protocol": "sonoff_rf_bridge_uart", "input": "XYZ"}', "bad_hex"),
        (b'{"protocol": "sonoff_rf_bridge_uart", "input": {"a": 1}}', "bad_hex"),
        (b'{"protocol": "sonoff_rf_bridge_uart", "input": "00112233"}', "noise"),
        (b'{"protocol": "zigbee2mqtt_json", "input": "{"}', "bad_json"),
        (b'{"protocol": "zigbee2mqtt_json", "topic": 7, "input": {}}', "bad_topic"),
        (b'{"protocol": "zigbee2mqtt_json", "kind": "mqtt_sequence", "topic": "a/b", "input": []}', "bad_sequence"),
        (b'{"protocol": "zigbee2mqtt_json", "input": ' + b"[" * 900 + b"]" * 900 + b"}", "too_deep"),
    ],
)
def test_any_line_is_answered_with_a_reason(line: bytes, reason: str) -> None:
    assert answer(line) == {"ok": False, "reason": reason, "fields": {}, "events": []}


@pytest.mark.parametrize("model", [[], {}, 7, None, "x"])
def test_a_row_of_a_software_radio_is_answered_whatever_its_model(model: object) -> None:
    told = asked("rtl433_json", input={"model": model, "id": 1, "len": 25, "data": "8780320"})
    assert (told["ok"], told["fields"]["code24"]) == (True, "0F0064")


def test_one_line_out_for_each_line_in() -> None:
    lines = [b'{"protocol":"ev1527_codes","input":"9EAD9F"}', b"", b"x" * 3_000_000, b"\x00", b'{"protocol":"morse"}']
    out = io.StringIO()
    assert run(io.BytesIO(b"\n".join(lines)), out) == 0
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [told["reason"] for told in answers] == [None, "bad_json", "oversize", "bad_json", "unknown_protocol"]


@given(
    protocol=st.sampled_from(PROTOCOLS),
    kind=st.sampled_from(
        ["hex", "code24", "mqtt_json", "mqtt_text", "mqtt_sequence", "rtl433", "zcl_hex", "zone_status_int"]
    ),
    topic=st.sampled_from(["zigbee2mqtt/a", "zigbee2mqtt/bridge/event", "zigbee2mqtt/a/action", "x", ["a/b"]]),
    shown=json_values
    | st.dictionaries(
        st.sampled_from(["action", "smoke", "battery", "events", "device", "last_seen", "id", "cmd"]), json_values
    ),
)
def test_whatever_the_input_there_is_one_strict_json_answer(protocol: str, kind: str, topic: Any, shown: Any) -> None:
    told = asked(protocol, kind=kind, topic=topic, input=shown)
    assert set(told) >= {"ok", "reason", "fields", "events"}
    assert told["ok"] is (told["reason"] is None)
    json.dumps(told, allow_nan=False)
