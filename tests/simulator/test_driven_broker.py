"""The broker in memory keeps MQTT's promises: nothing that was taken is lost, what is not acknowledged comes again."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from drivers.link.endpoint import Endpoint, Inbound, LinkLostError, RefusedError, SessionOptions, Will
from drivers.link.session import Session
from simulator.driven.broker import NO_SUBSCRIBER, MemoryBroker
from simulator.driven.loop import run_virtually

NOWHERE = Endpoint(host="", port=0)


class Heard:
    """What a client heard; it acknowledges while `acknowledges`."""

    def __init__(self, *, acknowledges: bool = True) -> None:
        self.acknowledges = acknowledges
        self.messages: list[Inbound] = []

    def __call__(self, session: Session, inbound: Inbound) -> None:
        self.messages.append(inbound)
        if self.acknowledges:
            session.acknowledge(inbound)

    @property
    def payloads(self) -> list[bytes]:
        return [inbound.payload for inbound in self.messages]


def nobody(_session: Session, _inbound: Inbound) -> None:
    """For a client that only speaks."""


def named(name: str, **more: Any) -> SessionOptions:
    return SessionOptions(client_id=name, **more)


def in_virtual_time(test: Coroutine[Any, Any, None]) -> None:
    run_virtually(test)


def test_a_message_reaches_whom_it_is_for_and_the_sender_learns_whether_anybody_was() -> None:
    async def talk() -> None:
        broker, heard = MemoryBroker(), Heard()
        async with broker.open_session(NOWHERE, named("writer"), nobody) as writer:
            assert await writer.publish("a/b", b"lost") == NO_SUBSCRIBER
            async with broker.open_session(NOWHERE, named("reader"), heard) as reader:
                await reader.subscribe("a/+", "c/#")
                assert await writer.publish("a/b", b"1") == 0
                assert await writer.publish("c/d/e", b"2") == 0
                assert await writer.publish("a/b/c", b"not wanted") == NO_SUBSCRIBER
                reader.unsubscribe("a/+")
                await asyncio.sleep(1)
                assert await writer.publish("a/b", b"not any more") == NO_SUBSCRIBER
        assert heard.payloads == [b"1", b"2"]

    in_virtual_time(talk())


def test_who_was_away_finds_what_came_meanwhile_and_first_what_was_not_acknowledged() -> None:
    async def talk() -> None:
        broker, first, second = MemoryBroker(), Heard(acknowledges=False), Heard()
        async with broker.open_session(NOWHERE, named("reader"), first) as reader:
            await reader.subscribe("a")
            assert not reader.session_present
            async with broker.open_session(NOWHERE, named("writer"), nobody) as writer:
                await writer.publish("a", b"1")
        async with broker.open_session(NOWHERE, named("writer"), nobody) as writer:
            assert await writer.publish("a", b"2") == 0
        async with broker.open_session(NOWHERE, named("reader"), second) as reader:
            assert reader.session_present
            await asyncio.sleep(1)
        assert [(one.payload, one.redelivered) for one in second.messages] == [(b"1", True), (b"2", False)]
        await asyncio.sleep(named("reader").session_expiry_seconds + 1)
        async with broker.open_session(NOWHERE, named("reader"), second) as reader:
            assert not reader.session_present

    in_virtual_time(talk())


def test_no_more_is_under_way_to_a_client_than_it_takes() -> None:
    async def talk() -> None:
        broker, heard = MemoryBroker(), Heard(acknowledges=False)
        async with (
            broker.open_session(NOWHERE, named("reader", receive_maximum=2), heard) as reader,
            broker.open_session(NOWHERE, named("writer"), nobody) as writer,
        ):
            await reader.subscribe("a")
            for number in range(5):
                await writer.publish("a", b"%d" % number)
            await asyncio.sleep(1)
            assert heard.payloads == [b"0", b"1"]
            heard.acknowledges = True
            for inbound in heard.messages[:]:
                reader.acknowledge(inbound)
            await asyncio.sleep(1)
            assert heard.payloads == [b"0", b"1", b"2", b"3", b"4"]

    in_virtual_time(talk())


def test_what_is_retained_is_there_for_who_comes_later_and_an_empty_one_ends_it() -> None:
    async def talk() -> None:
        broker, first, second = MemoryBroker(), Heard(), Heard()
        async with broker.open_session(NOWHERE, named("writer"), nobody) as writer:
            await writer.publish("status", b"online", retain=True)
            async with broker.open_session(NOWHERE, named("one"), first) as reader:
                await reader.subscribe("status")
                await writer.publish("status", b"", retain=True)
                await asyncio.sleep(1)
            async with broker.open_session(NOWHERE, named("two"), second) as reader:
                await reader.subscribe("status")
                await asyncio.sleep(1)
        assert [(one.payload, one.retain) for one in first.messages] == [(b"online", True), (b"", False)]
        assert second.messages == []

    in_virtual_time(talk())


def test_a_client_that_vanishes_has_a_will_and_one_that_goes_or_comes_back_in_time_has_none() -> None:
    async def talk() -> None:
        broker, heard = MemoryBroker(), Heard()
        async with broker.open_session(NOWHERE, named("reader"), heard) as reader:
            await reader.subscribe("will")
            ill = named("ill", will=Will(topic="will", payload=b"gone", delay_seconds=30))
            async with broker.open_session(NOWHERE, ill, nobody):
                pass
            async with broker.open_session(NOWHERE, ill, nobody) as client:
                client.vanish()
            await asyncio.sleep(20)
            async with broker.open_session(NOWHERE, ill, nobody) as client:
                await asyncio.sleep(20)
                assert heard.payloads == []
                client.vanish()
                with pytest.raises(LinkLostError):
                    await client.publish("will", b"not a word")
            await asyncio.sleep(31)
            assert heard.payloads == [b"gone"]

    in_virtual_time(talk())


def test_a_broker_that_is_down_takes_every_line_with_it_and_lets_nobody_in() -> None:
    async def talk() -> None:
        broker = MemoryBroker()
        async with broker.open_session(NOWHERE, named("one"), nobody) as session:
            under_way = session.publish("a", b"1")
            broker.go_down()
            with pytest.raises(LinkLostError):
                await under_way
            with pytest.raises(LinkLostError):
                await session.lost()
        with pytest.raises(LinkLostError, match="refused"):
            await broker.open_session(NOWHERE, named("one"), nobody).__aenter__()
        broker.come_up()
        async with broker.open_session(NOWHERE, named("one"), nobody):
            pass

    in_virtual_time(talk())


def test_a_cut_line_says_nothing_until_who_waits_gives_up_and_a_short_cut_only_delays() -> None:
    async def talk() -> None:
        loop, broker, heard = asyncio.get_running_loop(), MemoryBroker(), Heard()
        async with (
            broker.open_session(NOWHERE, named("reader"), heard) as reader,
            broker.open_session(NOWHERE, named("writer"), nobody) as writer,
        ):
            await reader.subscribe("a")
            broker.cut_line()
            under_way = writer.publish("a", b"late")
            await asyncio.sleep(5)
            assert not under_way.done()
            assert heard.messages == []
            broker.mend_line()
            assert await under_way == 0
            broker.cut_line()
            began = loop.time()
            with pytest.raises(LinkLostError, match="acknowledged nothing for 10 s"):
                await writer.publish("a", b"never")
            assert loop.time() == began + 10
            with pytest.raises(LinkLostError, match="did not answer"):
                await broker.open_session(NOWHERE, named("writer"), nobody).__aenter__()
            with pytest.raises(LinkLostError, match="ping"):
                await reader.lost()
        assert heard.payloads == [b"late"]

    in_virtual_time(talk())


def test_who_may_not_is_told_by_a_reason_code() -> None:
    async def talk() -> None:
        broker = MemoryBroker()
        broker.refused |= {"stranger", "not/yours"}
        with pytest.raises(RefusedError):
            await broker.open_session(NOWHERE, named("stranger"), nobody).__aenter__()
        async with broker.open_session(NOWHERE, named("guest"), nobody) as session:
            with pytest.raises(RefusedError) as refused:
                await session.publish("not/yours", b"")
            assert refused.value.reason_code == 0x87

    in_virtual_time(talk())


def test_who_sits_beside_the_broker_is_reached_while_the_line_to_all_others_is_cut() -> None:
    async def talk() -> None:
        broker, heard = MemoryBroker(), Heard()
        broker.beside.add("desk")
        broker.cut_line()
        async with broker.open_session(NOWHERE, named("desk"), heard) as desk:
            await desk.subscribe("a")
            assert await desk.publish("a", b"1") == 0
            await asyncio.sleep(1)
        assert heard.payloads == [b"1"]

    in_virtual_time(talk())
