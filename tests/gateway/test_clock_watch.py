"""A clock that cannot be believed: said, marked in every message; no deadline is moved by it."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.event import ClockQuality, Kind
from gateway.clock import EARLIEST, Clock
from gateway.clock_watch import JUMPED, NOT_SET, NOT_SET_AFTER_SECONDS, STEADY_AFTER_SECONDS, ClockWatch
from gateway.config import load
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs
from gateway.store.store import Store
from gateway.watch import Watch
from tests.gateway.houses import NOON, HandClock, signal
from tests.support.house import House
from tests.support.wait import until

KNOWN, UNKNOWN = ClockQuality.SYNCHRONISED, ClockQuality.UNTRUSTED


class Looking:
    """A watch on two clocks; the wall's may be shifted."""

    def __init__(self, quality: ClockQuality = KNOWN, wall: datetime = NOON) -> None:
        self.watch, self.quality, self.monotonic, self.wall = ClockWatch(), quality, 50.0, wall

    def after(self, seconds: float = 1.0, shift: float = 0.0) -> set[str]:
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds + shift)
        return self.watch.wrong(self.monotonic, self.wall, self.quality)


def test_a_clock_that_is_never_set_is_a_trouble_until_it_is() -> None:
    looking = Looking(UNKNOWN)
    assert looking.after() == set()
    assert looking.after(NOT_SET_AFTER_SECONDS - 1) == set()
    assert looking.after() == {NOT_SET}
    looking.quality = KNOWN
    assert looking.after(shift=86_400.0) == set(), "that it is set is no jump"


def test_1970_is_a_trouble_at_once() -> None:
    looking = Looking(KNOWN, datetime(1970, 1, 1, tzinfo=UTC))
    assert looking.after() == {NOT_SET}
    looking.wall = NOON
    assert looking.after() == {JUMPED}, "nobody had said that it was not known"


@pytest.mark.parametrize("shift", [3_600.0, -3_600.0, 6.0, -6.0])
def test_a_jump_is_a_trouble_for_an_hour(shift: float) -> None:
    looking = Looking()
    assert looking.after() == set()
    assert looking.after(shift=shift) == {JUMPED}
    assert looking.after(STEADY_AFTER_SECONDS - 1) == {JUMPED}
    assert looking.after() == set()


def test_what_a_time_daemon_corrects_is_none() -> None:
    looking = Looking()
    for _ in range(100):
        assert looking.after(shift=0.4) == set()


def test_the_house_counts_in_utc_whatever_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, watch = Clock(), ClockWatch()
    watch.wrong(clock.monotonic(), clock.now(), KNOWN)
    for zone in ("Asia/Shanghai", "America/St_Johns", "<+05>-5<+06>,0/0,365/23"):
        monkeypatch.setitem(os.environ, "TZ", zone)
        time.tzset()
        assert clock.now().utcoffset() == timedelta(0)
        assert watch.wrong(clock.monotonic(), clock.now(), KNOWN) == set()
    monkeypatch.undo()
    time.tzset()


class SureClock(Clock):
    """The kernel says that it is synchronised; the time is as given."""

    def __init__(self, time_is: datetime) -> None:
        super().__init__()
        self._adjtimex = lambda _state: 0
        self._time = time_is

    def now(self) -> datetime:
        return self._time


def test_an_impossible_time_is_not_believed_whatever_the_kernel_says() -> None:
    assert SureClock(EARLIEST).quality() is KNOWN
    assert SureClock(EARLIEST - timedelta(seconds=1)).quality() is UNKNOWN


class ShiftedClock(HandClock):
    shift = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.shift


@pytest.mark.parametrize("shift", [timedelta(days=-50), timedelta(days=4_000), timedelta(hours=-1)])
async def test_an_alarm_leaves_and_the_trouble_with_it_and_no_deadline_moves(tmp_path: Path, shift: timedelta) -> None:
    config = load(House(folder=tmp_path, uplink_port=9, broker_port=9).write())
    clock = ShiftedClock()
    with Store(tmp_path / "house.db") as store:
        gateway = Gateway(config, store, clock)
        watch = Watch(
            config.devices, gateway.drivers, gateway.intake, gateway.reception, store, gateway.ledger,
            gateway.uplink, gateway.notices, gateway.lines, gateway.interference,
        )  # fmt: skip
        watch._look()
        device = gateway.intake.lookup("zigbee2mqtt", "button-1")
        assert device is not None
        (kept,) = gateway.reception.hear((signal(device),), device.driver, 0.0)
        await kept
        clock.shift = shift
        watch._look()
        watch._look()
        await until(lambda: len(gateway.ledger) == 2)
        waiting = [entry.stored.event for entry in gateway.ledger.due(clock.monotonic(), 20)]
        assert [(one.kind, one.type) for one in waiting] == [(Kind.ALARM, "sos"), (Kind.TROUBLE, "clock")]
        assert gateway.ledger.oldest_alarm_age(clock.monotonic()) == 0.0
        assert gateway.notices.knows(waiting[0].id)
        assert not [row for row in await store.ask(jobs.newest, 10) if row.event.kind is Kind.SUPERVISION_LOST]


async def test_an_alarm_of_a_house_without_time_is_not_called_late_after_a_power_cut(tmp_path: Path) -> None:
    config = load(House(folder=tmp_path, uplink_port=9, broker_port=9).write())
    clock = ShiftedClock()
    clock.known, clock.shift = UNKNOWN, timedelta(days=-20_500)
    with Store(tmp_path / "house.db") as store:
        gateway = Gateway(config, store, clock)
        device = gateway.intake.lookup("zigbee2mqtt", "button-1")
        assert device is not None
        (kept,) = gateway.reception.hear((signal(device),), device.driver, 0.0)
        await kept
    clock.known, clock.shift = KNOWN, timedelta(0)
    with Store(tmp_path / "house.db") as store:
        gateway = Gateway(config, store, clock)
        await remember(gateway)
        assert len(gateway.ledger.alarms()) == 1
        assert gateway.ledger.oldest_alarm_age(clock.monotonic()) == 0.0, "nobody knows for how long it has waited"
