"""One MQTT session against servers that misbehave: each ends in an error with its reason, none in silence or a leak."""

import asyncio
import os
import struct

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from drivers.link.endpoint import Endpoint, Inbound, LinkLostError, MqttError, RefusedError, SessionOptions
from drivers.link.mqtt import Session, Will, open_session
from simulator.ports import LOOPBACK, free_port
from tests.support.fake_server import (
    CONNACK,
    DISCONNECT,
    PUBLISH,
    SUBSCRIBE,
    Connection,
    FakeServer,
    Script,
    fake_server,
    packet,
    puback,
    suback,
    will_of,
)

OPTIONS = SessionOptions(
    client_id="gw-0001", connect_timeout_seconds=0.5, puback_timeout_seconds=0.5, keepalive_seconds=20
)


def ignore(_session: Session, _inbound: Inbound) -> None:
    """Takes messages and leaves them unacknowledged."""


def endpoint(server: FakeServer) -> Endpoint:
    return Endpoint(host=server.host, port=server.port)


async def attempt(script: Script) -> None:
    """Connect to a server with this script and wait for the end of the session."""
    async with fake_server(script) as server, open_session(endpoint(server), OPTIONS, ignore) as session:
        await session.lost()


async def test_nobody_listens() -> None:
    with pytest.raises(LinkLostError, match="refused"):
        async with open_session(Endpoint(host=LOOPBACK, port=free_port()), OPTIONS, ignore):
            pass


async def test_an_unknown_name() -> None:
    with pytest.raises(LinkLostError, match=r"no connection to broker\.invalid:1883"):
        async with open_session(Endpoint(host="broker.invalid", port=1883), OPTIONS, ignore):
            pass


async def test_a_server_that_says_nothing() -> None:
    with pytest.raises(LinkLostError, match="did not answer within"):
        await attempt(Connection.gone)


async def test_a_server_that_says_what_is_not_mqtt() -> None:
    async def http(connection: Connection) -> None:
        await connection.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        await connection.gone()

    with pytest.raises(LinkLostError):
        await attempt(http)


async def test_a_server_that_hangs_up_at_once() -> None:
    async def hang_up(connection: Connection) -> None:
        await connection.packet()
        connection.close()

    with pytest.raises(LinkLostError, match="connection was lost"):
        await attempt(hang_up)


@pytest.mark.parametrize(("code", "reason"), [(0x87, "Not authorized"), (0x9F, "Connection rate exceeded")])
async def test_a_refused_connection_names_the_reason(code: int, reason: str) -> None:
    async def refuse(connection: Connection) -> None:
        await connection.packet()
        await connection.send(packet(CONNACK, bytes((0, code, 0))))
        await connection.gone()

    with pytest.raises(RefusedError, match=f"the broker refused the connection: {reason} \\(0x{code:02X}\\)") as caught:
        await attempt(refuse)
    assert caught.value.reason_code == code


async def test_a_disconnect_names_the_reason() -> None:
    async def shut_down(connection: Connection) -> None:
        await connection.accept()
        await connection.send(packet(DISCONNECT, bytes((0x8B, 0))))
        await connection.gone()

    with pytest.raises(LinkLostError, match="the broker closed the connection: Server shutting down"):
        await attempt(shut_down)


async def test_refusals_and_warnings_come_out_as_numbers() -> None:
    async def answer(connection: Connection) -> None:
        await connection.accept(b"\x21" + struct.pack("!H", 7))
        await connection.send(suback(await connection.packet(), 0x87))
        for code in (0x00, 0x10, 0x87, 0x97):
            await connection.send(puback(await connection.packet(), code))
        await connection.gone()

    async with fake_server(answer) as server, open_session(endpoint(server), OPTIONS, ignore) as session:
        assert session.receive_maximum == 7
        with pytest.raises(RefusedError, match="the subscription to house/answer: Not authorized"):
            await session.subscribe("house/answer")
        assert [await session.publish("house/alarm", b"1") for _ in range(2)] == [0x00, 0x10]
        for code in (0x87, 0x97):
            with pytest.raises(RefusedError) as caught:
                await session.publish("house/alarm", b"1")
            assert caught.value.reason_code == code


async def test_a_publish_without_puback_ends_the_connection() -> None:
    async def swallow(connection: Connection) -> None:
        await connection.accept()
        await connection.gone()

    async with fake_server(swallow) as server, open_session(endpoint(server), OPTIONS, ignore) as session:
        with pytest.raises(LinkLostError, match=r"acknowledged nothing for 0\.5 s"):
            await session.publish("house/alarm", b"1")
        with pytest.raises(LinkLostError, match="acknowledged nothing"):
            await session.lost()


async def test_one_puback_left_out_ends_the_connection_however_many_others_come() -> None:
    async def forget_the_first(connection: Connection) -> None:
        await connection.accept()
        await connection.packet()
        while True:
            publish = await connection.packet()
            await asyncio.sleep(0.05)
            await connection.send(puback(publish))

    async with fake_server(forget_the_first) as server, open_session(endpoint(server), OPTIONS, ignore) as session:
        alarm = session.publish("house/alarm", b"1")

        async def beat_for_ever() -> None:
            while True:
                assert await session.publish("house/status", b"2") == 0

        async with asyncio.timeout(20):
            with pytest.raises(LinkLostError, match=r"acknowledged nothing for 0\.5 s"):
                await beat_for_ever()
        assert isinstance(alarm.exception(), LinkLostError)


async def test_the_will_goes_out_with_the_connect() -> None:
    wills = []

    async def listen(connection: Connection) -> None:
        wills.append(will_of(await connection.accept()))
        await connection.gone()

    will = Will(topic="house/status", payload=b'{"state":"offline"}', delay_seconds=30)
    options = SessionOptions(client_id="gw-0001", will=will)
    async with fake_server(listen) as server, open_session(endpoint(server), options, ignore):
        pass
    assert wills == [("house/status", b'{"state":"offline"}', 30, True, 1)]


async def test_many_lost_connections_leave_no_open_file() -> None:
    async def greet(connection: Connection) -> None:
        await connection.accept()

    async def greet_and_lose() -> None:
        async with open_session(endpoint(server), OPTIONS, ignore) as session:
            with pytest.raises(LinkLostError):
                await session.lost()

    async with fake_server(greet) as server:
        await greet_and_lose()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(30):
            await greet_and_lose()
        assert len(os.listdir("/proc/self/fd")) <= before + 2


PACKETS = st.builds(
    packet,
    st.integers(0, 15),
    st.binary(max_size=40) | st.builds(lambda body: b"\x00\x05house" + body, st.binary(max_size=20)),
    st.integers(0, 15),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(noise=st.lists(PACKETS | st.binary(max_size=60), max_size=6).map(b"".join))
@example(noise=packet(PUBLISH, b"\x00\x02\xff\xfe\x00\x00hello"))
@example(noise=packet(PUBLISH, b"\x00\x05house\x00\x01\x02\x01\xff", 0b0010))
@example(noise=packet(SUBSCRIBE, b""))
@example(noise=b"\xff\xff\xff\xff\xff\xff")
def test_whatever_a_server_says_ends_in_an_error_of_ours(noise: bytes) -> None:
    async def scenario() -> None:
        unexpected: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unexpected.append(context))

        async def babble(connection: Connection) -> None:
            await connection.accept()
            await connection.send(noise)

        with pytest.raises(MqttError):
            await attempt(babble)
        assert not unexpected

    asyncio.run(scenario())


async def test_a_slow_line_that_moves_is_kept_and_one_that_stands_still_is_given_up() -> None:
    going_on = asyncio.Event()

    async def slow(connection: Connection) -> None:
        await connection.accept()
        publishes = [await connection.packet() for _ in range(3)]
        for publish in publishes[:2]:
            await asyncio.sleep(1.2)  # longer than a publish may wait for its PUBACK, were nothing acknowledged
            await connection.send(puback(publish))
        going_on.set()
        await connection.gone()

    options = SessionOptions(client_id="gw-0001", puback_timeout_seconds=2.0)
    async with fake_server(slow) as server, open_session(endpoint(server), options, ignore) as session:
        answered = [session.publish("anju", b"{}") for _ in range(3)]
        assert await asyncio.gather(*answered[:2]) == [0, 0]
        assert going_on.is_set()
        with pytest.raises(LinkLostError, match="acknowledged nothing"):
            await answered[2]
