"""Devices that report many times a second: an unchanged state is no news, a change is, an alarm always."""

from dataclasses import replace

from drivers.device import Device
from drivers.event import ActivityType, AlarmType, Kind
from drivers.registry import DRIVERS
from gateway.intake.intake import Intake
from tests.gateway.houses import SMOKE, happened, moment, signal


def radar() -> Intake:
    driver = replace(DRIVERS["zigbee2mqtt"], state_seconds=60.0)
    ids = iter(f"event-{number}" for number in range(10_000))
    devices: dict[tuple[str, str], Device] = {(SMOKE.driver, SMOKE.address): SMOKE}
    return Intake(devices, {SMOKE.driver: driver}, 10, lambda: next(ids))


def heard(intake: Intake, kind: Kind, type_: str, at: float) -> int:
    return len(happened(intake.accept(signal(SMOKE, kind, type_), moment(at))))


def test_ten_reports_a_second_are_one_event_until_something_changes_or_a_minute_has_passed() -> None:
    intake = radar()
    made = sum(heard(intake, Kind.ACTIVITY, ActivityType.PRESENCE, tick / 10) for tick in range(590))
    assert made == 1
    assert heard(intake, Kind.ACTIVITY, ActivityType.ABSENCE, 59.5) == 1
    assert heard(intake, Kind.ACTIVITY, ActivityType.PRESENCE, 59.6) == 1
    assert heard(intake, Kind.ACTIVITY, ActivityType.PRESENCE, 120.0) == 1


def test_readings_of_two_kinds_do_not_hide_each_other() -> None:
    intake = radar()
    assert [heard(intake, Kind.MEASUREMENT, name, 1.0) for name in ("distance", "energy", "distance")] == [1, 1, 0]


def test_an_alarm_in_the_stream_is_heard_at_once() -> None:
    intake = radar()
    assert heard(intake, Kind.ACTIVITY, ActivityType.PRESENCE, 1.0) == 1
    assert heard(intake, Kind.ALARM, AlarmType.FALL, 1.1) == 1
