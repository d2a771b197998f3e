"""Milesight payloads: what each model says, where the maker contradicts himself, and what no table knows."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import milesight, milesight_gs524n
from drivers.chirpstack import decode_payload, read_payload
from drivers.event import Kind, Signal, State
from drivers.milesight_models import MODELS, PROFILES, profile
from drivers.registry import DRIVERS
from gateway.decode import answer
from tests.drivers.lorawan_messages import HEARD, fields, models, payloads, said, told
from tests.drivers.vectors import vectors

DIFFERENT = {"ws301-1": {"tamper_status": "uninstalled"}}
"""Where the safe meaning is not the one of the example, see `drivers.milesight`."""

COMMON_SIGNAL = Signal(driver="chirpstack", address="0" * 16, kind=Kind.SUPERVISION)
SOS, FALL = ("alarm", "sos"), ("alarm", "fall")
HEARD_SECONDS = int(datetime.fromisoformat(HEARD).timestamp())


def asked(**vector: Any) -> dict[str, Any]:
    return answer(json.dumps({"protocol": "milesight_lorawan", **vector}).encode())


def stored(seconds_ago: int, record: str, channel: str = "20CE") -> str:
    return channel + (HEARD_SECONDS - seconds_ago).to_bytes(4, "little").hex() + record


@pytest.mark.parametrize("vector", vectors("milesight_lorawan"), ids=lambda vector: str(vector["id"]))
def test_the_makers_example_is_read_as_he_reads_it(vector: dict[str, Any]) -> None:
    answered = asked(**{key: vector[key] for key in ("kind", "input", "ctx", "fport")})
    expected = vector["expect"] | DIFFERENT.get(vector["id"], {})
    assert (answered["ok"], answered["reason"]) == (True, None)
    assert {key: answered["fields"].get(key, "missing") for key in expected} == expected
    assert "unread" not in answered["fields"]


@pytest.mark.parametrize(("byte", "code"), [("01", "short press"), ("02", "long press"), ("03", "double press")])
def test_any_press_of_a_button_is_an_sos(byte: str, code: str) -> None:
    (signal,) = said("WS101", f"FF2E{byte}")
    assert (signal.kind, signal.type, signal.state, signal.code) == (Kind.ALARM, "sos", State.ACTIVE, code)


def test_a_press_that_no_document_knows_and_one_of_a_mistyped_model_are_heard() -> None:
    assert told("WS101", "FF2E07") == [SOS]
    assert told("WS-101", "017510FF2E01") == [SOS]


def test_a_low_battery_never_hides_a_call() -> None:
    (signal,) = said("WS101", "017501FF2E01")
    assert (signal.type, signal.battery_percent, signal.battery_low) == ("sos", 1.0, True)


def test_a_scene_panels_buttons_are_activity_in_either_layout() -> None:
    for model in ("WS136", "WS156"):
        assert told(model, "FF2E01") == [("activity", "button")]
        (signal,) = said(model, "FF34010001")
        assert (signal.kind, signal.type, signal.code) == (Kind.ACTIVITY, "button", "button 1")


@pytest.mark.parametrize(("model", "channel"), [("EM300-SLD", "05"), ("EM300-ZLD", "05"), ("WS303", "03")])
def test_a_leak_is_an_alarm_and_its_absence_ends_one(model: str, channel: str) -> None:
    assert told(model, f"{channel}0001") == [("alarm", "water")]
    (signal,) = said(model, f"{channel}0000")
    assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, ("water",))


def test_unknown_is_neither_an_alarm_nor_its_end() -> None:
    (signal,) = said("WS303", "030002")
    assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, ())


def test_finding_8_both_channels_of_the_membrane_leak_detector_are_read() -> None:
    assert told("EM300-MLD", "060001") == told("EM300-MLD", "050001") == [("alarm", "water")]


def test_gas_and_the_detectors_own_faults() -> None:
    (signal,) = said("GS101", "058E01060100070101")
    assert (signal.kind, signal.type, signal.battery_low) == (Kind.ALARM, "gas", None)
    assert said("GS101", "058E00")[0].not_active == ("gas",)
    assert told("GS101", "FF3F00") == [("trouble", "mains")]
    assert said("GS101", "FF3F01")[0].not_active == ("mains",)
    assert told("GS101", "FF3F05") == [("trouble", "device_fault")]
    assert said("GS101", "FF3F03")[0].not_active == ("device_fault",)


def test_a_fault_never_hides_the_gas() -> None:
    assert told("GS101", "FF3F02058E01") == [("alarm", "gas"), ("trouble", "device_fault")]


@pytest.mark.parametrize(
    ("message", "expected", "not_active"),
    [
        (1, [("alarm", "smoke")], ()),
        (2, [("alarm", "smoke")], ()),
        (4, [], ()),
        (5, [("trouble", "device_fault")], ()),
        (7, [], ("smoke", "device_fault")),
        (10, [("tamper", None)], ()),
        (11, [], ("tamper",)),
        (14, [("test", "smoke")], ()),
        (15, [("test", "smoke")], ()),
        (9, [], ()),
    ],
)
def test_each_message_of_the_smoke_detector(
    message: int, expected: list[tuple[str, str | None]], not_active: tuple[str, ...]
) -> None:
    signals = said("GS524N", milesight_gs524n.encode(message))
    assert [one for one in [(s.kind.value, s.type) for s in signals] if one[0] != "measurement"] == expected
    assert signals[0].not_active == not_active
    assert signals[0].silenced is (True if message == 2 else None)
    assert signals[0].battery_low is (message in (4, 15))


def test_a_smoke_detectors_frame_is_checked() -> None:
    frame = milesight_gs524n.encode(1)
    assert milesight_gs524n.decode(frame[:-1]) == "incomplete"
    assert milesight_gs524n.decode(frame + b"\0") == "bad_length"
    assert milesight_gs524n.decode(frame[:-1] + bytes((frame[-1] ^ 1,))) == "bad_checksum"
    assert asked(input="221E64001C40", ctx={"model": "GS524N"}, fport=85)["fields"] == {
        "version": 2,
        "protocol": 2,
        "type": "smoke sensor",
        "event": "testing alarm with normal battery",
        "battery": 100,
        "concentration": 0,
        "temperature": 28,
    }


def test_finding_8_a_fall_is_an_alarm_by_the_table_and_by_the_decoder() -> None:
    assert told("VS373", "06FB0200000000") == [FALL]
    assert told("VS373", "06FB0200000100") == [FALL]
    for ended in ("02", "03"):
        (signal,) = said("VS373", f"06FB020000{ended}00")
        assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, ("fall",))


def test_finding_8_the_room_status_is_a_fall_in_both_layouts() -> None:
    assert told("VS373", "03F8040001001000") == told("VS373", "07B00400010000100000") == [FALL]
    assert told("VS373", "03F804000100100006FB0200000100") == [FALL]


def test_a_room_where_nobody_lies_ends_the_fall_and_says_where_people_are() -> None:
    for status, activity in (("00", "presence"), ("01", "absence"), ("02", "bed_in"), ("03", "bed_out")):
        (signal,) = said("VS373", f"03F8{status}0001001000")
        assert (signal.kind, signal.type, signal.not_active[0]) == (Kind.ACTIVITY, activity, "fall")
    assert "out_of_bed" in said("VS373", "03F8020001001000")[0].not_active


def test_an_end_of_one_alarm_does_not_end_another_of_its_kind() -> None:
    (signal,) = said("VS373", "06FB010000020006FB0200000100")
    assert (signal.type, signal.not_active) == ("fall", ())


@pytest.mark.parametrize(
    ("number", "type_"),
    [("01", "inactivity"), ("02", "inactivity"), ("03", "out_of_bed"), ("06", "vital_sign"), ("07", "vital_sign"),
     ("08", "fall"), ("63", "fall")],
)  # fmt: skip
def test_the_radars_alarms(number: str, type_: str) -> None:
    assert told("VS373", f"06FB0100{number}0101") == [("alarm", type_)]


def test_people_coming_and_going_are_no_alarm() -> None:
    for number in ("04", "05"):
        assert told("VS373", f"06FB0100{number}0100") == [("supervision", None)]


def test_breathing_is_a_measurement_and_no_alarm() -> None:
    (signal,) = said("VS373", "08B103D007")
    assert (signal.kind, signal.type, signal.value, signal.unit) == (Kind.MEASUREMENT, "respiratory_rate", 20.0, "bpm")


def test_regions_of_either_layout() -> None:
    old = fields("VS373", "04F900010101")
    assert [old[f"region_{at}_occupancy"] for at in range(1, 5)] == ["occupied", "vacant", "vacant", "vacant"]
    assert fields("VS373", "0AB30205000000") == {"region_1_occupancy": "occupied", "region_2_occupancy": "vacant"}
    assert fields("VS373", "0BB4010000020000030000")["region_3_out_of_bed_time"] == 3


def test_finding_8_an_uninstalled_contact_is_a_tamper() -> None:
    assert told("WS301", "017564030001040001") == [("tamper", None), ("activity", "contact_open")]
    (signal,) = said("WS301", "030000040000")
    assert (signal.type, signal.not_active) == ("contact_closed", ("tamper",))


def test_finding_8_light_has_no_part_in_any_alarm() -> None:
    assert fields("WS202", "017510030001040000") == {"battery": 16, "pir": "trigger", "daylight": "dark"}
    assert told("WS202", "030001040000") == [("activity", "motion")]


def test_measurements_stay_apart_from_alarms() -> None:
    leak, temperature, humidity = said("EM300-SLD", "01755C03673401046865050001")
    assert (leak.type, leak.value) == ("water", None)
    assert (temperature.type, temperature.value, temperature.unit) == ("temperature", 30.8, "degC")
    assert (humidity.type, humidity.value, humidity.unit) == ("humidity", 50.5, "percent")
    assert fields("EM300-TH", "0367E7FF") == {"temperature": -2.5}


def test_a_water_meter_tells_of_people() -> None:
    assert fields("EM300-DI", "85E10A0088023393BB4403") == {
        "water_conv": 1,
        "pulse_conv": 64.8,
        "water": 1500.6,
        "water_alarm": "water flow timeout alarm",
    }
    assert told("EM300-DI", "85E10A0088023393BB4403") == [("alarm", "water")]
    assert told("EM300-DI-HALL", "85E16400A0000040394401") == [("alarm", "inactivity")]
    assert said("EM300-DI", "85E16400A0000040394402")[0].not_active == ("inactivity",)
    assert fields("EM300-DI", "20CE9E74466310015D020000010000")["history"][0]["pulse"] == 256
    assert fields("EM300-DI-HALL", "21CEDFF40B650000000102010A000A000080EC44")["history"][0]["water"] == 1892
    assert told("EM300-DI", stored(60, "0000000102010A000A000080EC44", channel="21CE")) == [("alarm", "inactivity")]
    assert fields("EM300-DI", "05E10A000A000000C07F")["water"] is None


def test_an_alarm_that_could_not_be_sent_is_raised_with_its_own_time() -> None:
    (signal,) = said("VS373", stored(3600, "0200000100"))
    assert (signal.kind, signal.type) == (Kind.ALARM, "fall")
    assert signal.occurred_at == datetime.fromtimestamp(HEARD_SECONDS - 3600, UTC)
    for seconds_ago in (60, -60):
        assert told("EM300-SLD", stored(seconds_ago, "10015D01")) == [("alarm", "water")]


def test_the_past_raises_nothing_old_and_ends_nothing() -> None:
    for seconds_ago in (90_000, -3600):
        assert told("VS373", stored(seconds_ago, "0200000100")) == [("supervision", None)]
    (signal,) = said("EM300-SLD", stored(60, "10015D00"))
    assert (signal.kind, signal.not_active) == (Kind.SUPERVISION, ())


def test_an_unknown_channel_ends_the_reading_and_keeps_what_was_read() -> None:
    answered = asked(input="FF2E01 4242 FF2E02", ctx={"model": "WS101"})
    assert answered["fields"] == {
        "button_event": {"status": "short press"},
        "unread": "4242FF2E02",
        "unread_reason": "unknown_channel",
    }
    assert [event["type"] for event in answered["events"]] == ["sos"]
    assert asked(input="4242", ctx={"model": "WS101"})["reason"] == "unknown_channel"
    assert asked(input="FF", ctx={"model": "WS101"})["reason"] == "incomplete"
    assert asked(input="03F8040001", ctx={"model": "VS373"})["reason"] == "incomplete"


def test_a_history_of_an_unknown_kind_has_no_length() -> None:
    assert asked(input="20CE7B3AF16407", ctx={"model": "VS350"})["reason"] == "unknown_channel"


def test_an_answer_to_a_command_is_stepped_over() -> None:
    assert told("WS101", "FF033804FF2E01") == [SOS]
    assert fields("WS101", "FE033804")["report_interval"] == 1080
    assert told("VS373", "F8B30100 03F8040001001000") == told("VS373", "F9B301 03F8040001001000") == [FALL]


def test_what_a_device_tells_of_itself_when_it_joins() -> None:
    assert fields("GS101", "FF0BFFFF0101FF166747C21194300001FF090100FF0A0101") == {
        "device_status": "on",
        "ipso_version": "v0.1",
        "sn": "6747c21194300001",
        "hardware_version": "v1.0",
        "firmware_version": "v1.1",
    }


@pytest.mark.parametrize(
    ("model", "byte", "low"),
    [
        ("WS101", "14", True),
        ("WS101", "15", False),
        ("WS202", "0A", True),
        ("WS202", "0B", False),
        ("WS202", "FF", None),
    ],
)
def test_when_a_battery_is_low(model: str, byte: str, low: bool | None) -> None:
    (signal,) = said(model, f"0175{byte}")
    assert signal.battery_low is low
    assert signal.kind is (Kind.LOW_BATTERY if low else Kind.SUPERVISION)


def test_the_weaker_of_two_batteries_counts() -> None:
    (signal,) = said("VS360", "017564027505")
    assert (signal.battery_percent, signal.battery_low) == (5.0, True)


def test_every_model_is_supervised_at_its_interval() -> None:
    assert set(MODELS) == set(PROFILES)
    assert MODELS["EM300-SLD"].supervision_seconds == 2 * 600 + 3600
    assert MODELS["WS101"].supervision_seconds == 37 * 3600
    assert MODELS["VS373"].supervision_seconds == 25 * 3600
    assert not MODELS["VS373"].battery
    assert DRIVERS["chirpstack"].model("no such model").name == "generic"


@pytest.mark.parametrize("typed", ["EM300-SLD", "em300-sld", " em300_sld ", "EM300-SLD-868M"])
def test_a_model_is_known_however_it_is_written(typed: str) -> None:
    assert profile(typed).name == "EM300-SLD"


@given(model=models, payload=payloads)
def test_the_parts_of_a_payload_are_the_payload(model: str, payload: bytes) -> None:
    records, unread, reason = milesight.split(payload, PROFILES[model].channels)
    assert milesight.encode(records) + unread == payload
    assert (reason is None) is (unread == b"")


@given(model=models, payload=payloads)
def test_any_payload_of_any_model_is_read_or_refused_by_name(model: str, payload: bytes) -> None:
    reading = read_payload(payload, PROFILES[model])
    assert reading.reason in {None, "incomplete", "unknown_channel", "bad_length", "bad_checksum"}
    decoded = decode_payload(payload, PROFILES[model], COMMON_SIGNAL)
    if isinstance(decoded, str):
        assert decoded == reading.reason
    else:
        assert all(isinstance(signal, Signal) for signal in decoded)
    json.dumps(asked(input=payload.hex(), ctx={"model": model}), allow_nan=False)


@given(message=st.integers(0, 15), battery=st.integers(0, 255), temperature=st.integers(-20, 70))
def test_a_smoke_detectors_frame_says_what_was_put_in(message: int, battery: int, temperature: int) -> None:
    told_fields = milesight_gs524n.decode(milesight_gs524n.encode(message, battery=battery, temperature=temperature))
    assert isinstance(told_fields, dict)
    assert told_fields["event"] == milesight_gs524n.MESSAGES.get(message, "unknown")
    assert (told_fields["battery"], told_fields["temperature"]) == (battery, temperature)
