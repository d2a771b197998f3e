"""Lines of rtl_433: one burst under many names, models that are no kinds of device, presence that is no alarm."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import rtl_433
from drivers.device import Decoded, Device, Lookup
from drivers.event import Kind, Reject, Signal
from drivers.registry import DRIVERS
from drivers.rtl_433_codes import codes24
from tests.drivers.radio_frames import payload
from tests.drivers.vectors import cord, enrolled, nobody, vectors

TOPIC = "rtl_433/host/events"
BY_ID = {vector["id"]: vector["input"] for vector in vectors("rtl433_json")}

codes = st.integers(1, 0xFFFFFF)


def device(address: str, model: str = "generic") -> Device:
    return Device(id="d", driver="rtl_433", address=address, model=model, room="kitchen")


def heard(line: Any, lookup: Lookup = nobody) -> Decoded:
    return rtl_433.decode(TOPIC, json.dumps(line).encode(), False, lookup)


def said(line: dict[str, Any], model: str = "generic") -> tuple[Signal, ...]:
    decoded = heard(line, enrolled(device(f"{line['model']}/{line['id']}", model)))
    assert isinstance(decoded, tuple)
    return decoded


def told(line: dict[str, Any], model: str = "generic") -> list[tuple[Kind, str | None]]:
    return [(signal.kind, signal.type) for signal in said(line, model)]


def every_way(code: int) -> list[dict[str, Any]]:
    """The lines that one burst of an EV1527 sender may become."""
    mirrored = int(f"{code:024b}"[::-1], 2)
    return [
        {"model": "Kerui-Security", "id": code >> 4, "cmd": code & 15},
        {"model": "Kerui-Security", "id": f"0x{code >> 4:x}", "cmd": f"0x{code & 15:x}"},
        {"model": "Generic-Remote", "id": code >> 8, "cmd": code & 255, "tristate": "00ZX"},
        {"model": "Chuango-Security", "id": code >> 4, "cmd": "Alarm", "cmd_id": code & 15},
        {"model": "Akhan-100F14", "id": code >> 4, "data": f"0x{code & 15:x} (Lock)"},
        {"model": "Smoke-GS558", "id": 5, "unit": 3, "learn": 0, "code": f"{mirrored:06x}"},
        {"model": "cord", "len": 24, "data": f"{code:06x}"},
        {"model": "cord", "len": 25, "data": f"{(code << 1 | 1) << 3:07x}"},
        {"model": "cord", "len": 25, "data": f"{(1 << 24 | code) << 3:07x}"},
        {"model": "cord", "rows": [{"len": 1, "data": "8"}, {"len": 25, "data": f"{(code << 1 | 1) << 3:07x}"}]},
        {"model": "cord", "codes": ["{3}8", f"{{25}}{(code << 1 | 1) << 3:07x}"]},
    ]


def test_models_are_not_device_classes_so_what_nobody_enrolled_is_never_an_alarm() -> None:
    for vector in vectors("rtl433_json"):
        decoded = rtl_433.decode(TOPIC, payload(vector), False, nobody)
        assert isinstance(decoded, tuple)
        assert [signal.kind for signal in decoded] == [Kind.ENROLMENT]
    for line in every_way(0x9EAD9F):
        decoded = heard(line, enrolled(cord("11111", F="sos"), device("Smoke-GS558/3403")))
        assert isinstance(decoded, tuple)
        assert [signal.kind for signal in decoded] == [Kind.ENROLMENT]


@given(codes)
def test_one_burst_decoded_several_ways_is_one_code_of_one_device(code: int) -> None:
    code24 = f"{code:06X}"
    lookup = enrolled(cord(code24[:5], **{code24[5]: "sos"}))
    for line in every_way(code):
        decoded = heard(line, lookup)
        assert isinstance(decoded, tuple)
        assert [(one.driver, one.address, one.code, one.type) for one in decoded] == [
            ("ev1527", code24[:5], code24[5], "sos")
        ]


def test_a_row_of_25_bits_is_the_code_with_its_sync_bit() -> None:
    assert codes24(BY_ID["dy-25"])[0] == "0F0065"
    for text, code24 in (("ffb0288", "FFB028"), ("9ead9f8", "9EAD9F"), ("0f00658", "0F0065")):
        assert codes24({"model": "x", "codes": ["{25}" + text]})[0] == code24
    for length in (12, 23, 26, 32):
        assert codes24({"model": "x", "len": length, "data": "8780328"}) == ()
    assert codes24({"model": "x", "len": 24, "data": "12345"}) == ()


def test_a_remote_taken_for_a_smoke_detector_is_offered_as_what_it_is() -> None:
    offers = [heard(BY_ID[name]) for name in ("remote-as-smoke", "gs558")]
    assert [[(one.driver, one.address) for one in offer] for offer in offers if isinstance(offer, tuple)] == [
        [("ev1527", "6F3CB")],
        [("rtl_433", "Smoke-GS558/3403")],
    ]


@pytest.mark.parametrize("address", ["Smoke-GS558/3403/12", "Smoke-GS558/3403"])
def test_an_enrolled_smoke_detector_alarms_and_learning_does_not(address: str) -> None:
    lookup = enrolled(device(address))
    decoded = heard(BY_ID["gs558"], lookup)
    assert isinstance(decoded, tuple)
    assert [(one.address, one.kind, one.type) for one in decoded] == [(address, Kind.ALARM, "smoke")]
    learning = heard(BY_ID["gs558"] | {"learn": 1}, lookup)
    assert isinstance(learning, tuple)
    assert [one.kind for one in learning] == [Kind.SUPERVISION]
    other = heard(BY_ID["gs558"] | {"unit": 13}, enrolled(device("Smoke-GS558/3403/12")))
    assert isinstance(other, tuple)
    assert [one.kind for one in other] == [Kind.ENROLMENT]


@given(st.dictionaries(st.sampled_from(["alarm", "event", "state", "smoke", "tamper"]), st.sampled_from([1, "alarm"])))
def test_kidde_smoke_lines_are_presence_only(more: dict[str, Any]) -> None:
    for model in ("generic", "generic-smoke"):
        assert told({**BY_ID["kidde-0"], **more}, model) == [(Kind.SUPERVISION, None)]


@pytest.mark.parametrize(
    ("line", "model", "expected"),
    [
        ({"model": "Honeywell-Security", "id": 7, "state": "open", "heartbeat": "no"}, "generic", "contact_open"),
        ({"model": "Honeywell-Security", "id": 7, "state": "closed", "contact_open": 0}, "generic", "contact_closed"),
        ({"model": "DSC-Security", "id": 7, "closed": 0, "event": 1}, "generic", "contact_open"),
        ({"model": "Kerui-Security", "id": 7, "cmd": 10, "motion": 1, "state": "motion"}, "generic", "motion"),
        ({"model": "X10-Security", "id": "f34a", "event": "DOOR/WINDOW CLOSED"}, "generic", "contact_closed"),
        ({"model": "X10-Security", "id": "f34a", "event": "MOTION READY"}, "generic", "motion_clear"),
    ],
)
def test_daily_life_is_activity_and_folds_by_what_it_says(line: dict[str, Any], model: str, expected: str) -> None:
    (signal,) = said(line, model)
    assert (signal.kind, signal.type, signal.code) == (Kind.ACTIVITY, expected, expected)


@pytest.mark.parametrize(
    ("line", "model", "type_"),
    [
        ({"model": "Cavius-Security", "id": 7, "text": "Fire alarm"}, "generic", "smoke"),
        ({"model": "Cavius-Security", "id": 7, "text": "Fire alarm"}, "generic-heat", "heat"),
        ({"model": "Cavius-Security", "id": 7, "text": "Warning/Water detected"}, "generic-water", "water"),
        ({"model": "Fineoffset-WH55", "id": 7, "alarm": 1}, "generic", "water"),
        ({"model": "Govee-Water", "id": 7, "event": "Water Leak", "detect_wet": 1}, "generic", "water"),
        ({"model": "X10-Security", "id": "f34a", "event": "KR18 PANIC"}, "generic", "sos"),
        ({"model": "Interlogix-Security", "id": "7f", "subtype": "panic"}, "generic", "sos"),
        ({"model": "Visonic-Powercode", "id": "7f", "alarm": 1}, "generic-button", "sos"),
        ({"model": "Visonic-Powercode", "id": "7f", "alarm": 1}, "generic-smoke", "smoke"),
        ({"model": "Doorbell", "id": 7}, "generic-button", "sos"),
    ],
)
def test_an_alarm_has_the_type_of_the_enrolled_device(line: dict[str, Any], model: str, type_: str) -> None:
    (signal,) = said(line, model)
    assert (signal.kind, signal.type) == (Kind.ALARM, type_)
    tells_its_end = bool(line.keys() & {"alarm", "detect_wet"})
    assert (signal.code is not None) is (type_ == "sos" or not tells_its_end)


def test_an_alarm_bit_without_a_type_is_a_press_and_a_report_of_a_button_is_none() -> None:
    visonic = {"model": "Visonic-Powercode", "id": "7f", "alarm": 1}
    assert told(visonic) == [(Kind.ACTIVITY, "button")]
    assert told(visonic | {"alarm": 0, "supervised": 1}, "generic-button") == [(Kind.SUPERVISION, None)]


def test_a_condition_ends_with_the_line_that_says_so() -> None:
    (signal,) = said({"model": "Bresser-Leakage", "id": 7, "alarm": 0, "battery_ok": 1})
    assert (signal.kind, signal.not_active, signal.battery_low) == (Kind.SUPERVISION, ("water",), False)
    first, _ = said({"model": "Risco", "id": 7, "motion": 1, "tamper": 1, "alarm": 0}, "generic-smoke")
    assert (first.kind, first.not_active) == (Kind.TAMPER, ("smoke",))


def test_a_test_is_never_an_alarm_and_a_muted_alarm_is_one() -> None:
    assert told({"model": "Cavius-Security", "id": 7, "text": "Test alarm"}) == [(Kind.TEST, "smoke")]
    (muted,) = said({"model": "Cavius-Security", "id": 7, "text": "Alarm muted"})
    assert (muted.kind, muted.type, muted.silenced) == (Kind.ALARM, "smoke", True)


@pytest.mark.parametrize("yes", ["yes", 1, True])
def test_a_heartbeat_repeats_the_state_and_is_no_news(yes: object) -> None:
    line = {"model": "Honeywell-Security", "id": 7, "state": "open", "contact_open": 1, "heartbeat": yes}
    assert told(line) == [(Kind.SUPERVISION, None)]
    assert told(line | {"tamper": 1}) == [(Kind.TAMPER, None)]


@pytest.mark.parametrize(
    ("line", "low", "percent", "millivolts"),
    [
        ({"battery_ok": 1}, False, None, None),
        ({"battery_ok": 0}, True, None, None),
        ({"battery_ok": 0.05, "battery_mV": 2400}, True, 5.0, 2400),
        ({"battery_ok": 0.875}, False, 87.5, None),
        ({"battery": "LOW"}, True, None, None),
        ({"battery": "OK"}, False, None, None),
        ({"battery_low": 1}, True, None, None),
        ({"battery_ok": None}, None, None, None),
        ({"battery_ok": 7}, None, None, None),
    ],
)
def test_a_battery_in_each_of_its_shapes(line: Any, low: bool | None, percent: float | None, millivolts: Any) -> None:
    (signal,) = said({"model": "Tyre", "id": 7, **line})
    assert (signal.battery_low, signal.battery_percent, signal.battery_mv) == (low, percent, millivolts)
    assert signal.kind is (Kind.LOW_BATTERY if low else Kind.SUPERVISION)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"model": "Tyre"}, "bad_id"),
        ({"model": "Tyre", "id": "a/b"}, "bad_id"),
        ({"model": "Tyre", "id": " "}, "bad_id"),
        ({"model": 7, "id": 1}, "bad_id"),
        ({"model": "Tyre", "id": 1 << 70}, "bad_id"),
        ([], "not_object"),
    ],
)
def test_a_line_of_no_device_is_refused_with_its_reason(line: Any, reason: str) -> None:
    assert heard(line) == Reject(driver="rtl_433", reason=reason)


def test_rtl_433s_own_talk_says_nothing() -> None:
    assert heard({"src": "SDR", "lvl": 5, "msg": "Tuned to 433.920MHz."}) == ()


def test_what_the_broker_kept_is_marked() -> None:
    for lookup in (nobody, enrolled(cord()), enrolled(device("Tyre/7"))):
        for line in (*every_way(0x9EAD9F), {"model": "Tyre", "id": 7}):
            decoded = rtl_433.decode(TOPIC, rtl_433.encode(line), True, lookup)
            assert isinstance(decoded, tuple)
            assert all(signal.retained for signal in decoded)


def test_an_address_is_model_and_id() -> None:
    driver = DRIVERS["rtl_433"]
    assert driver.normalise_address(" Honeywell-Security / 73942 ") == "Honeywell-Security/73942"
    assert driver.model("any").supervised is False
    for typed in ("", "Tyre", "/7", "a/b/c/d", "Tyre/"):
        with pytest.raises(ValueError, match="MODEL/ID"):
            driver.normalise_address(typed)


def test_a_model_of_another_type_than_text_breaks_nothing() -> None:
    models: list[object] = [[], {}, 7, None, True]
    for model in models:
        for line in every_way(0x9EAD9F):
            assert heard(line | {"model": model}, enrolled(cord())) is not None
