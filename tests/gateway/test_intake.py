"""What is news: conditions, cached and retained states, redeliveries, batteries, silence, strangers."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.device import Device
from drivers.event import HAS_RESTORE, AlarmType, Kind, Reject, Signal, TroubleType
from drivers.zigbee2mqtt import decode
from gateway.intake.intake import Counted, Outcome, Over, Stale
from gateway.intake.offers import LIMIT
from tests.gateway.houses import BUTTON, CORD, NOON, SMOKE, Listener, happened, moment, raised, signal


def say(
    listener: Listener, device: Device, at: float, *, retain: bool = False, again: bool = False, **state: Any
) -> list[Outcome]:
    """A zigbee2mqtt message through its driver; the outcomes of all its signals."""
    payload = json.dumps(state).encode()
    decoded = decode(f"zigbee2mqtt/{device.address}", payload, retain, listener.intake.lookup)
    assert not isinstance(decoded, Reject)
    return [outcome for one in decoded for outcome in listener.hear(one, at, redelivered=again)]


def kinds(outcomes: list[Outcome]) -> list[tuple[str, str | None]]:
    return [(one.kind.value, one.type) for one in happened(outcomes)]


def test_a_smoke_alarm_is_raised_once_and_its_end_is_joined_to_it() -> None:
    listener = Listener()
    (alarm,) = raised(say(listener, SMOKE, 1.0, smoke=True))
    assert say(listener, SMOKE, 2.0, smoke=True) == [Counted(event=alarm.id, count=2)]
    assert say(listener, SMOKE, 3.0, smoke=True) == [Counted(event=alarm.id, count=3)]
    (restore,) = [one for one in happened(say(listener, SMOKE, 4.0, smoke=False)) if one.kind is Kind.RESTORE]
    assert (restore.type, restore.alarm, restore.evidence["began"]) == ("smoke", alarm.id, alarm.id)
    assert not [one for one in happened(say(listener, SMOKE, 5.0, smoke=False)) if one.kind is Kind.RESTORE]
    assert raised(say(listener, SMOKE, 6.0, smoke=True)), "after its end it is a new one"


@pytest.mark.parametrize(("silence", "again"), [(59.0, False), (61.0, True)])
def test_a_resolved_alarm_is_raised_again_only_after_a_silence(silence: float, again: bool) -> None:
    listener = Listener()
    (alarm,) = raised(say(listener, SMOKE, 1.0, smoke=True))
    listener.intake.conditions.resolved(alarm.id)
    assert bool(raised(say(listener, SMOKE, 1.0 + silence, smoke=True))) is again


def test_an_alarm_that_nobody_resolved_is_not_raised_again_however_long_it_lasts() -> None:
    listener = Listener()
    assert raised(say(listener, SMOKE, 1.0, smoke=True))
    assert not raised(say(listener, SMOKE, 100_000.0, smoke=True))


@pytest.mark.parametrize(("resolved", "again"), [(False, False), (True, True)])
def test_what_the_store_remembers_is_no_news_unless_people_ended_it(resolved: bool, again: bool) -> None:
    listener = Listener()
    listener.intake.conditions.restore(SMOKE.id, "smoke", "earlier", resolved=resolved)
    assert bool(raised(say(listener, SMOKE, 1.0, smoke=True))) is again


def test_a_sensors_own_end_of_an_alarm_that_only_people_close_says_nothing() -> None:
    listener = Listener()
    (alarm,) = raised(say(listener, BUTTON, 1.0, sos=True))
    outcomes = say(listener, BUTTON, 2.0, sos=False)
    assert [one.change.name for one in outcomes if isinstance(one, Over)] == ["sos"]
    assert Kind.RESTORE not in {one.kind for one in happened(outcomes)}
    (second,) = raised(say(listener, BUTTON, 3.0, sos=True))
    assert second.id != alarm.id
    assert AlarmType.SOS not in HAS_RESTORE


def test_a_retained_message_is_no_alarm_but_tells_what_is_over() -> None:
    listener = Listener()
    outcomes = say(listener, SMOKE, 1.0, retain=True, smoke=True)
    assert not happened(outcomes)
    assert Stale(driver="zigbee2mqtt", reason="retained") in outcomes
    assert not raised(say(listener, BUTTON, 1.0, retain=True, action="single"))
    assert raised(say(listener, SMOKE, 2.0, smoke=True)), "the live message is the alarm"
    assert kinds(say(listener, SMOKE, 3.0, retain=True, smoke=False)) == [("restore", "smoke")]
    assert SMOKE.id in listener.intake.heard_at
    assert listener.intake.heard_at[SMOKE.id] == 2.0, "a retained message is no sign of life"


def test_a_cached_message_is_no_alarm_and_no_sign_of_life() -> None:
    listener = Listener()
    pressed = NOON.isoformat()
    assert raised(say(listener, BUTTON, 1.0, action="single", last_seen=pressed))
    listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(90_000.0), device=BUTTON)
    outcomes = say(listener, BUTTON, 90_001.0, action="single", last_seen=pressed)
    assert outcomes == [Stale(driver="zigbee2mqtt", reason="cached")]
    assert listener.intake.heard_at[BUTTON.id] == 1.0


def test_what_was_handled_in_an_earlier_boot_is_cached_too() -> None:
    listener = Listener()
    listener.intake.handled_before(BUTTON.id, NOON)
    assert not raised(say(listener, BUTTON, 1.0, action="single", last_seen=NOON.isoformat()))
    later = (NOON + timedelta(seconds=1)).isoformat()
    assert raised(say(listener, BUTTON, 2.0, action="single", last_seen=later))


def test_a_press_with_an_older_device_time_still_alarms() -> None:
    listener = Listener()
    assert raised(say(listener, BUTTON, 1.0, action="single", last_seen=NOON.isoformat()))
    older = (NOON - timedelta(hours=8)).isoformat()
    assert raised(say(listener, BUTTON, 60.0, action="single", last_seen=older))


def test_a_check_in_and_a_press_of_the_same_whole_second_still_alarm() -> None:
    listener = Listener()
    second = NOON.replace(microsecond=0).isoformat()
    assert kinds(say(listener, BUTTON, 1.0, battery=90, last_seen=second)) == [("supervision", None)]
    assert raised(say(listener, BUTTON, 1.6, action="single", last_seen=second))


@pytest.mark.parametrize("action", [None, ""])
def test_a_null_action_is_no_press(action: str | None) -> None:
    listener = Listener()
    assert not raised(say(listener, BUTTON, 1.0, action=action, battery=90))


def test_a_redelivered_press_of_an_earlier_boot_is_the_same_one_and_a_second_equal_one_is_not() -> None:
    before, after = Listener(), Listener()
    press: dict[str, Any] = {"action": "single", "battery": 5, "battery_low": True}
    for event in happened(say(before, BUTTON, 1.0, **press)):
        after.intake.remember(event, 100.0, 3.0)
    after.intake.conditions.restore(BUTTON.id, "low_battery", "earlier", resolved=False)
    outcomes = say(after, BUTTON, 101.0, again=True, **press)
    assert not happened(outcomes)
    assert Stale(driver="zigbee2mqtt", reason="redelivered") in outcomes
    # The second press was on its way when the power went: nobody has stored it, it must not be taken for the first.
    assert raised(say(after, BUTTON, 102.0, again=True, **press))


def test_a_restore_made_of_the_first_press_excuses_no_second_one() -> None:
    listener = Listener()
    listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(1.0), device=BUTTON)
    assert kinds(say(listener, BUTTON, 2.0, action="single")) == [("alarm", "sos"), ("restore", "supervision_lost")]
    assert not raised(say(listener, BUTTON, 3.0, again=True, action="single"))
    assert raised(say(listener, BUTTON, 3.0, again=True, action="single"))


def test_an_event_of_long_ago_excuses_no_redelivery() -> None:
    listener = Listener()
    assert raised(say(listener, BUTTON, 1.0, action="single"))
    assert raised(say(listener, BUTTON, 10_000.0, again=True, action="single"))


def test_a_redelivered_message_that_was_never_handled_is_news() -> None:
    assert raised(say(Listener(), BUTTON, 1.0, again=True, action="single"))


def test_a_low_battery_is_said_once_and_is_over_only_when_it_is_well_above_it() -> None:
    listener = Listener()
    assert kinds(say(listener, SMOKE, 1.0, battery=8)) == [("low_battery", None)]
    assert not [kind for kind, _ in kinds(say(listener, SMOKE, 2.0, battery=8)) if kind == "low_battery"]
    assert ("restore", "low_battery") not in kinds(say(listener, SMOKE, 3.0, battery=15, battery_low=False))
    assert ("low_battery", None) not in kinds(say(listener, SMOKE, 4.0, battery=9))
    assert ("restore", "low_battery") in kinds(say(listener, SMOKE, 5.0, battery=100))
    assert ("low_battery", None) in kinds(say(listener, SMOKE, 6.0, battery=8))


def test_a_call_from_a_button_with_a_dead_battery_still_alarms_and_is_marked() -> None:
    outcomes = say(Listener(), BUTTON, 1.0, action="single", battery=1, battery_low=True)
    (alarm,) = raised(outcomes)
    assert alarm.battery_low is True
    assert alarm.battery_percent == 1
    assert [kind for kind, _ in kinds(outcomes)].count("low_battery") == 1


def test_silence_is_a_fault_once_and_over_when_the_device_is_heard() -> None:
    listener = Listener()
    assert kinds(listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(1.0), device=SMOKE)) == [
        ("supervision_lost", None)
    ]
    for at in range(2, 10):
        assert not listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(float(at)), device=SMOKE)
    (over, _) = happened(say(listener, SMOKE, 20.0, battery=90))
    assert (over.kind, over.type, over.alarm) == (Kind.RESTORE, "supervision_lost", None)


def test_silence_of_an_earlier_boot_is_not_said_again() -> None:
    listener = Listener()
    listener.intake.conditions.restore(SMOKE.id, "supervision_lost", "earlier", resolved=False)
    assert not listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(1.0), device=SMOKE)


def test_a_silent_device_that_leaves_the_network_is_not_heard_by_it() -> None:
    listener = Listener()
    listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(1.0), device=SMOKE)
    left = signal(SMOKE, Kind.SUPERVISION_LOST, None)
    assert not happened(listener.hear(left, 2.0))
    assert SMOKE.id not in listener.intake.heard_at


def test_troubles_of_the_house_begin_and_end_once_per_place() -> None:
    intake = Listener().intake
    (lost,) = happened(intake.fault(Kind.TROUBLE, TroubleType.LINK_LOST, moment(1.0), where="serial rf"))
    assert not intake.fault(Kind.TROUBLE, TroubleType.LINK_LOST, moment(2.0), where="serial rf")
    assert happened(intake.fault(Kind.TROUBLE, TroubleType.LINK_LOST, moment(2.0), where="local broker"))
    (over,) = happened(intake.fault_over(TroubleType.LINK_LOST, moment(3.0), where="serial rf"))
    assert (over.kind, over.type, over.evidence) == (
        Kind.RESTORE,
        "link_lost",
        {"began": lost.id, "where": "serial rf"},
    )
    assert not intake.fault_over(TroubleType.LINK_LOST, moment(4.0), where="serial rf")


def test_a_test_is_never_an_alarm_and_a_held_test_bit_is_one_test() -> None:
    listener = Listener()
    assert kinds(say(listener, SMOKE, 1.0, test=True, smoke=True)) == [("test", "smoke")]
    for at in range(30, 300, 30):
        assert not happened(say(listener, SMOKE, float(at), test=True, smoke=True))
    assert raised(say(listener, SMOKE, 301.0, test=False, smoke=True)), "and a test hides no fire"


def test_a_tamper_by_radio_code_ends_with_its_own_code() -> None:
    listener = Listener()
    (tamper,) = happened(listener.hear(signal(CORD, Kind.TAMPER, None, code="B"), 1.0))
    over = signal(CORD, Kind.SUPERVISION, None, code="C", not_active=("tamper",))
    assert [(one.kind, one.type) for one in happened(listener.hear(over, 5.0))] == [
        (Kind.RESTORE, "tamper"),
        (Kind.SUPERVISION, None),
    ]
    assert tamper.alarm is None


def test_a_service_request_is_news_each_time() -> None:
    listener = Listener()
    meal = signal(BUTTON, Kind.SERVICE_REQUEST, "meal")
    assert len(happened(listener.hear(meal, 1.0)) + happened(listener.hear(meal, 9.0))) == 2


def test_a_stranger_is_only_offered_and_a_million_of_them_fill_no_memory() -> None:
    listener = Listener()
    stranger = Signal(driver="ev1527", address="ABCDE", kind=Kind.ALARM, type="sos", code="F")
    assert listener.hear(stranger, 1.0) == []
    assert listener.hear(stranger, 2.0) == []
    (offer,) = listener.intake.offers.list()
    assert (offer.driver, offer.address, offer.code, offer.heard) == ("ev1527", "ABCDE", "F", 2)
    at = moment(3.0)
    tracemalloc.start()
    try:
        for number in range(1_000_000 >> 4):
            listener.intake.offers.heard("ev1527", f"{number:05X}", "F", at.wall)
        settled, _ = tracemalloc.get_traced_memory()
        for number in range(1_000_000 >> 4):
            listener.intake.offers.heard("ev1527", f"{number + 500_000:05X}", "F", at.wall)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(listener.intake.offers.list()) == LIMIT
    assert after <= settled + 10_000
    assert listener.intake.offers.list()[0].address == f"{(1_000_000 >> 4) - 1 + 500_000:05X}"


def test_a_radio_detector_that_repeats_its_code_tells_of_one_fire_until_people_have_ended_it() -> None:
    listener = Listener()
    smoke = replace(signal(CORD, code="5"), type=AlarmType.SMOKE)
    (first,) = raised(listener.hear(smoke, 10.0))
    for at in (20.0, 50.0, 110.0):
        assert raised(listener.hear(smoke, at)) == []
    listener.intake.conditions.resolved(first.id)
    (second,) = raised(listener.hear(smoke, 300.0))
    assert second.id != first.id


def test_a_press_under_a_bridge_clock_that_stands_still_is_news_and_its_echo_is_not() -> None:
    listener = Listener()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    press = replace(signal(BUTTON, code="single"), occurred_at=at, raw=b"1")
    assert len(raised(listener.hear(press, 10.0))) == 1
    assert raised(listener.hear(press, 100.0)) == []
    assert len(raised(listener.hear(replace(press, raw=b"2"), 200.0))) == 1


def test_a_call_for_help_goes_before_what_is_said_of_its_battery_and_its_return() -> None:
    listener = Listener()
    lost = listener.intake.fault(Kind.SUPERVISION_LOST, None, moment(1.0), device=BUTTON)
    assert happened(lost)
    outcomes = listener.hear(signal(BUTTON, code="emergency", battery_low=True), 2.0)
    assert [event.kind for event in happened(outcomes)] == [Kind.ALARM, Kind.RESTORE, Kind.LOW_BATTERY]
