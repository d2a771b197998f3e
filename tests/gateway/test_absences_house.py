"""Nobody at home, in a wired house and in a running one: who may say it, what ends it, what the district hears."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drivers.registry import MQTT_DRIVERS
from gateway.away_command import AwayError, end_of
from gateway.config import load
from gateway.contract.times import to_text
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs
from gateway.store.store import Store
from tests.gateway.houses import HandClock
from tests.support.house import BUTTON, House
from tests.support.processes import run

DAY = 86_400.0
SHANGHAI = ZoneInfo("Asia/Shanghai")


def sensor(name: str, model: str, room: str) -> dict[str, Any]:
    return {"id": name, "driver": "zigbee2mqtt", "address": name, "model": model, "room": room}


DEVICES = [sensor("hall", "generic-motion", "hall"), sensor("bath", "generic-motion", "bathroom"), BUTTON]


class Home:
    def __init__(self, file: Path, store: Store, clock: HandClock) -> None:
        self.clock, self.store = clock, store
        self.gateway = Gateway(load(file), store, clock)

    async def moves(self, *addresses: str) -> None:
        driver = MQTT_DRIVERS["zigbee2mqtt"]
        for address in addresses:
            for occupied in (True, False):
                payload = json.dumps({"occupancy": occupied}).encode()
                said = driver.decode(f"zigbee2mqtt/{address}", payload, False, self.gateway.intake.lookup)
                await asyncio.gather(*self.gateway.reception.hear(said, driver.name, 0.0))
            self.clock.seconds += 60

    def days_pass(self, days: float) -> None:
        end = self.clock.seconds + days * DAY
        while self.clock.seconds < end:
            self.clock.seconds = min(end, self.clock.seconds + 3_600)
            self.gateway.reception.look()

    async def notes(self) -> list[tuple[str | None, str | None]]:
        newest = await self.store.ask(jobs.newest, 1_000)
        return [(one.event.type, one.event.evidence.get("why")) for one in newest]

    @property
    def away(self) -> bool:
        return self.gateway.away.since is not None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return House(folder=tmp_path, uplink_port=9, broker_port=9, devices=DEVICES).write()


@asynccontextmanager
async def running(file: Path, clock: HandClock) -> AsyncIterator[Home]:
    with Store(file.with_suffix(".db")) as store:
        home = Home(file, store, clock)
        await remember(home.gateway)
        yield home


async def test_an_absence_ends_at_its_end(file: Path) -> None:
    async with running(file, HandClock()) as home:
        home.gateway.away.declare(home.clock.now(), home.clock.now() + timedelta(days=2), "family")
        home.days_pass(1.9)
        assert home.away
        home.days_pass(0.2)
        assert not home.away
        assert await home.notes() == []


async def test_the_district_is_asked_every_month_over_a_restart(file: Path) -> None:
    clock = HandClock()
    async with running(file, clock) as home:
        home.gateway.away.declare(clock.now(), clock.now() + timedelta(days=100), "installer")
        home.days_pass(29)
        assert await home.notes() == []
    async with running(file, clock) as home:
        home.days_pass(2)
        assert await home.notes() == [("absence_check", "still_away")]
        assert home.away


async def test_who_stays_ends_a_declared_absence_and_the_district_hears_of_it(file: Path) -> None:
    async with running(file, HandClock()) as home:
        home.gateway.away.declare(home.clock.now(), home.clock.now() + timedelta(days=20), "centre")
        home.days_pass(2)
        await home.moves("hall", "bath", "hall")  # the plants
        assert home.away
        home.days_pass(2)
        await home.moves("hall", "bath")
        home.days_pass(0.2)
        await home.moves("hall", "bath")
        assert not home.away
        assert await home.notes() == [("absence_check", "life_at_home")]


async def test_who_went_out_is_back_with_the_first_life(file: Path) -> None:
    async with running(file, HandClock()) as home:
        home.gateway.away.change(home.clock.now())
        await home.moves("hall", "bath")
        assert home.away
        home.days_pass(0.1)
        await home.moves("hall")
        assert home.away
        await home.moves("bath")
        assert not home.away
        assert await home.notes() == []


@pytest.mark.parametrize(
    ("written", "zone", "end"),
    [
        ("2026-11-29", SHANGHAI, datetime(2026, 11, 29, 16, tzinfo=UTC)),
        ("2026-11-29T18:00", SHANGHAI, datetime(2026, 11, 29, 10, tzinfo=UTC)),
        ("2026-11-29T18:00+02:00", SHANGHAI, datetime(2026, 11, 29, 16, tzinfo=UTC)),
    ],
)
def test_a_day_is_over_at_its_end_by_the_houses_clock(written: str, zone: ZoneInfo, end: datetime) -> None:
    assert end_of(written, zone) == end


@pytest.mark.parametrize("written", ["sunday", "2026-13-01", "9999-12-31", "", "2026-11-29T25:00"])
def test_what_is_no_date_is_refused_with_the_remedy(written: str) -> None:
    with pytest.raises(AwayError, match="write one such as 2026-11-29"):
        end_of(written, SHANGHAI)


async def away(house: House, *flags: str) -> tuple[int, str, str]:
    done = await asyncio.to_thread(run, "anju", "away", "--config", house.file, *flags)
    return done.returncode, done.stdout, done.stderr


async def test_the_family_says_it_at_the_box_and_a_restart_does_not_forget_it(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=9, broker_port=9)
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    async with house.gateway_running() as gateway:
        await gateway.wait_line("health and metrics on port")
        status, said, _ = await away(house, "--json")
        assert (status, json.loads(said)) == (0, {"away": False})
        status, said, _ = await away(house, "--until", day, "--by", "family")
        assert (status, "as the family said" in said) == (0, True)
        assert (await away(house, "--until", "2020-01-01"))[::2] == (2, "until is not in the future\n")
    async with house.gateway_running() as gateway:
        await gateway.wait_line("health and metrics on port")
        report = json.loads(house.get("/healthz")[1])
        assert (report["away_by"], report["away_until"] > to_text(datetime.now(UTC))) == ("family", True)
        status, said, _ = await away(house, "--back", "--json")
        assert (status, json.loads(said)) == (0, {"away": False})


async def test_without_a_gateway_the_command_says_what_to_do(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=9, broker_port=9)
    house.write()
    status, _, errors = await away(house)
    assert (status, "start it" in errors) == (2, True)
