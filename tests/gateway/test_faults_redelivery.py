"""A message that the local broker sends again: the same press where it was stored, a new one where it cannot have been.

And a million strangers on the air, judged without growing.
"""

from datetime import UTC, datetime, timedelta

import psutil
from msgspec.structs import replace

from drivers.device import Device
from drivers.event import AlarmType, ClockQuality, Kind, Signal
from drivers.registry import DRIVERS
from gateway.ids import new_id
from gateway.intake.intake import Happened, Intake, Moment, Stale
from gateway.intake.offers import LIMIT

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
BUTTON = Device(id="button-bed", driver="zigbee2mqtt", address="button-1", model="generic-button", room="bedroom")
PRESS = Signal(
    driver="zigbee2mqtt", address="button-1", kind=Kind.ALARM, type=AlarmType.SOS, code="single", raw=b'{"action":1}'
)


def intake() -> Intake:
    devices = {("zigbee2mqtt", "button-1"): BUTTON}
    return Intake(devices, {"zigbee2mqtt": DRIVERS["zigbee2mqtt"]}, 10, new_id)


def at(seconds: float) -> Moment:
    return Moment(monotonic=seconds, wall=START + timedelta(seconds=seconds), quality=ClockQuality.SYNCHRONISED)


def test_a_stored_message_that_comes_again_is_the_same_press() -> None:
    house = intake()
    (first,) = house.accept(PRESS, at(0))
    assert isinstance(first, Happened)
    assert house.accept(PRESS, at(5), redelivered=True) == [Stale(driver="zigbee2mqtt", reason="redelivered")]
    (second,) = house.accept(PRESS, at(6), redelivered=True)
    assert isinstance(second, Happened), "one event excuses one redelivery"


def test_an_equal_press_of_an_hour_ago_does_not_swallow_one_that_was_never_stored() -> None:
    before, after = intake(), intake()
    (first,) = before.accept(PRESS, at(0))
    assert isinstance(first, Happened)
    after.remember(first.event, now=0.0, age_seconds=3_600.0)
    (again,) = after.accept(PRESS, at(0), redelivered=True)
    assert isinstance(again, Happened)


def test_of_two_equal_presses_the_one_that_was_never_stored_counts() -> None:
    before, after = intake(), intake()
    first, second = replace(PRESS, delivery=17), replace(PRESS, delivery=18)
    (stored,) = before.accept(first, at(0))
    assert isinstance(stored, Happened)
    after.remember(stored.event, now=0.0, age_seconds=1.0)
    (news,) = after.accept(second, at(0), redelivered=True)
    assert isinstance(news, Happened), "the broker's number says that it is another press"
    assert after.accept(first, at(0), redelivered=True) == [Stale(driver="zigbee2mqtt", reason="redelivered")]


def test_a_restart_between_the_commit_and_the_acknowledgement_makes_no_second_alarm() -> None:
    before, after = intake(), intake()
    (first,) = before.accept(PRESS, at(0))
    assert isinstance(first, Happened)
    after.remember(first.event, now=0.0, age_seconds=30.0)
    assert after.accept(PRESS, at(0), redelivered=True) == [Stale(driver="zigbee2mqtt", reason="redelivered")]


def test_a_million_unknown_sources_take_no_more_room_than_a_few() -> None:
    house, process = intake(), psutil.Process()
    for number in range(1_000):
        house.accept(Signal(driver="ev1527", address=f"{number:05X}", kind=Kind.ENROLMENT), at(0))
    before = process.memory_info().rss
    for number in range(1_000_000):
        assert not house.accept(Signal(driver="ev1527", address=f"{number:05X}", kind=Kind.ENROLMENT), at(0))
    assert process.memory_info().rss - before < 8 * 1_024 * 1_024
    offers = house.offers.list()
    assert len(offers) == LIMIT
    assert offers[0].address == f"{999_999:05X}"
