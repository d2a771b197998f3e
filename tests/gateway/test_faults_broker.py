"""The district's broker is away, frozen, strange or forgetful: the gateway lives on, says so once, and delivers."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.faults import SOS, TAMPER, frame, notes, problems, radio_on, ready, stored
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import call_centre
from tests.support.fake_server import (
    CONNACK,
    DISCONNECT,
    PUBLISH,
    SUBSCRIBE,
    Connection,
    fake_server,
    packet,
    puback,
    suback,
)
from tests.support.house import House
from tests.support.processes import Child
from tests.support.proxy import proxy
from tests.support.wait import until


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def of_the_uplink(gateway: Child) -> list[str]:
    return [line for line in problems(gateway) if "no line to the district's broker" in line]


async def test_gone_in_the_middle_and_back_without_sessions(house: House, district_broker: Broker) -> None:
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        before = len(gateway.lines)
        district_broker.kill()
        await gateway.wait_line("no line to the district's broker")
        assert house.metric("anju_uplink_connected") == 0
        await radio.write(frame(SOS))
        alarm = (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)
        # Ten seconds and more without a line, with an open alarm: tried every second, said once.
        await until(lambda: (house.metric("anju_oldest_unanswered_alarm_seconds") or 0) > 10, timeout=30)
        assert "no line to the district's broker" in notes(house)
        assert len(gateway.lines) - before <= 4, gateway.text
        district_broker.start()
        await gateway.wait_line("notice state=received alarm=" + alarm)
        assert len(of_the_uplink(gateway)) == 1
        await gateway.wait_line("over: no line to the district's broker")
        assert "no line" not in notes(house)
        assert centre.raised == [alarm]


async def test_frozen_it_is_given_up_and_the_alarm_goes_out_when_it_thaws(
    house: House, district_broker: Broker
) -> None:
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        district_broker.freeze()
        await radio.write(frame(SOS))
        alarm = (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)
        await gateway.wait_line("no line to the district's broker .*: the broker acknowledged nothing for 10 s", 30)
        district_broker.thaw()
        await gateway.wait_line("notice state=received alarm=" + alarm)
        district_broker.freeze()
        async with asyncio.timeout(5):
            assert await gateway.terminate() == 0, "a broker that does not answer must not hold up a stop"
        assert "was not told that this gateway stops: no answer in time" in gateway.text
        assert centre.raised == [alarm]
        assert [event["id"] for event in stored(house, "alarm")] == [alarm]


async def test_one_strange_server_after_another_and_then_the_right_one(house: House, district_broker: Broker) -> None:
    district_broker.stop()

    async def mute(connection: Connection) -> None:
        await connection.gone()

    async def garbage(connection: Connection) -> None:
        await connection.packet()
        await connection.send(b"SSH-2.0-OpenSSH_9.2\r\n" * 20)
        await connection.gone()

    async def refuse(connection: Connection) -> None:
        await connection.packet()
        await connection.send(packet(CONNACK, b"\x00\x87\x00"))
        await connection.gone()

    async def accept_and_leave(connection: Connection) -> None:
        await connection.accept()
        await connection.send(packet(DISCONNECT, b"\x8e\x00"))

    async with radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway, uplink=False)
        await radio.write(frame(SOS))
        alarm = (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)
        async with fake_server(mute, house.uplink_port):
            await until(lambda: "did not answer within 5 s" in notes(house), timeout=20)
        async with fake_server(refuse, house.uplink_port):
            await until(lambda: "the broker refused the connection: Not authorized (0x87)" in notes(house))
        async with fake_server(garbage, house.uplink_port):
            await until(lambda: "refused" not in notes(house) and "no line" in notes(house))
        async with fake_server(accept_and_leave, house.uplink_port) as flapping:
            await until(lambda: "the line comes and goes" in notes(house), timeout=20)
            seen = flapping.connections
            await until(lambda: flapping.connections > seen)
            assert "Session taken over" in notes(house)
        assert len(of_the_uplink(gateway)) <= 4, gateway.text
        before = len(gateway.lines)
        with district_broker:
            async with call_centre(district_broker) as centre:
                await gateway.wait_line("notice state=received alarm=" + alarm)
                assert centre.raised == [alarm]
        assert len(gateway.lines) - before <= 5, gateway.text


async def test_refused_publishes_are_counted_and_said_once_and_the_alarm_waits_for_the_mended_list(
    tmp_path: Path, local_broker: Broker, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    rules = ("topic read #", "topic write anju/v1/d1/gw-0001/status", "topic write anju/v1/d1/gw-0001/answer")
    broker = mosquitto(access_list=rules)
    refused = 'anju_publish_refused_total{reason_code="0x87"}'
    async with proxy(broker.port) as wire, call_centre(broker) as centre:
        house = House(folder=tmp_path, uplink_port=wire.port, broker_port=local_broker.port)
        async with radio_on(house) as radio, house.gateway_running() as gateway:
            await ready(gateway)
            await radio.write(frame(SOS))
            alarm = (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)
            await gateway.wait_line(r"WARNING .*on alarm: the broker refused a publish: Not authorized \(0x87\)")
            assert house.metric(refused) == 1
            await radio.write(frame(TAMPER))
            await gateway.wait_line(r"WARNING .*on event: the broker refused a publish")
            wire.cut()
            await gateway.wait_line("no line to the district's broker")
            await wire.mend()
            await until(lambda: (house.metric(refused) or 0) >= 4)  # both were tried again, neither was said again
            assert "on alarm: the broker refused" in notes(house)
            assert sum("refused" in line for line in problems(gateway)) == 2, gateway.text
            assert {heard.branch for heard in centre.heard} == {"status"}
            broker.access_list = (*rules, "topic write anju/v1/d1/gw-0001/+")
            broker.reload()
            await gateway.wait_line("notice state=received alarm=" + alarm, timeout=30)
            await gateway.wait_line("over: on alarm: the broker refused")
            assert centre.raised == [alarm]


async def test_a_house_that_may_not_hear_its_answers_still_sends(house: House, district_broker: Broker) -> None:
    district_broker.stop()
    heard: list[int] = []

    async def refuse_subscriptions(connection: Connection) -> None:
        await connection.accept()
        while True:
            said = await connection.packet()
            heard.append(said.type)
            if said.type == SUBSCRIBE:
                await connection.send(suback(said, 0x87))
            elif said.type == PUBLISH:
                await connection.send(puback(said))

    async with (
        fake_server(refuse_subscriptions, house.uplink_port),
        radio_on(house) as radio,
        house.gateway_running() as gateway,
    ):
        await ready(gateway)
        await gateway.wait_line("the broker refused the subscription to anju/v1/d1/gw-0001/answer: Not authorized")
        published = heard.count(PUBLISH)
        await radio.write(frame(SOS))
        await until(lambda: heard.count(PUBLISH) > published)
        assert "refused the subscription" in notes(house)
