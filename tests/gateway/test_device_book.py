"""What is remembered of each device: the newest fix, its age on whatever clock there is, proofs."""

import sqlite3
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.device import Device
from drivers.event import AlarmType, ClockQuality, Kind, Location, LocationSource, Signal
from gateway.intake.device_book import FIX_KEPT, DeviceBook
from gateway.store.database import migrate
from gateway.store.devices import DeviceState, forget_others, set_states, states
from tests.gateway.houses import CORD, NOON, Listener, event, happened, moment, signal

WATCH = Device(id="watch", driver="gps_watch", address="8800000015", model="generic", room="")
PLACE = Location(latitude=39.9073331234, longitude=116.391083, source=LocationSource.GNSS)
MINUTE = timedelta(minutes=1)


def house() -> Listener:
    return Listener(devices=[WATCH, CORD], drivers=("gps_watch", "ev1527"))


def press(location: Location | None = None, code: str = "1") -> Signal:
    return signal(WATCH, code=code, location=location)


def report(location: Location, *, retained: bool = False) -> Signal:
    return signal(WATCH, Kind.LOCATION, None, location=location, retained=retained)


def test_an_alarm_takes_the_last_fix_along_with_its_age_and_nothing_else_does() -> None:
    listener = house()
    (told,) = happened(listener.hear(report(PLACE), 0.0))
    (alarm,) = happened(listener.hear(press(), 90.0))
    assert told.location is None
    assert alarm.location is not None
    assert (alarm.location.latitude, alarm.location.age_seconds) == (39.907333, 90.0)
    assert alarm.location.fixed_at == NOON
    (test,) = happened(listener.hear(signal(WATCH, Kind.TEST), 100.0))
    assert test.location is not None
    (fault,) = happened(listener.hear(signal(WATCH, Kind.TAMPER, None), 101.0))
    assert fault.location is None
    (other,) = happened(listener.hear(signal(CORD, code="F"), 102.0))
    assert other.location is None


def test_the_alarms_own_fix_is_fresh() -> None:
    (alarm,) = happened(house().hear(press(PLACE), 0.0))
    assert alarm.location is not None
    assert alarm.location.age_seconds == 0.0


def test_an_older_fix_that_comes_later_replaces_nothing_and_a_retained_one_counts() -> None:
    listener = house()
    newer = replace(PLACE, fixed_at=NOON - MINUTE)
    assert happened(listener.hear(report(newer, retained=True), 0.0)) == []
    listener.hear(report(replace(PLACE, latitude=1.0, fixed_at=NOON - 2 * MINUTE)), 1.0)
    (alarm,) = happened(listener.hear(press(), 60.0))
    assert alarm.location is not None
    assert (alarm.location.latitude, alarm.location.age_seconds) == (39.907333, 120.0)


def test_a_fix_from_the_future_is_of_now_and_gives_way_to_the_next() -> None:
    listener = house()
    listener.hear(report(replace(PLACE, fixed_at=NOON + 600 * MINUTE)), 0.0)
    listener.hear(report(replace(PLACE, latitude=2.0)), 5.0)
    (alarm,) = happened(listener.hear(press(), 6.0))
    assert alarm.location is not None
    assert (alarm.location.latitude, alarm.location.age_seconds) == (2.0, 1.0)


def test_the_age_is_unknown_where_no_clock_can_tell_it() -> None:
    book, lost = DeviceBook(), replace(moment(0.0), quality=ClockQuality.UNTRUSTED)
    book.located("watch", replace(PLACE, fixed_at=NOON - MINUTE), lost)
    fix = book.last_fix("watch", lost)
    assert fix is not None
    assert fix.age_seconds is None
    book.located("watch", PLACE, lost)  # by receipt: the monotonic clock knows
    fix = book.last_fix("watch", replace(lost, monotonic=30.0))
    assert fix is not None
    assert fix.age_seconds == 30.0
    book.restore("watch", DeviceState(location=replace(PLACE, fixed_at=NOON)))  # of an earlier boot
    assert [fix and fix.age_seconds for fix in (book.last_fix("watch", lost), book.last_fix("watch", moment(5.0)))] == [
        None,
        5.0,
    ]


def test_a_fix_of_long_ago_is_not_told_and_forgotten() -> None:
    book = DeviceBook()
    book.located("watch", PLACE, moment(0.0))
    later = moment(FIX_KEPT.total_seconds() + 1)
    assert book.last_fix("watch", later) is None
    book.take_changed()
    book.forget_old_fixes(later.wall)
    assert book.take_changed()["watch"].location is None


def test_what_proves_a_device_is_told_from_a_sign_of_life() -> None:
    book = DeviceBook()
    book.note(event(Kind.SUPERVISION, None, battery_percent=80.0))
    assert book.states()["cord-bath"] == DeviceState(heard_at=NOON, battery_percent=80.0)
    book.note(event(type_=AlarmType.SOS, received_at=NOON + MINUTE))
    book.note(event(Kind.LOW_BATTERY, None, received_at=NOON + 2 * MINUTE, battery_low=True))
    state = book.states()["cord-bath"]
    assert (state.heard_at, state.proven_at) == (NOON + 2 * MINUTE, NOON + MINUTE)
    assert (state.proven_kind, state.proven_type, state.battery_low) == ("alarm", "sos", True)
    # A clock that lost its time sets nothing back.
    book.note(event(received_at=datetime(1970, 1, 1, tzinfo=UTC)))
    assert book.states()["cord-bath"].proven_at == NOON + MINUTE


LOCATIONS = st.builds(
    Location,
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    accuracy_m=st.none() | st.floats(0, 1e7),
    fixed_at=st.none() | st.integers(-(10**9), 10**9).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    source=st.none() | st.sampled_from(LocationSource),
)


@given(st.lists(st.tuples(LOCATIONS, st.floats(0, 1e6), st.sampled_from(ClockQuality)), max_size=6))
def test_whatever_comes_the_age_is_none_or_not_negative(said: list[tuple[Location, float, ClockQuality]]) -> None:
    book, at = DeviceBook(), 0.0
    for location, seconds, quality in said:
        at += seconds
        now = replace(moment(at), quality=quality)
        book.located("watch", location, now)
        fix = book.last_fix("watch", now)
        assert fix is None or fix.age_seconds is None or 0 <= fix.age_seconds <= FIX_KEPT.total_seconds()
        assert len(book.states()) == 1


def test_the_store_keeps_a_row_for_each_enrolled_device_and_no_other() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    full = DeviceState(
        heard_at=NOON, proven_at=NOON, proven_kind="test", proven_type="smoke", battery_percent=61.5,
        battery_low=False, location=replace(PLACE, fixed_at=NOON, accuracy_m=4.5),
    )  # fmt: skip
    set_states(connection, {"watch": full, "cord-bath": DeviceState(), "sold": full})
    forget_others(connection, {"watch", "cord-bath"})
    assert states(connection) == {"watch": full, "cord-bath": DeviceState()}
