"""A watch's readings in a house that is wired as it runs: measurements stay measurements, an alarm is one alarm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from drivers import gps_watch, gps_watch_frame
from drivers.event import Event, Kind
from gateway.config import load
from gateway.contract.envelope import Attempt, encode
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs, watching
from gateway.store.store import Store
from tests.gateway.houses import HandClock, answer
from tests.support.house import House

NUMBER = "1000000000"
WATCH = {"id": "watch", "driver": "gps_watch", "address": NUMBER, "room": "worn"}
LIMITS = """
[vital_signs]
defaults = "news2"

[[limit]]
type = "blood_pressure_systolic"
unit = "kPa"
high = 24.0
"""


class Home:
    """A wired gateway without its lines, and what its watch sends every five minutes."""

    def __init__(self, file: Path, store: Store, clock: HandClock) -> None:
        self.clock, self.store = clock, store
        self.gateway = Gateway(load(file), store, clock)

    async def hear(self, *contents: str) -> None:
        for content in contents:
            self.clock.seconds += 300
            said = gps_watch.decode(gps_watch_frame.encode("3G", NUMBER, content), self.gateway.intake.lookup)
            await asyncio.gather(*self.gateway.reception.hear(said, "gps_watch", 0.0))
        await self.store.ask(jobs.conditions)  # what it made is committed now

    async def events(self) -> list[Event]:
        return [one.event for one in await self.store.ask(jobs.newest, 1_000)]

    async def told(self) -> list[tuple[str, str | None]]:
        return [(event.kind.value, event.type) for event in await self.events()]

    async def readings(self) -> int:
        self.store.flush()
        query = "SELECT count(*) FROM event WHERE kind = 'measurement'"
        return int(await self.store.ask(lambda connection: connection.execute(query).fetchone()[0]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=[WATCH]).write()
    written.write_text(written.read_text() + LIMITS)
    return written


@asynccontextmanager
async def running(file: Path, clock: HandClock) -> AsyncIterator[Home]:
    with Store(file.with_suffix(".db")) as store:
        home = Home(file, store, clock)
        await remember(home.gateway)
        yield home


RAISED, OVER = ("alarm", "vital_sign"), ("restore", "vital_sign")


async def test_readings_beyond_a_limit_are_one_alarm_that_says_which(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("heart,72", "heart,135", "heart,140")
        assert await home.told() == []
        await home.hear("heart,138", "heart,150", "heart,150")
        assert await home.told() == [RAISED]
        assert await home.readings() == 6, "every reading stays a measurement"
        (alarm,) = await home.events()
        assert alarm.raises_alarm
        assert alarm.evidence == {
            "quantity": "heart_rate", "unit": "bpm", "readings": [135.0, 140.0, 138.0],
            "beyond": "high", "limit": 130, "in_a_row": 3, "minutes": 10,
        }  # fmt: skip
        assert "value" not in alarm.evidence
        await home.hear("heart,120", "heart,100", "heart,80")
        assert await home.told() == [RAISED, OVER]
        assert (await home.events())[-1].alarm == alarm.id


async def test_the_evidence_leaves_the_house_whole(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("oxygen,0,88", "oxygen,0,87", "oxygen,0,86")
        (stored,) = await home.store.ask(jobs.newest, 1)
        attempt = Attempt(boot=1, sequence=1, number=1, route="mqtt", sent_at=stored.event.received_at)
        sent = msgspec.json.decode(encode(stored.event, stored.priority, home.gateway.sender, attempt))
        assert sent["type"] == "anju.alarm.raised"
        assert (sent["data"]["type"], sent["data"]["priority"]) == ("vital_sign", "person")
        assert sent["data"]["evidence"] == {**stored.event.evidence, "repeat_count": 1}


async def test_two_vital_signs_are_two_alarms(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear(*["heart,35", "oxygen,0,85"] * 3)
        assert await home.told() == [RAISED, RAISED]
        assert [event.evidence["quantity"] for event in await home.events()] == ["heart_rate", "blood_oxygen"]
        await home.hear(*["heart,70"] * 3)
        assert await home.told() == [RAISED, RAISED, OVER]


async def test_a_persons_limit_in_another_unit_stands_before_the_published_one(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear(*["bphrt,175,90,80"] * 3)
        assert await home.told() == []
        await home.hear(*["bphrt,185,90,80"] * 3)
        assert await home.told() == [RAISED]


@pytest.mark.parametrize("cut_after", [1, 2, 3, 4])
async def test_a_power_cut_neither_forgets_the_run_nor_doubles_the_alarm(file: Path, cut_after: int) -> None:
    clock, contents = HandClock(), ["heart,135"] * 5
    async with running(file, clock) as home:
        await home.hear(*contents[:cut_after])
    async with running(file, clock) as home:
        await home.hear(*contents[cut_after:])
        assert await home.told() == [RAISED]
        (alarm,) = await home.events()
        assert alarm.evidence["readings"] == [135.0] * 3
    async with running(file, clock) as home:
        await home.hear(*["heart,135"] * 3, *["heart,80"] * 2)
        assert await home.told() == [RAISED]
    async with running(file, clock) as home:
        await home.hear("heart,80")
        assert await home.told() == [RAISED, OVER]
        assert await home.store.ask(watching.all_rows) == []


async def test_an_alarm_that_was_resolved_is_not_raised_again_while_it_lasts(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear(*["heart,135"] * 3)
        (alarm,) = await home.events()
        await home.gateway.answers.take(msgspec.json.encode(answer(alarm.id, "resolved")))
        await home.hear(*["heart,135"] * 20)
        assert await home.told() == [RAISED]
        await home.hear(*["heart,80"] * 3, *["heart,135"] * 3)
        assert await home.told() == [RAISED, OVER, RAISED]


async def test_a_reading_that_nobody_can_have_is_a_fault_of_the_sensor_and_never_an_alarm(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear(*["heart,255"] * 4)
        assert await home.told() == []
        rejected = 'anju_rejects_total{driver="gps_watch",reason="implausible"} 4.0'
        assert rejected in home.gateway.metrics.render().decode()
        await home.hear(*["heart,255"] * 10)
        assert await home.told() == [("trouble", "device_fault")]
        (fault,) = await home.events()
        assert fault.evidence == {"quantity": "heart_rate", "unit": "bpm", "reading": 255.0}
        assert await home.readings() == 0
    async with running(file, home.clock) as home:
        await home.hear(*["heart,255"] * 10, "heart,70")
        assert await home.told() == [("trouble", "device_fault"), ("restore", "device_fault")]


async def test_an_impossible_reading_between_real_ones_changes_nothing(file: Path) -> None:
    async with running(file, HandClock()) as home:
        await home.hear("heart,135", "heart,255", "heart,135", "heart,255", "heart,135")
        assert await home.told() == [RAISED]


async def test_a_limit_that_was_taken_out_of_the_file_is_forgotten(file: Path) -> None:
    clock = HandClock()
    async with running(file, clock) as home:
        await home.hear("heart,135", "heart,135")
    without_limits(file)
    async with running(file, clock) as home:
        await home.hear(*["heart,135"] * 5)
        assert await home.told() == []
        assert await home.store.ask(watching.all_rows) == []


def without_limits(file: Path) -> None:
    file.write_text(file.read_text().replace(LIMITS, ""))


async def test_a_damaged_row_keeps_nothing_from_starting(file: Path) -> None:
    async with running(file, HandClock()) as home:
        for details in ("{}", "[]", '{"phase":"raised","side":null,"values":["x"],"count":1,"began":"","last":""}'):
            home.store.keep_watching(
                watching.Watching(device="watch", rule="vital_sign.heart_rate", due=None, details=details)
            )
            home.gateway.rules.resume(await home.store.ask(watching.all_rows), home.gateway.reception.moment())
            assert await home.store.ask(watching.all_rows) == []
        await home.hear(*["heart,135"] * 3)
        assert await home.told() == [RAISED]
        assert Kind.MEASUREMENT not in {event.kind for event in await home.events()}
