"""The test equipment itself: a broker that does not do what it promises would make every other test lie."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.support.brokers import Broker, MosquittoBroker


@asynccontextmanager
async def client(broker: Broker, name: str) -> AsyncIterator[aiomqtt.Client]:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 3600
    async with aiomqtt.Client(
        broker.host,
        broker.port,
        identifier=name,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=False,
        properties=properties,
        timeout=2,
    ) as connected:
        yield connected


async def test_a_kept_session_gets_what_came_while_it_was_away(district_broker: Broker) -> None:
    async with client(district_broker, "reader") as reader:
        await reader.subscribe("house/#", qos=1)
    async with client(district_broker, "writer") as writer:
        for number in range(20):
            await writer.publish("house/alarm", str(number), qos=1)
    async with client(district_broker, "reader") as reader:
        heard = [str(number).encode() for number in range(20)]
        async for message in reader.messages:
            assert message.payload == heard.pop(0)
            if not heard:
                break


async def test_the_port_stays_across_a_kill_and_a_stop(local_broker: Broker) -> None:
    port = local_broker.port
    for end in (local_broker.kill, local_broker.stop):
        end()
        with pytest.raises(aiomqtt.MqttError):
            async with client(local_broker, "reader"):
                pass
        local_broker.start()
        assert local_broker.port == port
        async with client(local_broker, "reader") as reader:
            await reader.subscribe("house/#", qos=1)


async def test_a_frozen_broker_answers_again_when_thawed(local_broker: Broker) -> None:
    async with client(local_broker, "writer") as writer:
        local_broker.freeze()
        with pytest.raises(aiomqtt.MqttError):
            await writer.publish("house/alarm", b"1", qos=1, timeout=0.5)
        local_broker.thaw()
        await writer.publish("house/alarm", b"2", qos=1)


async def test_mosquitto_keeps_a_session_over_a_restart(mosquitto: Callable[..., MosquittoBroker]) -> None:
    broker = mosquitto(persistent=True)
    async with client(broker, "reader") as reader:
        await reader.subscribe("house/#", qos=1)
    async with client(broker, "writer") as writer:
        await writer.publish("house/alarm", b"kept", qos=1)
    broker.stop()
    broker.start()
    async with client(broker, "reader") as reader:
        assert (await anext(aiter(reader.messages))).payload == b"kept"
