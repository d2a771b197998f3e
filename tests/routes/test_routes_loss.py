"""Two brokers at real lines: the loss of each is told over the other, alarms go round it and come back, each once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.link.pty import PtyPair
from gateway import watch
from gateway.app import run
from gateway.config import load
from gateway.routes import courier, mqtt_way
from gateway.surroundings import REAL
from simulator.ports import LOOPBACK, free_port
from tests.gateway.faults import cord, frame, radio_on
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import Centre, call_centre
from tests.support.house import House


@pytest.fixture
def second_broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lasts minutes in a home lasts a moment here."""
    for module, name, seconds in (
        (courier, "LOST_AFTER_SECONDS", 0.5),
        (courier, "BACK_AFTER_SECONDS", 0.2),
        (mqtt_way, "AWAY_AFTER_SECONDS", 0.2),
        (mqtt_way, "BACK_AFTER_SECONDS", 0.2),
        (watch, "LINE_LOST_AFTER_SECONDS", 0.0),
    ):
        monkeypatch.setattr(module, name, seconds)


@asynccontextmanager
async def living_in(house: House) -> AsyncIterator[PtyPair]:
    async with radio_on(house) as radio:
        stop = asyncio.Event()
        around = replace(
            REAL, is_own_process=False, jitter=lambda: 0.1, pause=lambda seconds: asyncio.sleep(seconds / 10)
        )
        living = asyncio.create_task(run(load(house.write()), around, stop=stop))
        try:
            yield radio
        finally:
            stop.set()
            await living


def losses(centre: Centre) -> list[tuple[str | None, str]]:
    """What the centre heard of the routes at this broker: (trouble or restore, which line), each message once."""
    told = {one.id: one for one in centre.heard if one.branch == "event" and one.type == "link_lost"}
    said = [(one.kind, one.body["data"]["evidence"]["where"]) for one in told.values()]
    return [(kind, where) for kind, where in said if where.startswith("route.")]


async def test_each_loss_is_told_over_the_other_way_and_alarms_go_round_it_and_back(
    tmp_path: Path, mosquitto: Callable[..., MosquittoBroker], second_broker: Broker
) -> None:
    district_broker = mosquitto(persistent=True)  # what it takes before the centre is back waits for the centre
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port())
    house.routes = [{"kind": "mqtt", "host": LOOPBACK, "port": second_broker.port, "tls": False}]
    house.devices = [cord(number) for number in range(3)]
    async with (
        call_centre(district_broker) as first,
        call_centre(second_broker) as second,
        living_in(house) as radio,
    ):
        for centre in (first, second):
            await centre.wait(lambda centre=centre: [one for one in centre.heard if one.branch == "status"])  # type: ignore[misc]

        second_broker.kill()
        await first.wait(lambda: losses(first) == [("trouble", "route.mqtt")])
        second_broker.start()
        await first.wait(lambda: losses(first) == [("trouble", "route.mqtt"), ("restore", "route.mqtt")])
        await second.connected()

        district_broker.stop()
        await second.wait(lambda: ("trouble", "route.uplink") in losses(second))
        await radio.write(frame("F", house.devices[0]["address"]))
        (round_,) = await second.wait_on("alarm")
        assert round_.body["data"]["route"] == "mqtt"

        district_broker.start()
        await first.wait(lambda: ("restore", "route.uplink") in losses(first))
        await radio.write(frame("F", house.devices[1]["address"]))
        (back,) = await first.wait_on("alarm")
        assert back.body["data"]["route"] == "uplink"
        assert second.raised == [round_.id], "the first way works again"
        assert first.raised == [back.id], "the centre had the other one already"
