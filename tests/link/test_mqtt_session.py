"""One MQTT session against a real broker: publishing, subscribing, acknowledging by hand, the end of a connection."""

import asyncio

import pytest

from drivers.link.endpoint import Endpoint, Inbound, LinkLostError, SessionOptions
from drivers.link.mqtt import Session, open_session
from tests.support.brokers import Broker
from tests.support.wait import until


class Heard(list[Inbound]):
    """Takes messages; acknowledges them at once unless told not to."""

    def __init__(self, *, acknowledge: bool = True) -> None:
        super().__init__()
        self._acknowledge = acknowledge

    def __call__(self, session: Session, inbound: Inbound) -> None:
        self.append(inbound)
        if self._acknowledge:
            session.acknowledge(inbound)


def endpoint(broker: Broker) -> Endpoint:
    return Endpoint(host=broker.host, port=broker.port)


async def test_what_is_published_arrives_once_and_whole(district_broker: Broker) -> None:
    heard = Heard()
    payloads = [b"", b"{}", bytes(range(256)), b"x" * 5_000_000]
    async with (
        open_session(endpoint(district_broker), SessionOptions(client_id="reader"), heard) as reader,
        open_session(endpoint(district_broker), SessionOptions(client_id="writer"), Heard()) as writer,
    ):
        await reader.subscribe("house/+/alarm")
        codes = await asyncio.gather(*(writer.publish("house/1/alarm", payload) for payload in payloads))
        assert codes == [0] * len(payloads)
        await until(lambda: len(heard) == len(payloads))
        assert [inbound.payload for inbound in heard] == payloads
        assert {inbound.topic for inbound in heard} == {"house/1/alarm"}
        assert writer.unacknowledged == 0


async def test_what_was_not_acknowledged_comes_again_in_the_next_session(district_broker: Broker) -> None:
    options = SessionOptions(client_id="reader")
    async with open_session(endpoint(district_broker), options, Heard()) as reader:
        assert not reader.session_present
        await reader.subscribe("house/alarm")
    first, second, third = Heard(acknowledge=False), Heard(), Heard()
    async with open_session(endpoint(district_broker), SessionOptions(client_id="writer"), Heard()) as writer:
        await writer.publish("house/alarm", b"1")
    async with open_session(endpoint(district_broker), options, first) as reader:
        assert reader.session_present
        await until(lambda: first)
    async with open_session(endpoint(district_broker), options, second):
        await until(lambda: second)
    async with (
        open_session(endpoint(district_broker), options, third),
        open_session(endpoint(district_broker), SessionOptions(client_id="writer"), Heard()) as writer,
    ):
        await writer.publish("house/alarm", b"2")
        await until(lambda: third)
    assert [[inbound.payload for inbound in heard] for heard in (first, second, third)] == [[b"1"], [b"1"], [b"2"]]


async def test_a_broker_that_dies_is_told_to_everyone_who_waits(district_broker: Broker) -> None:
    async with open_session(endpoint(district_broker), SessionOptions(client_id="writer"), Heard()) as session:
        district_broker.freeze()
        waiting = session.publish("house/alarm", b"1")
        district_broker.kill()
        with pytest.raises(LinkLostError, match="connection"):
            await session.lost()
        with pytest.raises(LinkLostError):
            await waiting
        with pytest.raises(LinkLostError, match="not connected"):
            await session.publish("house/alarm", b"2")
        with pytest.raises(LinkLostError, match="not connected"):
            await session.subscribe("house/answer")


async def test_a_session_taken_over_by_its_own_name_ends(district_broker: Broker) -> None:
    options = SessionOptions(client_id="gw-0001")
    async with (
        open_session(endpoint(district_broker), options, Heard()) as first,
        open_session(endpoint(district_broker), options, Heard()) as second,
    ):
        with pytest.raises(LinkLostError, match="the other side closed it"):
            await asyncio.wait_for(first.lost(), 10)
        assert await second.publish("house/alarm", b"1") == 0
