"""After an outage: fire first, then people, then the rest; each once, never more in flight than the broker allows."""

import asyncio
import json
import struct
from pathlib import Path

import pytest

from tests.gateway.faults import SOS, TAMPER, cord, frame, radio_on, ready, say
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.fake_server import PUBLISH, SUBSCRIBE, Connection, Packet, fake_server, packet_id, puback, suback
from tests.support.house import House
from tests.support.proxy import proxy
from tests.support.wait import until

FAULTS = 30
RECEIVE_MAXIMUM = 5


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices = [*house.devices, *(cord(number) for number in range(FAULTS))]
    return house


async def test_after_an_outage_the_most_urgent_goes_first_and_each_goes_once(
    house: House, district_broker: Broker, local_broker: Broker
) -> None:
    async with proxy(district_broker.port, cut=True) as wire, call_centre(district_broker) as centre:
        house.uplink_port = wire.port
        async with radio_on(house) as radio, house.gateway_running() as gateway:
            await ready(gateway, uplink=False)
            for number in range(FAULTS):
                await radio.write(frame(TAMPER, cord(number)["address"]))
            await radio.write(frame(SOS))
            await gateway.wait_line("notice state=calling .* type=sos")
            await say(local_broker.port, "zigbee2mqtt/smoke-1", {"smoke": True})
            await gateway.wait_line("notice state=calling .* type=smoke")
            await until(lambda: house.metric("anju_outbox_unanswered") == FAULTS + 2)
            await wire.mend()
            await centre.wait_on("event", count=FAULTS, kind="tamper")
            await until(lambda: house.metric("anju_outbox_unanswered") == 0)
    told = [heard for heard in centre.heard if heard.branch in ("alarm", "event")]
    assert [heard.type for heard in told[:2]] == ["smoke", "sos"]
    sequences = [heard.body["data"]["sequence"] for heard in told[2:]]
    assert sequences == sorted(sequences)
    assert len(told) == len({heard.id for heard in told}) == FAULTS + 2


async def test_no_more_is_in_flight_than_the_broker_allows(house: House, district_broker: Broker) -> None:
    district_broker.stop()
    waiting: list[Packet] = []
    most, ids = 0, set()

    async def slow(connection: Connection) -> None:
        nonlocal most
        waiting.clear()
        await connection.accept(b"\x21" + struct.pack("!H", RECEIVE_MAXIMUM))
        while True:
            try:
                async with asyncio.timeout(0.1):
                    said = await connection.packet()
            except TimeoutError:  # it sends nothing more: everything that may be in flight is
                if waiting:
                    await connection.send(puback(waiting.pop(0)))
                continue
            if said.type == SUBSCRIBE:
                await connection.send(suback(said))
            elif said.type == PUBLISH:
                waiting.append(said)
                most = max(most, len(waiting))
                ids.add(_id(said))

    async with radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway, uplink=False)
        for number in range(10):
            await radio.write(frame(SOS, cord(number)["address"]))
        await until(lambda: house.metric("anju_outbox_unanswered") == 10)
        async with fake_server(slow, house.uplink_port):
            await until(lambda: len(ids - {None}) == 10, timeout=30)
    assert 2 <= most <= RECEIVE_MAXIMUM


def _id(publish: Packet) -> str | None:
    payload = publish.body[publish.body.index(b"{") :]
    found = json.loads(payload).get("id")
    assert packet_id(publish)
    return str(found) if found else None
