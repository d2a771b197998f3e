"""Messages of zigbee2mqtt: what is a press, what is a condition, what is only talk, and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.device import Device
from drivers.event import ActivityType, AlarmType, Kind, Reject, Signal, State
from drivers.registry import DRIVERS
from drivers.zigbee2mqtt import MESSAGE_LIMIT_BYTES, decode, normalise_address
from tests.drivers.vectors import enrolled, nobody


def device(name: str = "dev", model: str = "generic") -> Device:
    return Device(id="d", driver="zigbee2mqtt", address=name, model=model, room="kitchen")


def said(values: object, *, model: str = "generic", retained: bool = False) -> tuple[Signal, ...]:
    decoded = decode("zigbee2mqtt/dev", json.dumps(values).encode(), retained, enrolled(device(model=model)))
    assert isinstance(decoded, tuple)
    return decoded


def told(values: object, **how: Any) -> list[tuple[Kind, str | None]]:
    return [(signal.kind, signal.type) for signal in said(values, **how)]


def refused(payload: bytes, topic: str = "zigbee2mqtt/dev") -> str:
    decoded = decode(topic, payload, False, enrolled(device()))
    assert isinstance(decoded, Reject)
    return decoded.reason


SOS = [(Kind.ALARM, AlarmType.SOS)]


@pytest.mark.parametrize("action", ["emergency", "single", "double", "hold", "on", "off", "brightness_move_up", "1"])
def test_any_press_of_a_button_is_an_sos(action: str) -> None:
    (signal,) = said({"action": action, "battery": 80}, model="generic-button")
    assert (signal.kind, signal.type, signal.state, signal.code) == (Kind.ALARM, "sos", State.ACTIVE, action)
    assert told({"action": action}) == SOS


@pytest.mark.parametrize("model", ["generic-remote", "generic-keypad"])
def test_a_remote_calls_for_help_only_with_a_word_of_emergency(model: str) -> None:
    assert told({"action": "arm_all_zones"}, model=model) == [(Kind.ACTIVITY, ActivityType.BUTTON)]
    for action in ("panic", "emergency", "SOS", "button_panic"):
        assert told({"action": action}, model=model) == SOS


@pytest.mark.parametrize("values", [{"action": None, "battery": 90}, {"action": "", "battery": 90}, {"battery": 90}])
def test_a_message_without_an_action_is_no_press(values: object) -> None:
    assert told(values, model="generic-button") == [(Kind.SUPERVISION, None)]


def test_the_empty_action_that_follows_a_press_says_nothing() -> None:
    assert told({"action": "", "battery": None, "linkquality": 90}) == []


@pytest.mark.parametrize(
    ("key", "type_"),
    [("smoke", "smoke"), ("carbon_monoxide", "co"), ("gas", "gas"), ("water_leak", "water"), ("heat", "heat")],
)
@pytest.mark.parametrize("true", [True, "true", "True", 1, "ON"])
@pytest.mark.parametrize("false", [False, "false", 0, "OFF"])
def test_a_condition_is_an_alarm_and_its_absence_ends_one(key: str, type_: str, true: object, false: object) -> None:
    assert told({key: true}) == [(Kind.ALARM, type_)]
    (signal,) = said({key: false})
    assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, (type_,))


def test_unknown_is_neither_an_alarm_nor_its_end() -> None:
    unknown: list[object] = [None, "", "maybe", 2, [], {}]
    for value in unknown:
        (signal,) = said({"smoke": value, "battery": None})
        assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, ())
        assert (signal.battery_percent, signal.battery_low) == (None, None)


def test_a_concentration_of_carbon_monoxide_is_no_alarm() -> None:
    assert told({"co": 1, "carbon_monoxide": False}) == [(Kind.SUPERVISION, None)]
    assert told({"co": True}) == [(Kind.ALARM, "co")]


@pytest.mark.parametrize("mark", ["test", "self_test", "preheat"])
def test_a_test_is_never_an_alarm(mark: str) -> None:
    (signal,) = said({"gas": "True", mark: True})
    assert (signal.kind, signal.type, signal.state) == (Kind.TEST, "gas", None)
    assert told({"gas": "True", mark: False}) == [(Kind.ALARM, "gas")]


def test_a_pressed_test_button_is_a_test_of_what_the_detector_detects() -> None:
    assert told({"smoke": False, "test": True}) == [(Kind.TEST, "smoke")]


def test_fire_comes_before_everything_else_in_a_message() -> None:
    signals = said({"contact": False, "tamper": True, "water_leak": True, "smoke": True, "gas": False})
    assert [(signal.kind, signal.type) for signal in signals] == [
        (Kind.ALARM, "smoke"),
        (Kind.ALARM, "water"),
        (Kind.TAMPER, None),
        (Kind.ACTIVITY, "contact_open"),
    ]
    assert [signal.not_active for signal in signals] == [("gas",), (), (), ()]


def test_daily_life_is_activity() -> None:
    assert told({"contact": True}) == [(Kind.ACTIVITY, "contact_closed")]
    assert told({"occupancy": True, "presence": False}) == [(Kind.ACTIVITY, "motion"), (Kind.ACTIVITY, "absence")]


def test_a_low_battery_never_hides_a_call() -> None:
    (signal,) = said({"action": "emergency", "battery": 0})
    assert (signal.type, signal.battery_percent, signal.battery_low) == ("sos", 0, True)
    assert told({"battery": 4, "smoke": False}) == [(Kind.LOW_BATTERY, None)]
    assert told({"battery_low": True}) == [(Kind.LOW_BATTERY, None)]


def test_every_signal_carries_battery_link_and_time() -> None:
    (signal,) = said({"smoke": True, "battery": "100.00", "voltage": 3055, "linkquality": 60}, retained=True)
    assert (signal.battery_percent, signal.battery_mv, signal.link_quality, signal.retained) == (100.0, 3055, 60, True)


@pytest.mark.parametrize(
    ("last_seen", "expected"),
    [
        ("2026-04-17T23:33:17+08:00", datetime(2026, 4, 17, 15, 33, 17, tzinfo=UTC)),
        ("2019-06-24T15:30:53.312Z", datetime(2019, 6, 24, 15, 30, 53, 312000, tzinfo=UTC)),
        (1776439997000, datetime(2026, 4, 17, 15, 33, 17, tzinfo=UTC)),
        ("2026-04-17T23:33:17", None),
        ("2 hours ago", None),
        ("0001-01-01T00:00:00+14:00", None),
        (17, None),
        (1e300, None),
        (None, None),
    ],
)
def test_last_seen_in_any_of_its_shapes(last_seen: object, expected: datetime | None) -> None:
    (signal,) = said({"last_seen": last_seen})
    assert signal.occurred_at == expected


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "bad_json"),
        (b'{"battery": NaN}', "bad_json"),
        (b'{"action":"\xff"}', "bad_utf8"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "too_deep"),
        (b"[" * 100_000, "oversize"),
        (b'{"action":"sos"}' + b" " * MESSAGE_LIMIT_BYTES, "oversize"),
        (b'"smoke"', "not_object"),
        (b"[1]", "not_object"),
        (b"100", "not_object"),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    assert refused(payload) == reason


@pytest.mark.parametrize("name", ["sensore perdita gas", "hall/button", "hall/action", "烟感-厨房", "a/b/c"])
def test_a_friendly_name_may_hold_slashes_and_spaces(name: str) -> None:
    decoded = decode(f"zigbee2mqtt/{name}", b'{"smoke":true}', False, enrolled(device(name)))
    assert isinstance(decoded, tuple)
    assert [(signal.address, signal.type) for signal in decoded] == [(name, "smoke")]
    assert decode(f"zigbee2mqtt/{name}/smoke", b"true", False, enrolled(device(name))) == ()


@pytest.mark.parametrize("sub", ["action", "availability", "set", "get", "set/state", "smoke", "battery"])
def test_repeats_of_single_attributes_are_no_second_event(sub: str) -> None:
    assert decode(f"zigbee2mqtt/dev/{sub}", b"emergency", False, enrolled(device())) == ()


def test_another_base_topic_is_understood() -> None:
    for base in ("zigbee", "home/zigbee2mqtt"):
        decoded = decode(f"{base}/dev", b'{"smoke":true}', False, enrolled(device()))
        assert isinstance(decoded, tuple)
        assert [signal.address for signal in decoded] == ["dev"]
    assert refused(b"{}", topic="zigbee2mqtt") == "bad_topic"


def test_a_stranger_is_an_enrolment_offer_and_never_an_alarm() -> None:
    decoded = decode("zigbee2mqtt/new", b'{"smoke":true,"action":"emergency","battery":7}', False, nobody)
    assert isinstance(decoded, tuple)
    assert [(signal.kind, signal.address, signal.battery_percent) for signal in decoded] == [(Kind.ENROLMENT, "new", 7)]


def bridge_event(type_: str, name: str) -> tuple[Kind, ...]:
    payload = json.dumps({"type": type_, "data": {"friendly_name": name, "ieee_address": "0x1"}}).encode()
    decoded = decode("zigbee2mqtt/bridge/event", payload, False, enrolled(device()))
    assert isinstance(decoded, tuple)
    return tuple(signal.kind for signal in decoded)


def test_a_device_that_joins_or_leaves() -> None:
    for type_ in ("device_announce", "device_interview", "device_joined"):
        assert bridge_event(type_, "dev") == (Kind.SUPERVISION,)
        assert bridge_event(type_, "new") == (Kind.ENROLMENT,)
    assert bridge_event("device_leave", "dev") == (Kind.SUPERVISION_LOST,)
    assert bridge_event("device_leave", "new") == ()
    assert bridge_event("something_else", "dev") == ()


def test_the_bridges_own_talk_says_nothing_however_long() -> None:
    for topic in ("bridge/devices", "bridge/state", "bridge/logging", "bridge/info"):
        assert decode(f"zigbee2mqtt/{topic}", b"[" * 5_000_000, True, nobody) == ()
    assert refused(b"[" * 300_000, topic="zigbee2mqtt/bridge/event") == "oversize"
    for payload in (b"{}", b'{"type":1,"data":{"friendly_name":"dev"}}', b'{"type":"device_leave","data":[]}'):
        assert decode("zigbee2mqtt/bridge/event", payload, False, enrolled(device())) == ()


def test_an_address_is_a_friendly_name() -> None:
    assert normalise_address(" hall/button ") == "hall/button"
    assert normalise_address("bridge") == "bridge"
    for typed in ("", "/", "bridge/event", "a/#", "+"):
        with pytest.raises(ValueError, match="friendly name"):
            normalise_address(typed)
    with pytest.raises(ValueError, match="leave zigbee2mqtt/ away"):
        normalise_address("zigbee2mqtt/smoke-1")


def test_an_unknown_model_is_the_generic_one() -> None:
    driver = DRIVERS["zigbee2mqtt"]
    assert driver.model("acme-9").name == "generic"
    assert driver.model("generic-smoke").supervision_seconds == 90_000
