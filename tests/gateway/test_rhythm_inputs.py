"""The watch over silence in a wired house: quiet hours, one dead sensor, summer time, what comes twice or too late."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from drivers.event import Kind
from gateway.inspect_running import protection_text
from tests.gateway.houses import HandClock
from tests.gateway.rhythms import (
    BUTTON,
    CORD,
    DAY,
    HOUR,
    MIDNIGHT,
    MINUTE,
    ROUND,
    SENSORS,
    Home,
    running,
    sensor,
    written,
)

TEN = MIDNIGHT + 10 * HOUR
ALARM = ("alarm", "inactivity")
SMOKE = sensor("smoke", "generic-smoke", "kitchen")


def with_a_voice(home: Home) -> list[str]:
    """Give the house a loudspeaker; what it says."""
    said: list[str] = []
    home.gateway.sound = SimpleNamespace(can_speak=True)  # type: ignore[assignment]
    home.gateway.announcer.speak = said.append  # type: ignore[method-assign, assignment]
    return said


@pytest.mark.parametrize(
    ("quiet", "is_asked"),
    [({"quiet_from": "09:00", "quiet_to": "23:00"}, False), ({"quiet_from": "23:00", "quiet_to": "09:00"}, True)],
    ids=["in the quiet hours", "outside of them"],
)
async def test_quiet_hours_are_kept_and_seen(tmp_path: Path, quiet: dict[str, Any], is_asked: bool) -> None:
    async with running(written(tmp_path, SENSORS, inactivity=quiet), HandClock(MIDNIGHT)) as home:
        said = with_a_voice(home)
        await home.lives(TEN)
        home.wait(10 * 60)
        assert bool(said) is is_asked
        assert (await home.alarm()).event.evidence["asked"] is is_asked
        shown = home.gateway.status.protection()
        assert shown is not None
        assert shown.quiet == f"{quiet['quiet_from']}-{quiet['quiet_to']}"
        assert f"from {quiet['quiet_from']} to" in protection_text({"inactivity": "watching", "quiet": shown.quiet})


async def test_a_dead_sensor_narrows_what_is_promised_until_it_is_back(tmp_path: Path) -> None:
    async with running(written(tmp_path, SENSORS), HandClock(MIDNIGHT)) as home:

        def kinds() -> list[str]:
            promised = home.gateway.status.protection()
            assert promised is not None
            return promised.kinds

        await home.lives(MIDNIGHT + HOUR)
        assert "bathroom_long" in kinds()
        intake, reception = home.gateway.intake, home.gateway.reception
        bath = intake.lookup("zigbee2mqtt", "motion-bath")
        reception.tell(intake.fault(Kind.SUPERVISION_LOST, None, reception.moment(), device=bath))
        home.wait(2)
        assert home.protection == "watching"
        assert "bathroom_long" not in kinds()
        assert "inactivity" in kinds()
        await home.moves("motion-bath")
        home.wait(2)
        assert "bathroom_long" in kinds()
        assert {kind for kind, _ in await home.told()} == {"supervision_lost", "restore"}


async def test_in_a_declared_absence_smoke_and_a_cord_are_alarms(tmp_path: Path) -> None:
    async with running(written(tmp_path, [*SENSORS, CORD, SMOKE]), HandClock(MIDNIGHT)) as home:
        now = home.clock.now()
        assert home.gateway.away.declare(now, now + timedelta(days=60), "installer") is None
        home.wait(24 * 60, 600)
        await home.says("smoke", smoke=True)
        assert home.protection == "suspended"
        await home.says("cord", action="on")
        assert await home.told() == [("alarm", "smoke"), ("alarm", "sos")]


@pytest.mark.parametrize(
    "first_day",
    [datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 10, 23, 22, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
async def test_summer_time_begins_and_ends_without_an_alarm(tmp_path: Path, first_day: datetime) -> None:
    """Midnight in Berlin, a day before the clocks change there."""
    clock = HandClock(MIDNIGHT)
    shift = first_day - clock.now()
    real = clock.now
    clock.now = lambda: real() + shift  # type: ignore[method-assign]
    file = written(tmp_path, SENSORS)
    file.write_text(file.read_text().replace("Asia/Shanghai", "Europe/Berlin"))
    async with running(file, clock) as home:
        await home.lives(MIDNIGHT + 2 * DAY + 10 * HOUR)
        assert await home.told() == []
        assert home.gateway.rhythm is not None
        lain = home.clock.now()
        home.wait(12 * 60)
        evidence = (await home.alarm()).event.evidence
        local = lain + (timedelta(hours=2) if first_day.month == 3 else timedelta(hours=1))
        hour = int(evidence["since_local"][:2])
        assert hour in (local.hour, local.hour - 1), "by the clock on the wall as it shows now"


async def test_what_a_broker_sends_again_or_had_kept_is_nobody_and_no_fault(tmp_path: Path) -> None:
    async with running(written(tmp_path, [*SENSORS, BUTTON]), HandClock(MIDNIGHT)) as home:
        for _ in range(3):  # the same message, in the same moment
            await home.says("motion-kitchen", occupancy=True)
        await home.lives(TEN)
        silent_since = home.clock.seconds
        while home.clock.seconds < silent_since + 12 * HOUR and ALARM not in await home.told():
            home.wait(30)
            for name in ROUND:
                await home.says(name, retained=True, occupancy=True)
        assert await home.told() == [ALARM]


async def test_a_clock_far_ahead_for_an_hour_is_a_trouble_and_loses_no_state(tmp_path: Path) -> None:
    clock = HandClock(MIDNIGHT)
    async with running(written(tmp_path, SENSORS), clock) as home:
        await home.lives(TEN)
        real = clock.now
        clock.now = lambda: real() + timedelta(days=3)  # type: ignore[method-assign]
        for _ in range(4):
            await home.moves(*ROUND)
            home.wait(12)
        clock.now = real  # type: ignore[method-assign]
        for _ in range(4):
            await home.moves(*ROUND)
            home.wait(12)
        told = await home.told()
        assert ("trouble", "clock") in told
        assert ALARM not in told
        home.wait(12 * 60)
        assert ALARM in await home.told()
        assert home.clock.seconds < TEN + 16 * HOUR + MINUTE
