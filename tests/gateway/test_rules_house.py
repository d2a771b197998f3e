"""The rules in a house that is wired as it runs: real messages, the real store, restarts, a clock turned by hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.registry import MQTT_DRIVERS
from gateway.config import load
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs, watching
from gateway.store.store import Store
from tests.gateway.houses import HandClock
from tests.support.house import BUTTON, House

MAT = {
    "id": "mat", "driver": "zigbee2mqtt", "address": "mat", "model": "generic-contact", "room": "bedroom",
    "role": "bed", "out_of_bed_minutes": 30,
}  # fmt: skip
DOOR = {
    "id": "door", "driver": "zigbee2mqtt", "address": "door", "model": "generic-contact", "room": "entrance",
    "door_open_minutes": 10,
}  # fmt: skip
CHAIR = {**MAT, "id": "chair", "address": "chair", "role": "chair"}
del CHAIR["out_of_bed_minutes"]
EIGHT_IN_THE_EVENING = 1_000.0
"""What the hand clock begins with: twelve o'clock in UTC, eight in Shanghai."""
TWO_AT_NIGHT = EIGHT_IN_THE_EVENING + 6 * 3_600


class Home:
    """A wired gateway without its lines, on a clock that survives restarts."""

    def __init__(self, file: Path, store: Store, clock: HandClock) -> None:
        self.clock, self.store = clock, store
        self.gateway = Gateway(load(file), store, clock)

    async def hear(self, address: str, **state: Any) -> None:
        driver = MQTT_DRIVERS["zigbee2mqtt"]
        said = driver.decode(f"zigbee2mqtt/{address}", json.dumps(state).encode(), False, self.gateway.intake.lookup)
        await asyncio.gather(*self.gateway.reception.hear(said, driver.name, 0.0))

    async def wait(self, minutes: float, step_seconds: float = 10.0) -> None:
        end = self.clock.seconds + minutes * 60
        while self.clock.seconds < end:
            self.clock.seconds = min(end, self.clock.seconds + step_seconds)
            self.gateway.reception.look()
        await self.store.ask(jobs.conditions)  # what it made is committed now

    async def told(self) -> list[tuple[str, str | None, str | None]]:
        newest = await self.store.ask(jobs.newest, 5_000)
        return [(one.event.kind.value, one.event.type, one.event.device) for one in newest]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    house = House(
        folder=tmp_path, uplink_port=9, broker_port=9, devices=[MAT, CHAIR, DOOR, BUTTON],
        sections={"inactivity": {"enabled": False}},
    )  # fmt: skip
    written = house.write()
    written.write_text('timezone = "Asia/Shanghai"\n' + written.read_text())
    return written


@asynccontextmanager
async def running(file: Path, clock: HandClock) -> AsyncIterator[Home]:
    with Store(file.with_suffix(".db")) as store:
        home = Home(file, store, clock)
        await remember(home.gateway)
        yield home


RAISED, OVER = ("alarm", "out_of_bed", "mat"), ("restore", "out_of_bed", "mat")


async def test_out_of_bed_from_the_mats_message_to_the_alarm_and_back(file: Path) -> None:
    async with running(file, HandClock(TWO_AT_NIGHT)) as home:
        await home.hear("mat", contact=True)
        await home.wait(1)
        await home.hear("mat", contact=False)
        await home.wait(29)
        assert await home.told() == []
        await home.wait(2)
        assert await home.told() == [RAISED]
        (alarm,) = await home.store.ask(jobs.newest, 1)
        assert alarm.event.raises_alarm
        assert alarm.priority == "person"
        assert alarm.event.room == "bedroom"
        assert alarm.event.evidence == {"limit_minutes": 30, "left_at": "2026-03-01T18:01:00.250Z"}
        await home.hear("mat", contact=False)
        await home.wait(60)
        await home.hear("mat", contact=True)
        await home.wait(1)
        assert await home.told() == [RAISED, OVER]
        (restore,) = await home.store.ask(jobs.newest, 1)
        assert restore.event.alarm == alarm.event.id


@pytest.mark.parametrize("crash_after_minutes", [0, 20, 29.9, 31, 200])
async def test_a_power_cut_neither_loses_nor_doubles_the_alarm(file: Path, crash_after_minutes: float) -> None:
    clock = HandClock(TWO_AT_NIGHT)
    async with running(file, clock) as home:
        await home.hear("mat", contact=True)
        await home.wait(1)
        await home.hear("mat", contact=False)
        await home.wait(crash_after_minutes)
    clock.seconds += 60  # the power is back
    for _ in range(2):
        async with running(file, clock) as home:
            await home.wait(35)
            assert await home.told() == [RAISED]
    async with running(file, clock) as home:
        await home.hear("mat", contact=True)
        await home.wait(1)
        assert await home.told() == [RAISED, OVER]
        assert [row.rule for row in await home.store.ask(watching.all_rows)] == ["out_of_bed"]


async def test_who_was_in_bed_when_the_power_went_may_leave_it_afterwards(file: Path) -> None:
    clock = HandClock(TWO_AT_NIGHT)
    async with running(file, clock) as home:
        await home.hear("mat", contact=True)
        await home.wait(1)
    async with running(file, clock) as home:
        await home.hear("mat", contact=False)
        await home.wait(31)
        assert await home.told() == [RAISED]


async def test_a_mat_that_is_lost_is_a_fault_and_nothing_else(file: Path) -> None:
    async with running(file, HandClock(TWO_AT_NIGHT)) as home:
        await home.hear("mat", contact=True)
        await home.wait(1)
        await home.hear("mat", contact=False)
        await home.hear("mat/availability", state="offline")
        await home.wait(300)
        assert await home.told() == [("supervision_lost", None, "mat")]
        assert await home.store.ask(watching.all_rows) == []


async def test_nobody_is_missed_by_day_nor_from_a_chair(file: Path) -> None:
    async with running(file, HandClock(EIGHT_IN_THE_EVENING - 3_600)) as home:
        for address in ("mat", "chair"):
            await home.hear(address, contact=True)
            await home.wait(1)
            await home.hear(address, contact=False)
        await home.wait(600)
        assert await home.told() == []


async def test_a_press_goes_its_own_way(file: Path) -> None:
    async with running(file, HandClock(TWO_AT_NIGHT)) as home:
        await home.hear("mat", contact=True)
        await home.wait(1)
        await home.hear("mat", contact=False)
        await home.hear("button-1", action="single")
        await home.wait(31)
        assert await home.told() == [("alarm", "sos", "button-bed"), RAISED]


async def test_a_door_left_open(file: Path) -> None:
    async with running(file, HandClock(EIGHT_IN_THE_EVENING)) as home:
        await home.hear("door", contact=False)
        await home.wait(9)
        await home.hear("door", contact=True)
        await home.hear("door", contact=False)  # a bounce
        await home.wait(2)
        assert await home.told() == [("alarm", "door_left_open", "door")]
        await home.hear("door", contact=True)
        await home.wait(1)
        assert (await home.told())[1:] == [("restore", "door_left_open", "door")]


def without_rule(file: Path) -> None:
    file.write_text(file.read_text().replace("door_open_minutes = 10\n", ""))


async def test_a_rule_that_was_taken_out_of_the_file_is_forgotten(file: Path) -> None:
    clock = HandClock(EIGHT_IN_THE_EVENING)
    async with running(file, clock) as home:
        await home.hear("door", contact=False)
        await home.wait(1)
    without_rule(file)
    async with running(file, clock) as home:
        await home.wait(60)
        assert await home.told() == []
        assert await home.store.ask(watching.all_rows) == []


async def test_a_damaged_row_keeps_nothing_from_starting(file: Path) -> None:
    async with running(file, HandClock(TWO_AT_NIGHT)) as home:
        for details in ("{}", "nonsense", '{"phase":"asleep"}', '{"phase":"away","left_at":"then"}'):
            home.store.keep_watching(watching.Watching(device="mat", rule="out_of_bed", due=None, details=details))
            home.gateway.rules.resume(await home.store.ask(watching.all_rows), home.gateway.reception.moment())
            assert await home.store.ask(watching.all_rows) == []
