"""What the house says of itself: birth, heartbeat, orderly end, will; retained where it must be and nowhere else."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.gateway.faults import SOS, frame, radio_on, ready
from tests.support.brokers import Broker
from tests.support.centre import Centre, Heard, call_centre, silent
from tests.support.fake_server import Connection, Will, fake_server, will_of
from tests.support.house import House
from tests.support.wait import until


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def statuses(centre: Centre) -> list[Heard]:
    return [heard for heard in centre.heard if heard.branch == "status"]


async def test_birth_and_orderly_end(house: House, district_broker: Broker) -> None:
    async with call_centre(district_broker, manner=silent) as centre, radio_on(house) as radio:
        async with house.gateway_running() as gateway:
            await ready(gateway)
            await centre.wait(lambda: statuses(centre))
            birth = statuses(centre)[0].body
            assert (birth["state"], birth["open"], birth["heartbeat_minutes"]) == ("online", [], 5)
            assert birth["devices"].keys() == {"cord-bath", "smoke-kitchen", "button-bed"}
            await radio.write(frame(SOS))
            (alarm,) = await centre.wait_on("alarm")
            assert await _kept(district_broker) == {"anju/v1/d1/gw-0001/status"}, "an event must not replay as new"
            async with asyncio.timeout(5):
                assert await gateway.terminate() == 0
            await centre.wait(lambda: statuses(centre)[-1].body["state"] == "stopping")
            assert statuses(centre)[-1].body["open"] == [alarm.id]
            assert statuses(centre)[-1].body["session"] == birth["session"]
        async with house.gateway_running():
            await centre.wait(lambda: statuses(centre)[-1].body["state"] == "online")
            again = statuses(centre)[-1].body
            assert again["open"] == [alarm.id]
            assert again["session"] > birth["session"]
            assert again["boot"] > birth["boot"]
            assert again["store"] == birth["store"]


async def _kept(broker: Broker) -> set[str]:
    """The topics of every retained message."""
    async with aiomqtt.Client(broker.host, broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("anju/#", qos=1)
        await client.publish("anju/v1/d1/end", b"", qos=1)  # comes behind everything retained
        kept: set[str] = set()
        async for message in client.messages:
            if str(message.topic) == "anju/v1/d1/end":
                return kept
            if message.retain:
                kept.add(str(message.topic))
    raise AssertionError("the messages ended")


async def test_the_will_says_offline_with_the_number_of_its_session(house: House, district_broker: Broker) -> None:
    district_broker.stop()
    wills: list[Will] = []

    async def listen(connection: Connection) -> None:
        wills.append(will_of(await connection.accept()))

    async with fake_server(listen, house.uplink_port), house.gateway_running():
        await until(lambda: len(wills) >= 2, timeout=20)
    sessions = []
    for will in wills:
        assert (will.topic, will.delay_seconds, will.retain) == ("anju/v1/d1/gw-0001/status", 30, True)
        body = json.loads(will.payload)
        assert body["state"] == "offline"
        sessions.append(body["session"])
    assert sessions == sorted(set(sessions)), "each connection has a number of its own, and it grows"


def order(command: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    times = {"issued_at": now.isoformat(), "expiry": (now + timedelta(minutes=4)).isoformat()}
    return {"id": str(uuid.uuid4()), "command": command, "issuer": "centre", **times, **more}


async def test_the_centre_sets_the_heartbeat_and_asks_for_a_birth(house: House, district_broker: Broker) -> None:
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await ready(gateway, serial=False)
        await centre.wait(lambda: statuses(centre))

        async def give(body: dict[str, Any]) -> tuple[bool, str | None]:
            replies = [heard for heard in centre.heard if heard.branch == "reply"]
            await centre.say("gw-0001", "command", json.dumps(body).encode())
            await centre.wait(lambda: sum(heard.branch == "reply" for heard in centre.heard) > len(replies))
            reply = next(heard.body for heard in reversed(centre.heard) if heard.branch == "reply")
            assert (reply["id"], reply["command"]) == (body["id"], body["command"])
            return reply["done"], reply["reason"]

        before = len(statuses(centre))
        rebirth = order("rebirth")
        assert await give(rebirth) == (True, None)
        await centre.wait(lambda: len(statuses(centre)) > before)
        assert await give(rebirth) == (False, "repeated")
        assert await give(order("set_heartbeat", heartbeat_minutes=17)) == (True, None)
        await centre.wait(lambda: statuses(centre)[-1].body["heartbeat_minutes"] == 17)
        assert (await give(order("set_heartbeat", heartbeat_minutes=0)))[0] is False
        assert await give(order("wipe")) == (False, "no_command_key")
        assert statuses(centre)[-1].body["heartbeat_minutes"] == 17


async def test_a_reply_bears_the_correlation_data_of_its_order(house: House, district_broker: Broker) -> None:
    async with (
        aiomqtt.Client(district_broker.host, district_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as centre,
        house.gateway_running() as gateway,
    ):
        await ready(gateway, serial=False)
        await centre.subscribe("anju/v1/d1/gw-0001/reply", qos=1)
        replies = aiter(centre.messages)
        for correlation in (b"\x00\xff17", None):
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            if correlation is not None:
                properties.CorrelationData = correlation
            payload = json.dumps(order("rebirth")).encode()
            await centre.publish("anju/v1/d1/gw-0001/command", payload, qos=1, properties=properties)
            reply = await anext(replies)
            assert getattr(reply.properties, "CorrelationData", None) == correlation
