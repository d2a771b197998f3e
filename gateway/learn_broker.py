"""Learning on the local broker: a session of its own beside the gateway's, which is not disturbed by it.

Every driver that speaks MQTT listens, whether or not the file has a device of it: the first one is what is learnt. On
request zigbee2mqtt lets devices join for that time; it ends by itself there, whatever becomes of this program.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from drivers import registry
from drivers.link.group import Group
from drivers.link.mqtt import Endpoint, Inbound, MqttError, Session, SessionOptions, open_session
from drivers.registry import MqttDriver
from gateway import guard, plug_ins
from gateway.config import Broker
from gateway.control import Heard, heard_in
from gateway.links import covers
from gateway.problems import Problems

JOIN_TOPIC = "zigbee2mqtt/bridge/request/permit_join"
JOIN_SECONDS_LIMIT = 254
"""Zigbee counts in one byte, and 255 means for ever."""
CLOSE_SECONDS = 2.0


async def listen(
    broker: Broker, gateway: str, seconds: int, stop: asyncio.Event, hear: Callable[[Heard], None], *, join: bool
) -> str | None:
    """Hear for so many seconds, or until `stop`; returns why nothing can be heard, None where it was well."""

    def arrive(session: Session, inbound: Inbound) -> None:
        session.acknowledge(inbound)
        for heard in heard_on(inbound):
            hear(heard)

    options = SessionOptions(client_id=f"anju-{gateway}-learn", session_expiry_seconds=0)
    try:
        async with open_session(Endpoint(host=broker.host, port=broker.port), options, arrive) as session:
            for driver in _drivers():
                await session.subscribe(*driver.subscriptions, retained=False)
            if join:
                session.publish(JOIN_TOPIC, encode_join(min(seconds, JOIN_SECONDS_LIMIT)))
            try:
                await _wait(session, seconds, stop)
            finally:
                if join:
                    await asyncio.wait([session.publish(JOIN_TOPIC, encode_join(0))], timeout=CLOSE_SECONDS)
    except MqttError as error:
        return f"no line to the local broker {broker.host}:{broker.port}: {error}"
    return None


def encode_join(seconds: int) -> bytes:
    """The request to let devices join for so long; 0 ends it. Version 2 reads `time` alone, version 1 both."""
    return json.dumps({"value": seconds > 0, "time": seconds}).encode()


def heard_on(inbound: Inbound) -> list[Heard]:
    """What a message says of sources, in the words of every driver that listens to its topic."""
    found = []
    for driver in _drivers():
        if any(covers(subscription, inbound.topic) for subscription in driver.subscriptions):
            decoded = driver.decode(inbound.topic, inbound.payload, inbound.retain, lambda _driver, _address: None)
            found += [heard for heard in heard_in(decoded, "") if heard.address]
    return found


@cache
def _drivers() -> tuple[MqttDriver, ...]:
    """Ours and what other packages bring."""
    names = [*registry.MQTT_DRIVERS, *plug_ins.usable(registry.MQTT_DRIVERS)]
    return tuple(guard.mqtt(registry.MQTT_DRIVERS[name], Problems()) for name in names)


async def _wait(session: Session, seconds: int, stop: asyncio.Event) -> None:
    """Raises MqttError where the broker goes first."""
    lost: list[MqttError] = []

    async def watch() -> None:
        try:
            await session.lost()
        except MqttError as error:
            lost.append(error)
            stop.set()

    async with Group() as group:
        watching = group.create_task(watch())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()
        watching.cancel()
    if lost:
        raise lost[0]
