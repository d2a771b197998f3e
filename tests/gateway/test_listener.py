"""Watches on a real gateway: dialled in, heard, answered once it is kept; only an alarm takes their position along."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from drivers.gps_watch_frame import encode
from simulator.ports import LOOPBACK, free_port
from tests.gateway.faults import notes, ready, stored
from tests.support.brokers import Broker
from tests.support.centre import Centre, call_centre
from tests.support.house import House
from tests.support.processes import run
from tests.support.wait import until

NUMBER = "8800000015"
WATCH = {"id": "watch", "driver": "gps_watch", "address": NUMBER, "model": "generic", "room": "outside"}
PLACE = "48.858331,N,2.295132,E"
HEARTBEAT = encode("3G", NUMBER, "LK,0,10,80")
HEARTBEAT_ECHO = encode("3G", NUMBER, "LK")
ALARM_ECHO = encode("3G", NUMBER, "AL")


def report(type_: str, status: str, at: str = "134652", fix: str = f"A,{PLACE}") -> bytes:
    return encode("3G", NUMBER, f"{type_},220826,{at},{fix},0.1,0.0,100,7,60,90,1000,50,{status},0,0")


@asynccontextmanager
async def dialled(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def echo(reader: asyncio.StreamReader, expected: bytes) -> None:
    assert await asyncio.wait_for(reader.readexactly(len(expected)), 10) == expected


def house_with_watch(folder: Path, district: Broker) -> tuple[House, int]:
    port = free_port()
    house = House(folder=folder, uplink_port=district.port, broker_port=free_port(), devices=[WATCH])
    house.listeners = [{"name": "watches", "host": LOOPBACK, "port": port, "driver": "gps_watch"}]
    return house, port


async def test_a_watch_is_heard_answered_and_its_position_goes_with_its_alarm_alone(
    tmp_path: Path, district_broker: Broker
) -> None:
    house, port = house_with_watch(tmp_path, district_broker)
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await ready(gateway, serial=False, broker=False)
        await gateway.wait_line("listening on listener watches")
        async with dialled(port) as (reader, writer):
            writer.write(HEARTBEAT[:9])
            writer.write(HEARTBEAT[9:])
            await echo(reader, HEARTBEAT_ECHO)
            writer.write(report("UD", "00000000"))
            writer.write(report("AL", "00010000"))
            await echo(reader, ALARM_ECHO)
            assert [event["type"] for event in stored(house, "alarm")] == ["sos"], "kept before it is answered"
        await centre.wait_on("alarm", type="sos", device="watch", priority="person")
        # It heard no echo, dials again and says the same: one press. A press of another second is another.
        async with dialled(port) as (reader, writer):
            writer.write(report("AL", "00010000"))
            await echo(reader, ALARM_ECHO)
            writer.write(report("AL", "00010000", at="134659"))
            await echo(reader, ALARM_ECHO)
        await centre.wait_on("alarm", count=2, type="sos")
        assert len(centre.raised) == 2
        assert not any("48.858" in str(heard.body) for heard in centre.heard if heard.branch != "alarm")
        assert {(place["latitude"], place["longitude"]) for place in places(centre)} == {(48.858331, 2.295132)}
        assert not any("48.858" in house.get(path)[1] for path in ("/healthz", "/metrics", "/offers"))
        assert "48.858" not in gateway.text
        assert NUMBER not in gateway.text


async def test_a_press_without_a_fix_takes_the_last_one_along_even_after_a_restart(
    tmp_path: Path, district_broker: Broker
) -> None:
    house, port = house_with_watch(tmp_path, district_broker)
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            await gateway.wait_line("listening on listener watches")
            async with dialled(port) as (reader, writer):
                writer.write(report("UD", "00000000") + HEARTBEAT)
                await echo(reader, HEARTBEAT_ECHO)
            assert await gateway.terminate() == 0
        async with house.gateway_running() as gateway:
            await gateway.wait_line("listening on listener watches")
            async with dialled(port) as (reader, writer):
                writer.write(report("UD2", "00000000", fix="A,1.0,N,2.0,E"))
                writer.write(report("AL", "00010000", fix="V,0,N,0,E"))
                await echo(reader, ALARM_ECHO)
            await centre.wait_on("alarm", type="sos", device="watch")
        (place,) = places(centre)
        assert (place["latitude"], place["accuracy_m"], place["source"]) == (48.858331, None, "gnss")
        assert place["datum"] == "wgs84"
        shown = run("anju", "events", "--config", house.file, "--kind", "alarm", "--json").stdout
        assert json.loads(shown)["location"]["latitude"] == 48.858331
        assert "48.858" not in run("anju", "events", "--config", house.file, "--kind", "location", "--json").stdout


async def test_a_watch_rings_while_its_alarm_waits_and_again_when_it_dials_again(
    tmp_path: Path, district_broker: Broker
) -> None:
    house, port = house_with_watch(tmp_path, district_broker)
    house.outputs = [{"name": "watch", "driver": "gps_watch", "action": "ring", "address": NUMBER, "on": ["accepted"]}]
    find = encode("3G", NUMBER, "FIND")
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await ready(gateway, serial=False, broker=False)
        await gateway.wait_line("listening on listener watches")
        async with dialled(port) as (reader, writer):
            writer.write(report("AL", "00010000"))
            await echo(reader, ALARM_ECHO)
            (alarm,) = await centre.wait_on("alarm")
            await centre.answer(alarm, "accepted")
            await echo(reader, find)
        async with dialled(port) as (reader, writer):
            writer.write(find)  # its echo of the order
            writer.write(HEARTBEAT)
            said = {await asyncio.wait_for(reader.readuntil(b"]"), 10) for _ in range(2)}
            assert said == {HEARTBEAT_ECHO, find}


def places(centre: Centre) -> list[dict[str, Any]]:
    return [heard.body["data"]["location"] for heard in centre.on("alarm", kind="alarm")]


async def test_a_stranger_is_an_offer_and_gets_no_answer(tmp_path: Path, district_broker: Broker) -> None:
    house, port = house_with_watch(tmp_path, district_broker)
    async with house.gateway_running() as gateway:
        await gateway.wait_line("listening on listener watches")
        async with dialled(port) as (reader, writer):
            writer.write(encode("3G", "1234567890", "LK"))
            await until(lambda: "1234567890" in house.get("/offers")[1])
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            await until(lambda: house.metric('anju_rejects_total{driver="gps_watch",reason="noise"}'))
            writer.write(HEARTBEAT)
            await echo(reader, HEARTBEAT_ECHO)  # the first answer on this line
        assert stored(house, "alarm") == []


async def test_a_port_that_is_taken_is_told_and_opened_once_it_is_free(tmp_path: Path, district_broker: Broker) -> None:
    house, port = house_with_watch(tmp_path, district_broker)
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), LOOPBACK, port)
    async with house.gateway_running() as gateway:
        await gateway.wait_line("another program has it")
        await until(lambda: "another program has it" in notes(house))
        taken.close()
        await gateway.wait_line("listening on listener watches")
        async with dialled(port) as (reader, writer):
            writer.write(HEARTBEAT)
            await echo(reader, HEARTBEAT_ECHO)
        assert await gateway.terminate() == 0
