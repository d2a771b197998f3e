"""The other test equipment: child processes, the call centre, certificates."""

import json
import signal
import ssl
from collections.abc import Callable
from pathlib import Path

import aiomqtt
import psutil
import pytest

from simulator.authority import Authority, Pair
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import call_centre, silent, stores
from tests.support.processes import running
from tests.support.wait import until

SHELL = ("/bin/sh", "-c")
ALARM = {"id": "i-1", "type": "anju.alarm.raised", "data": {"alarm": "i-1", "kind": "alarm", "state": "active"}}


async def test_lines_of_both_outputs_and_the_exit_status() -> None:
    async with running(*SHELL, "echo one; read word; echo $word >&2; exit 3") as child:
        await child.wait_line("^one$")
        child.send_line("two")
        assert await child.wait() == 3
        assert (list(child.stdout), list(child.stderr)) == (["one"], ["two"])


async def test_a_missing_line_fails_at_once_when_the_program_has_ended() -> None:
    async with running(*SHELL, "echo one") as child:
        with pytest.raises(AssertionError, match=r"(?s)ended without.*one"):
            await child.wait_line("two", timeout=60)


async def test_grandchildren_end_with_the_block() -> None:
    async with running(*SHELL, "sleep 600 & echo $!; wait") as child:
        grandchild = psutil.Process(int((await child.wait_line(r"\d+"))[0]))
        await child.kill()
        assert child.status == -signal.SIGKILL
        assert grandchild.is_running()
    await until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


async def test_the_centre_answers_in_its_manner_and_lives_through_a_restart(district_broker: Broker) -> None:
    async with (
        call_centre(district_broker, manner=silent) as centre,
        aiomqtt.Client(district_broker.host, district_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as house,
    ):
        await house.subscribe("anju/v1/d1/gw-0001/answer", qos=1)
        await house.publish("anju/v1/d1/gw-0001/alarm", json.dumps(ALARM).encode(), qos=1)
        (heard,) = await centre.wait_on("alarm")
        assert centre.raised == ["i-1"]
        await centre.answer(heard, "accepted", role="operator")
        centre.manner = stores
        await house.publish("anju/v1/d1/gw-0001/alarm", json.dumps(ALARM).encode(), qos=1)
        answers = aiter(house.messages)
        states = [json.loads(bytes((await anext(answers)).payload))["state"] for _ in range(2)]
        assert states == ["accepted", "received"]
        district_broker.kill()
        await centre.wait(lambda: centre._client is None)
        district_broker.start()
        await centre.connected()


def _context(authority: Authority, pair: Pair | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.file))
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    return context


async def test_certificates_are_right_or_wrong_as_asked(
    tmp_path: Path, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    authority, stranger = Authority(tmp_path / "ca"), Authority(tmp_path / "other", "stranger")
    server = authority.server()
    broker = mosquitto(tls=(authority.file, server.certificate, server.key))

    async def connect(context: ssl.SSLContext, host: str = broker.host) -> None:
        async with aiomqtt.Client(
            host, broker.port, protocol=aiomqtt.ProtocolVersion.V5, tls_context=context, timeout=1
        ) as client:
            await client.publish("x", b"", qos=1)

    await connect(_context(authority, authority.client("gw-0001")))
    for wrong in (
        _context(authority, None),
        _context(authority, stranger.client("gw-0001")),
        _context(authority, authority.client("gw-0001", expired=True)),
        _context(stranger, authority.client("gw-0001")),
    ):
        with pytest.raises(aiomqtt.MqttError):
            await connect(wrong)
    with pytest.raises(aiomqtt.MqttError, match="localhost"):
        await connect(_context(authority, authority.client("gw-0001")), "localhost")
