"""IAS zones: frames read and written, and what each model means by its alarm bits."""

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import AlarmType, Kind, Signal
from drivers.zigbee2mqtt_quirks import QUIRKS, quirk_of
from drivers.zigbee2mqtt_state import signals
from drivers.zigbee_ias import (
    KEYPAD,
    Notification,
    command_name,
    encode,
    flags,
    notification_of,
    parse_frame,
    parse_notification,
    parse_zigate,
    zone_type_of,
)
from drivers.zigbee_ias_zones import GENERIC_BY_ZONE_TYPE, ZONES, values_of
from gateway.decode import answer

say = partial(Signal, driver="zigbee2mqtt", address="a")
BYTES = st.integers(0, 0xFF)
NOTIFICATIONS = st.builds(
    Notification,
    status=st.integers(0, 0xFFFF),
    extended=BYTES,
    zone_id=BYTES,
    delay_quarter_seconds=st.integers(0, 0xFFFF),
)


def said(status: int, model: str) -> list[tuple[Kind, str | None]]:
    quirk = quirk_of(model)
    return [(signal.kind, signal.type) for signal in signals(values_of(status, quirk.zone), say, quirk)]


def asked(**vector: Any) -> dict[str, Any]:
    return answer(json.dumps({"protocol": "zigbee_ias_zcl", **vector}).encode())


@pytest.mark.parametrize("model", ["SGMHM-I1", "HEIMAN SGMHM-I1", "GS SGPHM-I1", "HS3CG", "HS1CG-E"])
def test_finding_7_heiman_gas_is_alarm_2_and_was_missed_by_the_generic_converter(model: str) -> None:
    assert said(0x0022, model) == [(Kind.ALARM, AlarmType.GAS)]
    quirk = quirk_of(model)
    (clear,) = signals(values_of(0x0020, quirk.zone), say, quirk)
    assert (clear.kind, "gas" in clear.not_active) == (Kind.SUPERVISION, True)


@pytest.mark.parametrize("model", ["JTYJ-GD-01LM/BW", "lumi lumi.sensor_smoke"])
def test_finding_7_xiaomi_smoke_0002_is_its_self_test_and_no_smoke(model: str) -> None:
    assert said(0x0002, model) == [(Kind.TEST, AlarmType.SMOKE)]
    assert said(0x0001, model) == [(Kind.ALARM, AlarmType.SMOKE)]
    assert said(0x0000, model) == [(Kind.SUPERVISION, None)]


def test_an_unknown_detector_of_fire_or_gas_alarms_by_either_bit() -> None:
    for model, type_ in (("generic-smoke", "smoke"), ("generic-gas", "gas"), ("generic-co", "co")):
        for status in (0x0001, 0x0002, 0x0023):
            assert said(status, model) == [(Kind.ALARM, type_)]


@pytest.mark.parametrize("model", ["TS0215A_sos", "TS0218", "MIR-SO100", "ZG-101Z", "SE20-O", "generic-button"])
def test_a_call_button_calls_by_either_bit(model: str) -> None:
    for status in (0x0001, 0x0002, 0x0023):
        assert said(status, model) == [(Kind.ALARM, AlarmType.SOS)]


def test_a_detector_of_two_gases_tells_them_apart() -> None:
    assert said(0x0001, "CR701-YZ") == [(Kind.ALARM, AlarmType.CO)]
    assert said(0x0002, "CR701-YZ") == [(Kind.ALARM, AlarmType.GAS)]


def test_a_bit_that_a_model_does_not_use_is_no_alarm() -> None:
    assert said(0x00B1, "BSD-2") == [(Kind.SUPERVISION, None)]
    assert said(0x0032, "BSD-2") == [(Kind.ALARM, AlarmType.SMOKE)]
    assert said(0x0001, "SEB01ZB") == [(Kind.SUPERVISION, None)]
    assert said(0x0002, "SEB01ZB") == [(Kind.ALARM, AlarmType.SOS)]


def test_an_open_door_is_the_alarm_of_a_contact_unless_the_maker_turned_it_round() -> None:
    assert said(0x0001, "generic-contact") == [(Kind.ACTIVITY, "contact_open")]
    assert said(0x0020, "generic-contact") == [(Kind.ACTIVITY, "contact_closed")]
    assert said(0x0001, "HS-SEDR00ZB-VNM") == [(Kind.ACTIVITY, "contact_closed")]


def test_the_test_bit_makes_an_alarm_a_test_and_faults_come_along() -> None:
    assert said(0x0101, "generic-smoke") == [(Kind.TEST, AlarmType.SMOKE)]
    assert said(0x000D, "generic-smoke") == [
        (Kind.ALARM, AlarmType.SMOKE),
        (Kind.TAMPER, None),
        (Kind.LOW_BATTERY, None),
    ]


def test_every_zone_is_that_of_a_model_and_says_what_is_understood() -> None:
    assert set(ZONES) <= set(QUIRKS)
    assert set(GENERIC_BY_ZONE_TYPE.values()) <= set(QUIRKS)
    for model in ZONES:
        assert said(0x0003, model) != [(Kind.SUPERVISION, None)], model


def test_flags_have_the_names_of_their_bits() -> None:
    assert flags(0x0000) == ()
    assert flags(0x0024) == ("tamper", "restore_reports")
    assert flags(0x02C8) == ("battery_low", "trouble", "ac_status", "battery_defect")
    assert flags(0xFC00) == ()


@given(notification=NOTIFICATIONS, transaction=BYTES)
def test_a_status_change_survives_writing_and_reading(notification: Notification, transaction: int) -> None:
    frame = parse_frame(encode(notification, transaction))
    assert not isinstance(frame, str)
    assert (frame.command, frame.transaction) == ("status_change_notification", transaction)
    assert notification_of(frame) == notification


def test_a_zone_of_the_first_profile_sends_no_zone_id() -> None:
    short = Notification(status=0x0024, extended=0)
    assert parse_notification(bytes.fromhex("240000")) == short
    frame = parse_frame(encode(short, 1))
    assert not isinstance(frame, str)
    assert notification_of(frame) == short
    with pytest.raises(ValueError, match="format"):
        encode(Notification(status=0x10000), 1)


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        ("18 10 0A 0200 19 2100", 0x0021),
        ("18 10 01 0200 00 19 2200", 0x0022),
        ("1D 5F11 10 00 0100 00", 0x0001),
        ("18 10 01 0200 86", None),
        ("18 10 0A 0100 31 2800", None),
        ("11 10 00 00 17", None),
    ],
)
def test_a_status_is_read_in_whichever_way_it_is_told(frame: str, status: int | None) -> None:
    parsed = parse_frame(bytes.fromhex(frame))
    assert not isinstance(parsed, str)
    found = notification_of(parsed)
    assert (found and found.status) == status


def test_an_enrolment_says_what_sort_of_zone_it_is() -> None:
    for told in ("19 01 01 2B00 5F11", "18 02 0A 0100 31 2B00"):
        frame = parse_frame(bytes.fromhex(told))
        assert not isinstance(frame, str)
        assert zone_type_of(frame) == 0x002B


@pytest.mark.parametrize(
    ("data", "reason"), [("", "incomplete"), ("1978", "incomplete"), ("0278 00", "bad_frame"), ("00" * 300, "oversize")]
)
def test_what_is_no_frame_has_a_reason(data: str, reason: str) -> None:
    assert parse_frame(bytes.fromhex(data)) == reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("0701", "incomplete"),
        ("0701050007 8949000100ff0000", "bad_frame"),
        ("07010500028949000100ff00", "incomplete"),
        ("07010500028949000100ff0000aabb", "oversize"),
    ],
)
def test_what_is_no_message_of_a_zigate_has_a_reason(data: str, reason: str) -> None:
    assert parse_zigate(bytes.fromhex(data)) == reason


def test_a_zigate_may_give_the_long_address_and_the_signal() -> None:
    message = parse_zigate(bytes.fromhex("070105000300158d000153b9ff000100ff0000b4"))
    assert not isinstance(message, str)
    assert (message.source, message.notification.status) == ("00158d000153b9ff", 1)


@given(data=st.binary(max_size=300), cluster=st.sampled_from([0x0500, 0x0501, 0x0502, 0xFFFF]))
def test_any_bytes_are_a_frame_or_a_reason(data: bytes, cluster: int) -> None:
    frame = parse_frame(data, cluster)
    if not isinstance(frame, str):
        notification_of(frame)
        zone_type_of(frame)
    parse_notification(data)
    parse_zigate(data)


@given(status=st.integers(0, 0xFFFF), model=st.sampled_from(sorted(QUIRKS)))
def test_any_status_of_any_model_says_something(status: int, model: str) -> None:
    assert said(status, model)


def test_keypads_call_for_help_in_three_ways() -> None:
    assert [command_name(KEYPAD, id_, from_server=False) for id_ in (2, 3, 4)] == ["emergency", "fire", "panic"]
    for id_ in (2, 3, 4):
        told = asked(kind="zcl_cmd", ctx={"cluster": "0501"}, input=id_)
        assert (told["fields"]["event"], told["events"][0]["type"]) == ("sos", "sos")
    assert asked(kind="zcl_cmd", ctx={"cluster": "0501"}, input=0)["fields"]["command"] == "arm"
    assert asked(kind="zcl_hex", ctx={"cluster": "0501"}, input="01 07 02")["fields"] == {
        "cluster": "0501",
        "command": "emergency",
        "tsn": 7,
        "event": "sos",
    }


def test_decode_reads_a_status_by_the_model_that_is_named() -> None:
    for ctx, event in (
        ({"model": "SGMHM-I1"}, "gas"),
        ({"model": "JTYJ-GD-01LM/BW"}, "test"),
        ({"zone_type": "0x002A"}, "water"),
        ({"zone_type": 0x002C}, "sos"),
    ):
        told = asked(kind="zone_status_int", input=2, ctx=ctx)
        assert (told["fields"]["event"], "suggested" in told) == (event, False)
    assert asked(kind="zone_status_int", input=2)["suggested"]


@pytest.mark.parametrize(
    ("status", "event"),
    [(0x0040, "trouble"), (0x0080, "mains"), (0x0010, "supervision"), (0x0030, "restore"), (0x0008, "low_battery")],
)
def test_a_status_without_an_alarm_is_told_by_its_bits(status: int, event: str) -> None:
    assert asked(kind="zone_status_int", input=status)["fields"]["event"] == event


@pytest.mark.parametrize(
    ("status", "said"),
    [(0x0040, {"kind": "trouble", "type": "device_fault"}), (0x0200, {"kind": "low_battery", "type": None})],
)
def test_a_fault_of_the_zone_is_no_mere_sign_of_life(status: int, said: dict[str, Any]) -> None:
    (event,) = asked(kind="zone_status_int", input=status)["events"]
    assert {key: event[key] for key in said} == said


# Zone types and what their alarm bits stand for: the ZCL's table as Tizen's native API repeats it
# (docs.tizen.org, group CAPI_NETWORK_ZIGBEE_ZCL_IAS_ZONE_CLUSTER_MODULE).
@pytest.mark.parametrize(
    ("zone_type", "event"),
    [
        (0x000D, "motion"),
        (0x0015, "contact_open"),
        (0x0028, "smoke"),
        (0x002A, "water"),
        (0x002B, "gas"),
        (0x002C, "sos"),
        (0x002D, "motion"),
        (0x010F, "sos"),
        (0x0115, "sos"),
        (0x021D, "sos"),
        (0x0225, None),
        (0x0226, "motion"),
        (0x0229, None),
    ],
)
def test_an_alarm_bit_means_what_the_zone_type_says(zone_type: int, event: str | None) -> None:
    for shown in (zone_type, f"0x{zone_type:04X}"):
        told = asked(kind="zone_status_int", input=1, ctx={"zone_type": shown})
        assert (told["fields"]["event"], "suggested" in told) == (event, False)


def test_a_model_that_is_not_in_the_table_is_read_by_what_its_name_says() -> None:
    assert asked(kind="zone_status_int", input=1, ctx={"model": "lumi.sensor_wleak.aq1"})["fields"]["event"] == "water"


@pytest.mark.parametrize(
    ("vector", "reason"),
    [
        ({"kind": "zone_status_int", "input": 70_000}, "bad_status"),
        ({"kind": "zone_status_int", "input": None}, "bad_number"),
        ({"kind": "zcl_cmd", "ctx": {"cluster": "0501"}, "input": 99}, "unknown_command"),
        ({"kind": "zcl_cmd", "ctx": {"cluster": "zz"}, "input": 2}, "bad_cluster"),
        ({"kind": "zcl_hex", "input": "19780001"}, "incomplete"),
        ({"kind": "zcl_hex", "input": "1978"}, "incomplete"),
        ({"kind": "zcl_hex", "input": "xyz"}, "bad_hex"),
        ({"kind": "zcl_payload_hex", "input": "01"}, "incomplete"),
        ({"kind": "zigate_8401_hex", "input": "0701"}, "incomplete"),
    ],
)
def test_decode_refuses_by_name(vector: dict[str, Any], reason: str) -> None:
    assert asked(**vector)["reason"] == reason


@given(
    kind=st.sampled_from(["zone_status_int", "zcl_cmd", "zcl_hex", "zcl_payload_hex", "zigate_8401_hex", None]),
    shown=st.none() | st.integers() | st.text(max_size=8) | st.binary(max_size=30).map(bytes.hex) | st.just([1]),
    ctx=st.none()
    | st.dictionaries(st.sampled_from(["cluster", "model", "zone_type"]), st.text(max_size=6) | st.integers()),
    note=st.text(max_size=10) | st.just("BSD-2 smoke"),
)
def test_decode_answers_whatever_it_is_given(kind: str | None, shown: object, ctx: object, note: str) -> None:
    told = asked(kind=kind, input=shown, ctx=ctx, note=note)
    assert told["ok"] is (told["reason"] is None)
