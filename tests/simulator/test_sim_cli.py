"""`anju-sim` as an engineer types it."""

import json
from pathlib import Path

import aiomqtt
import pytest

from drivers import sonoff_rf_bridge
from drivers.link.serial import open_port
from simulator.ports import free_port, listens
from tests.support.brokers import Broker
from tests.support.processes import run, running
from tests.support.wait import until


@pytest.mark.parametrize(("frame_format", "action"), [("a4", 0xA4), ("b1", 0xB1)])
async def test_a_line_on_standard_input_is_a_pull(tmp_path: Path, frame_format: str, action: int) -> None:
    link = tmp_path / "rf"
    async with running("anju-sim", "bridge", "--link", link, "--format", frame_format) as child:
        await child.wait_line(f"^{link}$")
        async with open_port(str(link), sonoff_rf_bridge.BAUD_RATE) as port:
            child.send_line("9EAD9F 5")
            splitter = sonoff_rf_bridge.new_splitter()
            async for chunk in port.chunks():
                frames = [frame for frame in splitter.feed(chunk) if isinstance(frame, bytes)]
                if frames:
                    break
            assert sonoff_rf_bridge.action_of(frames[0]) == action
            await child.wait_line("^9EAD9F sent with 5 repeats$")
        await child.terminate()
        assert not link.is_symlink()


def test_a_wrong_line_is_told_and_changes_nothing() -> None:
    done = run("anju-sim", "bridge", given="pull\n9EAD9F 500\n")
    assert done.returncode == 0
    assert "'pull' is no pull" in done.stderr
    assert "'9EAD9F 500' is no pull" in done.stderr
    assert "sent" not in done.stdout


async def test_zigbee_messages_with_their_quirks(local_broker: Broker) -> None:
    async with aiomqtt.Client(local_broker.host, local_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as reader:
        await reader.subscribe("zigbee2mqtt/#", qos=1)
        for words in (
            ("press", "button-1"),
            ("smoke", "smoke-1", "on"),
            ("report", "door-1", '{"contact": false}', "--retain"),
        ):
            done = run("anju-sim", "zigbee", "--port", str(local_broker.port), *words)
            assert (done.returncode, done.stderr) == (0, "")
        heard = []
        async for message in reader.messages:
            heard.append((str(message.topic), bytes(message.payload)))
            if len(heard) == 5:
                break
    assert [topic for topic, _ in heard] == [
        "zigbee2mqtt/button-1",
        "zigbee2mqtt/button-1/action",
        "zigbee2mqtt/button-1",
        "zigbee2mqtt/smoke-1",
        "zigbee2mqtt/door-1",
    ]
    assert heard[1][1] == b"emergency"
    bodies = [json.loads(heard[at][1]) for at in (0, 2, 3, 4)]
    assert [body.get("action") for body in bodies] == ["emergency", "", None, None]
    assert (bodies[2]["smoke"], bodies[3]["contact"]) == (True, False)
    async with aiomqtt.Client(local_broker.host, local_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as late:
        await late.subscribe("zigbee2mqtt/#", qos=1)
        kept = await anext(aiter(late.messages))
        assert (str(kept.topic), kept.retain) == ("zigbee2mqtt/door-1", True)


def test_no_broker_is_one_line_and_status_1() -> None:
    done = run("anju-sim", "zigbee", "--port", str(free_port()), "press", "button-1")
    assert done.returncode == 1
    assert done.stderr.startswith("anju-sim: no connection")
    assert done.stderr.count("\n") == 1


def test_wrong_use_is_status_2() -> None:
    assert run("anju-sim").returncode == 2
    assert run("anju-sim", "zigbee", "--port", "1", "report", "door-1", "[1]").returncode == 2


async def test_a_broker_for_an_engineer_without_one() -> None:
    port = free_port()
    async with running("anju-sim", "broker", str(port)) as child:
        await child.wait_line(f"mqtt://127.0.0.1:{port}")
        await until(lambda: listens(port))
        done = run("anju-sim", "zigbee", "--port", str(port), "press", "button-1")
        assert done.returncode == 0, done.stderr
