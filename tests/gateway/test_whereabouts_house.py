"""A watch and a telephone leave the circle around the home: real frames, the real store, a clock turned by hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.gps_watch_frame import encode
from drivers.registry import LISTENER_DRIVERS, MQTT_DRIVERS
from gateway.config import load
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs, watching
from gateway.store.rows import Stored
from gateway.store.store import Store
from tests.gateway.houses import HandClock
from tests.support.house import House

WATCH = {"id": "watch", "driver": "gps_watch", "address": "8800000015", "model": "generic", "room": "wrist"}
PHONE = {"id": "phone", "driver": "owntracks", "address": "wang/phone", "model": "generic", "room": "pocket"}
HOME, MARKET, GARDEN = (30.0, 104.0), (30.02, 104.0), (30.002, 104.0)
"""The market is 2.2 km from home, the garden 220 m."""
EVENING = 1_000.0
"""Eight in the evening in Shanghai, where it is noon in UTC."""
NIGHT = EVENING + 6 * 3_600


class Home:
    def __init__(self, file: Path, store: Store, clock: HandClock) -> None:
        self.clock, self.store = clock, store
        self.gateway = Gateway(load(file), store, clock)

    async def watch(
        self, place: tuple[float, float], *, flag: bool = False, kind: str = "UD", stamp: str | None = None
    ) -> None:
        """A frame of the watch a minute later."""
        self.clock.seconds += 60
        at = stamp or (self.clock.now()).strftime("%d%m%y,%H%M%S")
        status = "00040000" if flag else "00000000"
        content = f"{kind},{at},A,{place[0]:.6f},N,{place[1]:.6f},E,0.0,0,0,8,80,64,0,0,{status},0"
        driver = LISTENER_DRIVERS["gps_watch"]
        said = driver.decode(encode("3G", "8800000015", content), self.gateway.intake.lookup)
        await self._hear(said, driver.name)

    async def phone(self, place: tuple[float, float], *, age: float = 0, error: float = 15, **more: Any) -> None:
        self.clock.seconds += 60
        at = int((self.clock.now() - timedelta(seconds=age)).timestamp())
        values = {"_type": "location", "lat": place[0], "lon": place[1], "acc": error, "tst": at, "batt": 41, **more}
        driver = MQTT_DRIVERS["owntracks"]
        lookup = self.gateway.intake.lookup
        await self._hear(driver.decode("owntracks/wang/phone", json.dumps(values).encode(), False, lookup), driver.name)

    async def _hear(self, said: Any, driver: str) -> None:
        await asyncio.gather(*self.gateway.reception.hear(said, driver, 0.0))

    async def told(self) -> list[tuple[str, str | None]]:
        """What leaves the house of it."""
        return [(one.event.kind.value, one.event.device) for one in await self._events()]

    async def alarm(self) -> Stored:
        (found,) = [one for one in await self._events() if one.event.raises_alarm]
        return found

    async def _events(self) -> list[Stored]:
        newest = await self.store.ask(jobs.newest, 5_000)
        return [one for one in newest if one.event.type == "wandering"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    circle = {"latitude": HOME[0], "longitude": HOME[1], "radius_m": 500, "night_radius_m": 100}
    house = House(
        folder=tmp_path, uplink_port=9, broker_port=9, devices=[WATCH, PHONE],
        listeners=[{"name": "watches", "host": "127.0.0.1", "port": 8001, "driver": "gps_watch"}],
        sections={"home": circle, "night": {"from": "22:00", "to": "06:00"}},
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


async def test_two_fixes_outside_raise_it_with_battery_and_place_and_two_inside_end_it(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        await home.watch(MARKET)
        assert await home.told() == []
        await home.watch((30.021, 104.0))
        stored = await home.alarm()
        assert stored.priority == "person"
        assert stored.event.battery_percent == 64
        assert stored.event.location is not None
        assert (stored.event.location.latitude, stored.event.location.age_seconds) == (30.021, 0.0)
        assert stored.event.evidence == {"verdict": "geofence_exit", "distance_m": 2335, "radius_m": 500, "fixes": 2}
        await home.watch(MARKET)
        await home.watch(HOME)
        await home.watch(MARKET)
        await home.watch(HOME)
        assert await home.told() == [("alarm", "watch")]
        await home.watch(HOME)
        assert await home.told() == [("alarm", "watch"), ("restore", "watch")]


async def test_a_lone_bad_fix_never_alarms_however_often_it_is_told(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        for _ in range(5):
            await home.watch(MARKET, stamp="220826,134652")
        await home.watch(HOME)
        await home.watch(MARKET)
        assert await home.told() == []


async def test_a_stale_a_vague_and_a_future_fix_count_for_nothing(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        await home.phone(MARKET)
        for _ in range(3):
            await home.phone(MARKET, age=3_600)
            await home.phone(MARKET, age=-3_600)
            await home.phone(MARKET, error=5_000)
        assert await home.told() == []
        await home.phone(MARKET)
        assert await home.told() == [("alarm", "phone")]


async def test_the_watchs_own_word_takes_the_same_road_once(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        await home.watch(MARKET, flag=True, kind="AL")
        stored = await home.alarm()
        assert stored.event.evidence["verdict"] == "geofence_exit"
        assert stored.event.location is not None
        await home.watch((30.021, 104.0))  # without the flag: that the watch says it no more is no return
        await home.watch((30.022, 104.0), flag=True)
        assert await home.told() == [("alarm", "watch")]
        await home.watch(HOME)
        await home.watch(HOME)
        assert await home.told() == [("alarm", "watch"), ("restore", "watch")]


async def test_at_night_the_circle_is_smaller_and_the_mornings_does_not_end_it(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        await home.watch(GARDEN)
        await home.watch(GARDEN)
        assert await home.told() == []
    async with running(file, HandClock(NIGHT)) as home:
        await home.watch(GARDEN)
        await home.watch(GARDEN)
        stored = await home.alarm()
        assert (stored.event.evidence["verdict"], stored.event.evidence["radius_m"]) == ("night_wandering", 100)
        home.clock.seconds += 8 * 3_600
        await home.watch(GARDEN)
        await home.watch(GARDEN)
        assert await home.told() == [("alarm", "watch")]
        await home.watch(HOME)
        await home.watch(HOME)
        assert await home.told() == [("alarm", "watch"), ("restore", "watch")]


async def test_a_restart_between_the_fixes_changes_nothing(file: Path) -> None:
    clock = HandClock(EVENING)
    for expected in ([], [("alarm", "watch")], [("alarm", "watch")]):
        async with running(file, clock) as home:
            await home.watch(MARKET)
            assert await home.told() == expected
    for expected in ([("alarm", "watch")], [("alarm", "watch"), ("restore", "watch")]):
        async with running(file, clock) as home:
            await home.watch(HOME)
            assert await home.told() == expected
            assert len(await home.store.ask(watching.all_rows)) == 2 - len(expected)


async def test_a_declared_journey_is_no_wandering_but_the_watchs_own_word_is(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        now = home.clock.now()
        assert home.gateway.away.declare(now, now + timedelta(days=3), "family") is None
        for _ in range(3):
            await home.watch(MARKET)
        assert await home.told() == []
        await home.watch(MARKET, flag=True, kind="AL")
        assert await home.told() == [("alarm", "watch")]


async def test_a_press_at_the_box_holds_no_wandering_back(file: Path) -> None:
    async with running(file, HandClock(EVENING)) as home:
        home.gateway.away.change(home.clock.now())
        await home.watch(MARKET)
        await home.watch(MARKET)
        assert await home.told() == [("alarm", "watch")]


async def test_where_somebody_is_stands_in_no_log(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with running(file, HandClock(EVENING)) as home:
        await home.watch(MARKET)
        await home.watch(MARKET)
        await home.alarm()
    assert "30.02" not in caplog.text
