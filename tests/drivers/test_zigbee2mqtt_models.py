"""What single models do differently, whether devices can be reached, and the traps of zigbee2mqtt by name."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device import Device
from drivers.event import ActivityType, AlarmType, ClockQuality, Kind, Signal, TroubleType
from drivers.registry import DRIVERS
from drivers.zigbee2mqtt import decode
from drivers.zigbee2mqtt_quirks import BRIDGE_MODEL, QUIRKS, name_of
from drivers.zigbee2mqtt_state import ACTIVITY_KEYS, ALARM_KEYS
from drivers.zigbee2mqtt_values import WORD_KEYS
from gateway.intake.intake import Happened, Intake, Moment, Outcome, Stale
from tests.drivers.vectors import enrolled, nobody

SOS = [(Kind.ALARM, AlarmType.SOS)]
MOTION = [(Kind.ACTIVITY, ActivityType.MOTION)]


def device(name: str = "dev", model: str = "generic") -> Device:
    return Device(id="d", driver="zigbee2mqtt", address=name, model=model, room="bedroom")


def heard(topic: str, payload: object, *devices: Device, retained: bool = False) -> tuple[Signal, ...]:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    decoded = decode(f"zigbee2mqtt/{topic}", data, retained, enrolled(*devices))
    assert isinstance(decoded, tuple)
    return decoded


def told(values: object, model: str = "generic") -> list[tuple[Kind, str | None]]:
    return [(signal.kind, signal.type) for signal in heard("dev", values, device(model=model))]


class House:
    """An intake with one enrolled device, and messages one second apart."""

    def __init__(self, model: str) -> None:
        ids = (f"event-{number}" for number in count(1))
        self.device = device(model=model)
        self.intake = Intake({("zigbee2mqtt", "dev"): self.device}, DRIVERS, 10, lambda: next(ids))
        self.seconds = 0.0

    def hear(self, values: object, *, after: float = 1.0, retained: bool = False) -> list[Outcome]:
        self.seconds += after
        moment = Moment(
            monotonic=self.seconds, wall=datetime(2026, 11, 1, tzinfo=UTC), quality=ClockQuality.SYNCHRONISED
        )
        found = heard("dev", values, self.device, retained=retained)
        return [outcome for signal in found for outcome in self.intake.accept(signal, moment)]

    def alarms(self, values: object, **how: Any) -> list[str | None]:
        return [
            outcome.event.type
            for outcome in self.hear(values, **how)
            if isinstance(outcome, Happened) and outcome.event.raises_alarm
        ]


# -- finding 6, trap by trap ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{"action": None, "battery": 100}, {"action": "", "battery": 100}])
def test_finding_6_an_action_of_null_or_nothing_is_no_press(values: object) -> None:
    assert told(values, "TS0601_sos") == [(Kind.SUPERVISION, None)]


def test_finding_6_the_press_on_the_action_topic_is_no_second_one() -> None:
    button = device(model="TS0215A_sos")
    assert [signal.type for signal in heard("dev", {"action": "emergency"}, button)] == ["sos"]
    assert heard("dev/action", b"emergency", button) == ()


def test_finding_6_a_cached_smoke_true_is_no_second_alarm() -> None:
    house = House("generic-smoke")
    assert house.alarms({"smoke": True, "linkquality": 26}) == ["smoke"]
    assert house.alarms({"smoke": True, "linkquality": 30}, after=3600) == []
    assert house.alarms({"smoke": True, "linkquality": 30}, retained=True) == []


def test_finding_6_an_action_published_again_after_a_restart_is_known_by_its_time() -> None:
    house = House("TS0215A_sos")
    press = {"action": "emergency", "last_seen": "2026-11-01T08:00:00Z"}
    assert house.alarms(press) == ["sos"]
    assert [type(outcome) for outcome in house.hear(press, after=600)] == [Stale]
    assert house.alarms({**press, "last_seen": "2026-11-01T09:00:00Z"}) == ["sos"]


@pytest.mark.parametrize("battery", [80, 0])
def test_finding_6_a_button_that_calls_by_itself_still_calls_and_is_marked(battery: int) -> None:
    house = House("TS0601_sos")
    raised = [one.event for one in house.hear({"action": "emergency", "battery": battery}) if isinstance(one, Happened)]
    (alarm,) = [event for event in raised if event.raises_alarm]
    assert (alarm.type, alarm.evidence["marks"]) == ("sos", ["model_calls_unpressed"])
    assert alarm.battery_low is (battery == 0)
    assert House("TS0215A_sos").hear({"action": "emergency"})[0].event.evidence == {"code": "emergency"}  # type: ignore[union-attr]


def test_finding_6_the_maker_in_the_message_tells_the_button_that_calls_by_itself() -> None:
    about = {"manufacturerName": "_TZE284_2baujqot", "model": "TS0601", "friendlyName": "dev"}
    (signal,) = heard("dev", {"action": "emergency", "device": about}, device())
    assert (signal.type, signal.marks) == ("sos", ("model_calls_unpressed",))
    (other,) = heard("dev", {"action": "emergency", "device": {**about, "manufacturerName": "_TZE200_x"}}, device())
    assert (other.type, other.marks) == ("sos", ())


@pytest.mark.parametrize("true", [True, "True", "true", 1, "ON"])
def test_finding_6_truth_comes_as_text_too(true: object) -> None:
    assert told({"gas": true, "battery": "100.00"}, "generic-gas") == [(Kind.ALARM, "gas")]


def test_finding_6_null_is_unknown_and_time_comes_in_two_shapes() -> None:
    at = datetime(2022, 1, 2, 12, 54, 8, tzinfo=UTC)
    for last_seen in ("2022-01-02T13:54:08+01:00", 1641128048000):
        (signal,) = heard("dev", {"water_leak": None, "last_seen": last_seen, "battery": None}, device())
        assert (signal.kind, signal.not_active, signal.battery_percent) == (Kind.SUPERVISION, (), None)
        assert signal.occurred_at == at


# -- availability and the bridge --------------------------------------------------------------------------------------


@pytest.mark.parametrize("retained", [False, True])
@pytest.mark.parametrize("name", ["dev", "hall/button", "sensore perdita gas"])
@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"online", Kind.SUPERVISION),
        (b"offline", Kind.SUPERVISION_LOST),
        (b'{"state":"online"}', Kind.SUPERVISION),
        (b'{"state":"offline"}', Kind.SUPERVISION_LOST),
        (b'"offline"', Kind.SUPERVISION_LOST),
    ],
)
def test_availability_is_a_sign_of_life_or_its_loss(payload: bytes, kind: Kind, name: str, retained: bool) -> None:
    (signal,) = heard(f"{name}/availability", payload, device(name), retained=retained)
    assert (signal.kind, signal.address, signal.retained) == (kind, name, retained)


@pytest.mark.parametrize("payload", [b"", b"maybe", b"1", b"[]", b"{}", b'{"state":1}', b"\xff", b"x" * 100_000])
def test_what_says_neither_online_nor_offline_says_nothing(payload: bytes) -> None:
    assert heard("dev/availability", payload, device()) == ()


def test_the_availability_of_a_stranger_is_no_news() -> None:
    assert decode("zigbee2mqtt/new/availability", b"offline", False, nobody) == ()


def test_a_lost_device_is_lost_once_and_back_when_it_is_heard() -> None:
    house = House("generic-smoke")
    topic, moment = (
        "dev/availability",
        Moment(monotonic=1.0, wall=datetime(2026, 11, 1, tzinfo=UTC), quality=ClockQuality.SYNCHRONISED),
    )
    lost = heard(topic, b"offline", house.device)
    first = [outcome for signal in lost for outcome in house.intake.accept(signal, moment)]
    again = [outcome for signal in lost for outcome in house.intake.accept(signal, moment)]
    assert [one.event.kind for one in first if isinstance(one, Happened)] == [Kind.SUPERVISION_LOST]
    assert [one for one in again if isinstance(one, Happened)] == []
    back = [one.event.kind for one in house.hear({"smoke": False}) if isinstance(one, Happened)]
    assert Kind.RESTORE in back


def test_zigbee2mqtt_itself_can_be_enrolled_and_lost() -> None:
    bridge = device("bridge", BRIDGE_MODEL)
    for topic, payload, kind in (
        ("bridge/state", b'{"state":"offline"}', Kind.SUPERVISION_LOST),
        ("bridge/state", b"online", Kind.SUPERVISION),
        ("bridge/health", b'{"response_time":1}', Kind.SUPERVISION),
    ):
        assert [(signal.address, signal.kind) for signal in heard(topic, payload, bridge)] == [("bridge", kind)]
        assert heard(topic, payload, device()) == ()
    assert DRIVERS["zigbee2mqtt"].model(BRIDGE_MODEL).supervised


# -- models -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "in_bed"),
    [
        ({"occupancy": True}, True),
        ({"occupancy": False}, False),
        ({"contact": True}, True),
        ({"presence": "ON"}, True),
        ({"pressure_state": "sit"}, True),
        ({"pressure_state": "sedentary"}, True),
        ({"pressure_state": "none"}, False),
    ],
)
def test_a_pad_says_who_is_in_bed_whatever_key_it_uses(values: object, in_bed: bool) -> None:
    expected = ActivityType.BED_IN if in_bed else ActivityType.BED_OUT
    assert told(values, "generic-bed") == [(Kind.ACTIVITY, expected)]


def test_a_pad_that_says_it_the_wrong_way_round_is_turned() -> None:
    assert told({"contact": False}, "generic-bed-inverted") == [(Kind.ACTIVITY, ActivityType.BED_IN)]
    assert told({"contact": None}, "generic-bed-inverted") == [(Kind.SUPERVISION, None)]
    assert told({"occupancy": True}, "TS0601_bed_presence_sensor") == [(Kind.ACTIVITY, ActivityType.BED_IN)]
    assert told({"pressure_state": "none"}, "ZG-210Z") == [(Kind.ACTIVITY, ActivityType.BED_OUT)]


def test_a_contact_that_reports_the_wrong_way_round_is_turned() -> None:
    assert told({"contact": False}, "generic-contact-inverted") == [(Kind.ACTIVITY, ActivityType.CONTACT_CLOSED)]
    assert told({"contact": False}, "generic-contact") == [(Kind.ACTIVITY, ActivityType.CONTACT_OPEN)]


@pytest.mark.parametrize("model", ["HS1EB/HS1EB-E", "SE20-O", "SE21", "HEIMAN SOS-EM"])
def test_a_status_button_that_is_let_go_calls_nobody(model: str) -> None:
    for action in ("single", "double", "hold"):
        assert told({"action": action}, model) == SOS
    assert told({"action": "off"}, model) == [(Kind.SUPERVISION, None)]


@pytest.mark.parametrize("model", ["TS0215A_sos", "TS0218", "MIR-SO100", "ZG-101Z", "TS0601_sos", "generic-button"])
@pytest.mark.parametrize("action", ["emergency", "sos", "click", "single", "hold"])
def test_every_press_of_a_button_for_help_is_a_call(model: str, action: str) -> None:
    assert told({"action": action}, model) == SOS


@pytest.mark.parametrize("model", ["TS0215A_remote", "HS1RC-N", "HM1RC-2-E", "KEYZB-110", "generic-keypad"])
def test_a_keypad_arms_without_a_call_and_calls_when_asked_to(model: str) -> None:
    for action in ("disarm", "arm_day_zones", "arm_all_zones", "exit_delay"):
        assert told({"action": action}, model) == [(Kind.ACTIVITY, ActivityType.BUTTON)]
    for action in ("emergency", "panic"):
        assert told({"action": action}, model) == SOS


def test_a_vibration_sensor_moves_and_never_calls() -> None:
    for action in ("vibration", "tilt", "drop"):
        assert told({"action": action}, "DJT11LM") == [(Kind.ACTIVITY, ActivityType.BUTTON)]
    assert told({"vibration": True}) == MOTION
    assert told({"vibration": False, "occupancy": True}) == MOTION
    assert told({"moving": True}) == MOTION


def test_a_siren_tells_of_the_mains_and_is_no_alarm() -> None:
    assert told({"alarm": True, "ac_status": False}, "generic-siren") == [(Kind.SUPERVISION, None)]
    (failed,) = heard("dev", {"ac_status": True, "alarm": False}, device(model="generic-siren"))
    (back,) = heard("dev", {"ac_status": False}, device(model="generic-siren"))
    assert (failed.kind, failed.type) == (Kind.TROUBLE, TroubleType.MAINS)
    assert back.not_active == (TroubleType.MAINS,)
    assert told({"ac_status": True, "smoke": False}, "generic-smoke") == [(Kind.SUPERVISION, None)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"smoke_state": "alarm"}, [(Kind.ALARM, "smoke")]),
        ({"smoke": False, "smoke_state": "alarm"}, [(Kind.ALARM, "smoke")]),
        ({"smoke_state": "normal"}, [(Kind.SUPERVISION, None)]),
        ({"smoke": True, "self_test": "checking"}, [(Kind.TEST, "smoke")]),
        ({"smoke": True, "self_test": "check_success"}, [(Kind.ALARM, "smoke")]),
        ({"fall_status": "fall_alarm"}, [(Kind.ALARM, "fall")]),
        ({"fall_status": "fall_warning"}, [(Kind.SUPERVISION, None)]),
        ({"fall_down_status": "fall", "presence": True}, [(Kind.ALARM, "fall"), (Kind.ACTIVITY, "presence")]),
        ({"status": "falling"}, [(Kind.ALARM, "fall")]),
        ({"status": "on_the_bed"}, [(Kind.ACTIVITY, "bed_in")]),
        ({"status": "unoccupied"}, [(Kind.ACTIVITY, "absence")]),
        ({"sos_alarm": True}, [(Kind.ALARM, "sos")]),
        ({"water_leak_alarm_1": False, "water_leak_alarm_2": True}, [(Kind.ALARM, "water")]),
        ({"gas_alarm_2": True}, [(Kind.ALARM, "gas")]),
        ({"presence_state": "NONE"}, [(Kind.ACTIVITY, "absence")]),
        ({"presence_state": "stationary", "presence": True}, [(Kind.ACTIVITY, "presence")]),
        ({"opening_state": "tilted"}, [(Kind.ACTIVITY, "contact_open")]),
        ({"tamper_alarm": True}, [(Kind.TAMPER, None)]),
        ({"battery_state": "low"}, [(Kind.LOW_BATTERY, None)]),
        ({"battery_defect": True, "battery_low": False}, [(Kind.LOW_BATTERY, None)]),
        ({"trouble": True, "smoke": False}, [(Kind.TROUBLE, "device_fault")]),
        ({"click": "single"}, SOS),
        ({"click": "long", "action": ""}, SOS),
        ({"click": ""}, [(Kind.SUPERVISION, None)]),
    ],
)
def test_what_other_keys_say_counts_too(values: object, expected: list[tuple[Kind, str | None]]) -> None:
    assert told(values) == expected


def test_a_fault_that_is_over_is_told_as_over() -> None:
    (signal,) = heard("dev", {"trouble": False}, device())
    assert signal.not_active == ("device_fault",)


def test_alarm_bits_that_are_handed_on_mean_what_the_model_means() -> None:
    assert told({"alarm_1": False, "alarm_2": True}, "SGMHM-I1") == [(Kind.ALARM, "gas")]
    assert told({"alarm_1": False, "alarm_2": True}, "JTYJ-GD-01LM/BW") == [(Kind.TEST, "smoke")]
    assert told({"alarm_1": True, "alarm_2": False}, "generic-smoke") == [(Kind.ALARM, "smoke")]
    assert told({"alarm_1": True}, "generic-contact") == [(Kind.ACTIVITY, "contact_open")]
    assert told({"alarm_1": True}, "generic") == [(Kind.SUPERVISION, None)]


def test_the_model_that_somebody_chose_goes_before_the_reported_one() -> None:
    about = {"manufacturerName": "HEIMAN", "model": "HS1RC-N"}
    arm = {"action": "arm_all_zones", "device": about}
    assert told(arm, "generic") == [(Kind.ACTIVITY, ActivityType.BUTTON)]
    assert told(arm, "generic-button") == SOS


def test_a_model_may_be_written_with_its_maker() -> None:
    assert name_of("HEIMAN SGMHM-I1") == "SGMHM-I1"
    assert name_of("SOS-EF-3.0", "HEIMAN") == "HS1EB/HS1EB-E"
    assert name_of("acme-9") is None


def test_supervision_is_per_model_and_nobody_promises_what_cannot_be_kept() -> None:
    models = DRIVERS["zigbee2mqtt"].models
    assert models["JTYJ-GD-01LM/BW"].supervision_seconds == 6 * 3600
    assert models["TS0215A_sos"].supervision_seconds == 25 * 3600
    for name in ("generic-button-without-battery", "SE20-O", "SE21"):
        assert (models[name].supervised, models[name].supervision_seconds) == (False, None)
    assert all(model.supervised is (model.supervision_seconds is not None) for model in models.values())
    assert (models["SGMHM-I1"].battery, models["generic-smoke"].battery) == (False, True)


KEYS = sorted(
    {*ALARM_KEYS, *ACTIVITY_KEYS, *WORD_KEYS, "alarm_1", "alarm_2", "gas_alarm_1", "action", "status", "ac_status"}
    | {"battery_defect", "tamper", "battery_low", "moving", "device", "test"}
)
WORDS = sorted({word for words in WORD_KEYS.values() for word in words} | {"falling", "on_the_bed", "True", "off"})


@given(
    model=st.sampled_from(sorted(QUIRKS)),
    values=st.dictionaries(
        st.sampled_from(KEYS),
        st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.just({"model": 1}) | st.just([]),
    ),
)
def test_any_values_of_any_model_are_signals_each_condition_once(model: str, values: dict[str, Any]) -> None:
    found = heard("dev", values, device(model=model))
    kinds = [(signal.kind, signal.type) for signal in found]
    assert len(kinds) == len(set(kinds)) or kinds.count((Kind.ALARM, AlarmType.SOS)) == 2
    for signal in found:
        active = {signal.type for signal in found if signal.kind is Kind.ALARM and signal.code is None}
        assert active.isdisjoint(signal.not_active)
