"""From messages of 433/868 MHz receivers to events: one press is one event, whoever heard it and how often."""

import json
from collections.abc import Iterator
from itertools import count, cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import openmqttgateway, rtl_433, sonoff_rf_bridge, tasmota_rf
from drivers.device import Decoded, Device
from drivers.event import Event, Kind
from drivers.registry import DRIVERS, MQTT_DRIVERS, MQTT_RECEIVERS, mqtt_listeners
from gateway.intake.intake import Intake
from tests.gateway.houses import CORD, happened, moment

CONTACT = Device(id="door", driver="rtl_433", address="Honeywell-Security/73942", model="generic-contact", room="hall")
KIDDE = Device(id="kidde", driver="rtl_433", address="Kidde-Smoke/0", model="generic", room="hall")
SMOKE = Device(id="smoke", driver="rtl_433", address="Smoke-GS558/3403", model="generic-smoke", room="hall")


class House:
    """An intake that is told what receivers publish."""

    def __init__(self, *devices: Device) -> None:
        numbers = count(1)
        self.intake = Intake(
            {(device.driver, device.address): device for device in devices},
            {name: DRIVERS[name] for name in ("ev1527", "rtl_433", "tasmota_rf")},
            10,
            lambda: f"event-{next(numbers)}",
        )

    def hear(self, decoded: Decoded, at: float) -> list[Event]:
        signals = decoded if isinstance(decoded, tuple) else ()
        return [event for signal in signals for event in happened(self.intake.accept(signal, moment(at)))]

    def line(self, line: dict[str, Any], at: float) -> list[Event]:
        return self.hear(rtl_433.decode("rtl_433/host/events", rtl_433.encode(line), False, self.intake.lookup), at)

    def every_receiver(self, code24: str) -> Iterator[Decoded]:
        lookup, code = self.intake.lookup, int(code24, 16)
        kerui = rtl_433.encode({"model": "Kerui-Security", "id": code >> 4, "cmd": code & 15})
        remote = rtl_433.encode({"model": "Generic-Remote", "id": code >> 8, "cmd": code & 255})
        return cycle(
            (
                sonoff_rf_bridge.decode(sonoff_rf_bridge.encode_key(code24), lookup),
                tasmota_rf.decode("tele/bridge/RESULT", tasmota_rf.encode(code24), False, lookup),
                openmqttgateway.decode("home/gate/433toMQTT", openmqttgateway.encode(code24), False, lookup),
                rtl_433.decode("rtl_433/host/events", kerui, False, lookup),
                rtl_433.decode("rtl_433/host/events", remote, False, lookup),
            )
        )


@given(gaps=st.lists(st.floats(0, 2.0), min_size=4, max_size=79))
def test_receivers_that_hear_one_press_of_5_to_80_repeats_make_one_event(gaps: list[float]) -> None:
    house, at, events = House(CORD), 10.0, []
    for decoded, gap in zip(house.every_receiver("9EAD9F"), [0.0, *gaps], strict=False):
        at += gap
        events += house.hear(decoded, at)
    assert [(event.kind, event.type, event.device) for event in events] == [(Kind.ALARM, "sos", "cord-bath")]


def test_a_second_press_is_a_second_event_whichever_receiver_hears_it() -> None:
    house, events = House(CORD), []
    for number, decoded in zip(range(5), house.every_receiver("9EAD9F"), strict=False):
        events += house.hear(decoded, 10.0 + 2.1 * number)
    assert len(events) == 5


def test_six_lines_of_a_contact_in_half_a_second_are_one_opening() -> None:
    house = House(CONTACT)
    line = {"model": "Honeywell-Security", "id": 73942, "channel": 10, "state": "open", "heartbeat": "no"}
    events = [event for number in range(6) for event in house.line(line, 10.0 + 0.1 * number)]
    events += house.line(line | {"state": "closed"}, 11.0)
    assert [event.type for event in events] == ["contact_open", "contact_closed"]


def test_a_kidde_alarm_that_reports_every_65_ms_is_one_sign_of_life_and_no_alarm() -> None:
    house = House(KIDDE)
    events = [event for number in range(80) for event in house.line({"model": "Kidde-Smoke", "id": 0}, 0.065 * number)]
    assert [event.kind for event in events] == [Kind.SUPERVISION]


def test_a_smoke_detector_that_repeats_itself_tells_of_one_fire() -> None:
    house = House(SMOKE)
    line = {"model": "Smoke-GS558", "id": 3403, "unit": 12, "learn": 0, "code": "c1a96c"}
    events = [event for number in range(40) for event in house.line(line, 10.0 + 5.0 * number)]
    assert [(event.kind, event.type) for event in events] == [(Kind.ALARM, "smoke")]
    assert [event.type for event in house.line(line, 86_400.0)] == ["smoke"], "it cannot tell its end: this is another"


def test_a_code_that_the_broker_kept_raises_nothing() -> None:
    house = House(CORD)
    decoded = tasmota_rf.decode("tele/bridge/RESULT", tasmota_rf.encode("9EAD9F"), True, house.intake.lookup)
    assert house.hear(decoded, 10.0) == []


def test_a_receiver_that_is_gone_is_lost_and_its_next_code_brings_it_back() -> None:
    radio = Device(id="radio", driver="tasmota_rf", address="bridge", model="receiver", room="hall")
    house = House(CORD, radio)
    gone = tasmota_rf.decode("tele/bridge/LWT", b"Offline", False, house.intake.lookup)
    back = tasmota_rf.decode("tele/bridge/RESULT", tasmota_rf.encode("9EAD9F"), False, house.intake.lookup)
    found = house.hear(gone, 10.0) + house.hear(back, 20.0)
    assert [(event.kind, event.device) for event in found] == [
        (Kind.SUPERVISION_LOST, "radio"),
        (Kind.ALARM, "cord-bath"),
        (Kind.RESTORE, "radio"),
        (Kind.SUPERVISION, "radio"),
    ]


def test_where_a_cord_is_enrolled_every_receiver_listens() -> None:
    listeners = {driver.name: driver for driver in mqtt_listeners({"ev1527", "zigbee2mqtt"})}
    assert set(listeners) == {"zigbee2mqtt", *MQTT_RECEIVERS["ev1527"]}
    assert [driver.name for driver in mqtt_listeners({"zigbee2mqtt"})] == ["zigbee2mqtt"]
    for name in MQTT_RECEIVERS["ev1527"]:
        assert listeners[name].subscriptions == MQTT_DRIVERS[name].subscriptions
    lookup = House(CORD).intake.lookup
    decoded = listeners["tasmota_rf"].decode("tele/bridge/RESULT", tasmota_rf.encode("9EAD9F"), False, lookup)
    assert isinstance(decoded, tuple)
    assert [(signal.driver, signal.kind) for signal in decoded] == [("ev1527", Kind.ALARM)]


@pytest.mark.parametrize("names", [{"ev1527", "tasmota_rf"}, {"rtl_433"}])
def test_no_receiver_listens_twice(names: set[str]) -> None:
    listeners = [driver.name for driver in mqtt_listeners(names)]
    assert len(listeners) == len(set(listeners))
    assert names - {"ev1527"} <= set(listeners)


def test_lines_are_written_as_json() -> None:
    assert json.loads(rtl_433.encode({"model": "Tyre", "id": 7})) == {"model": "Tyre", "id": 7}


def test_the_first_sign_of_life_is_news_however_young_the_clock() -> None:
    assert len(House(KIDDE).line({"model": "Kidde-Smoke", "id": 0}, 0.0)) == 1


def test_a_low_battery_told_by_a_code_lasts_until_a_press_a_day_later_comes_without_it() -> None:
    house, day = House(CORD), 86_400.0

    def press(nibble: str, at: float) -> list[tuple[Kind, str | None]]:
        decoded = sonoff_rf_bridge.decode(sonoff_rf_bridge.encode_key(f"9EAD9{nibble}"), house.intake.lookup)
        return [(event.kind, event.type) for event in house.hear(decoded, at)]

    assert press("E", 10.0) == [(Kind.LOW_BATTERY, None)]
    assert press("E", 7_200.0) == [], "told again only by the weekly reminder"
    assert press("F", 7_200.0 + day - 10) == [(Kind.ALARM, "sos")]
    assert press("F", 7_200.0 + day) == [(Kind.ALARM, "sos"), (Kind.RESTORE, "low_battery")]
    assert press("F", 7_300.0 + day) == [(Kind.ALARM, "sos")]
    assert press("E", 7_400.0 + day) == [(Kind.LOW_BATTERY, None)], "it was the old cell after all"


def test_after_a_restart_the_day_of_a_low_battery_is_counted_anew() -> None:
    house = House(CORD)
    house.intake.conditions.restore(CORD.id, "low_battery", "earlier", resolved=False)
    decoded = sonoff_rf_bridge.decode(sonoff_rf_bridge.encode_key("9EAD9F"), house.intake.lookup)
    assert [event.kind for event in house.hear(decoded, 10.0)] == [Kind.ALARM]
    assert [event.kind for event in house.hear(decoded, 10.0 + 86_400.0)] == [Kind.ALARM, Kind.RESTORE]
