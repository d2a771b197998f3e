"""`anju learn`: what is shown, what is printed to paste, and that alarms go out and learning ends whatever happens."""

import asyncio
import json
import os
import signal
import socket
import tomllib
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.link.pty import PtyPair
from drivers.registry import DRIVERS
from gateway.config import check
from gateway.control import Heard, path_of, reachable
from gateway.learnt import CODES_LIMIT, SOURCES_LIMIT, Learnt
from simulator.ports import LOOPBACK, free_port
from tests.gateway.faults import SOS, frame, ready
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.processes import Child, run, running
from tests.support.wait import until

LEARN, LEAVE = bytes.fromhex("AAA155"), bytes.fromhex("AAA055")
NEW_CORD = "0BEEF"


def learning(house: House, line: str = "rf", *more: str) -> Any:
    return running("anju", "learn", "--config", house.file, "--line", line, "--seconds", "600", *more)


async def interrupted(learner: Child) -> tuple[int, str]:
    """Ctrl-C: the exit status and everything printed."""
    learner.signal(signal.SIGINT)
    return await learner.wait(), learner.text


async def test_codes_are_shown_the_sections_printed_and_an_alarm_still_goes_out(
    tmp_path: Path, district_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port())
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await ready(gateway, broker=False)
            async with learning(house) as learner:
                await learner.wait_line("listening on rf")
                heard = asyncio.ensure_future(learner.wait_line(f"ev1527 {NEW_CORD} code 7"))
                while not heard.done():  # the gateway may not yet listen along
                    await radio.write(frame("7", NEW_CORD))
                    await asyncio.wait([heard], timeout=0.1)
                await radio.write(frame("7", NEW_CORD) + frame("3", NEW_CORD) + frame(SOS) + frame("9"))
                await learner.wait_line(f"ev1527 {NEW_CORD} code 3")
                await learner.wait_line(r"ev1527 9EAD9 code F \(enrolled as cord-bath\)")
                await learner.wait_line(r"ev1527 9EAD9 code 9 \(enrolled as cord-bath\)")
                (alarm,) = await centre.wait_on("alarm")
                assert alarm.body["data"]["device"] == "cord-bath"
                status, printed = await interrupted(learner)
    assert status == 0, printed
    (section,) = tomllib.loads(printed[printed.index("[[device]]") :])["device"]
    assert (section["driver"], section["address"], section["code_map"]) == (
        "ev1527", NEW_CORD, {"7": "?", "3": "?"},
    )  # fmt: skip
    # What only a person can know is asked for, line by line; then the section is sound.
    file = house.file
    file.write_text(house.text() + printed[printed.index("[[device]]") :])
    problems, _ = check(file)
    assert [problem.split(": ", 1)[1].split(";")[0] for problem in problems] == [
        "room is empty", 'unknown event "?" in code_map', 'unknown event "?" in code_map',
    ]  # fmt: skip
    file.write_text(file.read_text().replace('"?"', '"sos"').replace('room = ""', 'room = "bedroom"'))
    assert check(file)[0] == []


async def test_the_bridge_is_taken_out_of_its_learning_mode_when_the_learner_is_killed(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port())
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with house.gateway_running() as gateway:
            await ready(gateway, uplink=False, broker=False)
            async with learning(house, "rf", "--bridge-learn") as learner:
                assert await radio.read() == LEARN
                await learner.kill()
            assert await radio.read() == LEAVE
            async with learning(house, "rf", "--bridge-learn") as learner:
                assert await radio.read() == LEARN
                await radio.write(bytes.fromhex("AAA255"))
                assert await radio.read() == LEAVE, "the answer to the end of learning"
                await learner.wait_line("heard nobody and left its learning mode")
                status, _ = await interrupted(learner)
                assert status == 1, "nothing was heard"
            async with learning(house, "rf", "--bridge-learn") as learner:
                assert await radio.read() == LEARN
                key = frame(SOS)
                await radio.write(key[:1] + b"\xa3" + key[2:])  # so a bridge that learns tells a cord that is pulled
                await learner.wait_line("has learnt a code and left its learning mode")
                await gateway.wait_line("notice state=calling .*device=cord-bath")
                assert await radio.read() == LEAVE, "the answer to what it has learnt"
                assert (await interrupted(learner))[0] == 0
            async with learning(house, "rf", "--bridge-learn") as learner:
                assert await radio.read() == LEARN, "and nothing before: it had left by itself"
                assert await gateway.terminate() == 0
                assert await learner.wait() == 2
                assert "the gateway has stopped" in learner.text


async def test_the_broker_is_heard_without_any_device_and_zigbee_opened_for_a_while(
    tmp_path: Path, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=local_broker.port, devices=[])
    house.write()
    joins: list[dict[str, Any]] = []
    async with (
        aiomqtt.Client(LOOPBACK, local_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as zigbee,
        asyncio.TaskGroup() as tasks,
    ):
        await zigbee.subscribe("zigbee2mqtt/bridge/request/permit_join", qos=1)

        async def obey() -> None:
            async for message in zigbee.messages:
                assert isinstance(message.payload, bytes)
                joins.append(json.loads(message.payload))

        obeying = tasks.create_task(obey())
        async with learning(house, "broker", "--join", "--json") as learner:
            await until(lambda: joins == [{"value": True, "time": 254}])
            joined = {"type": "device_joined", "data": {"friendly_name": "0x00124b0022ff1234"}}
            await zigbee.publish("zigbee2mqtt/bridge/event", json.dumps(joined), qos=1)
            await zigbee.publish("home/gate/433toMQTT", '{"value": 781303, "protocol": 1, "length": 24}', qos=1)
            await learner.wait_line("zigbee2mqtt 0x00124b0022ff1234")
            await learner.wait_line("ev1527 0BEBF code 7")
            status, printed = await interrupted(learner)
        await until(lambda: joins[1:] == [{"value": False, "time": 0}])
        obeying.cancel()
    assert status == 0
    rows = json.loads(printed.splitlines()[-1])["heard"]
    assert {(row["driver"], row["address"], row["device"]) for row in rows} == {
        ("zigbee2mqtt", "0x00124b0022ff1234", None), ("ev1527", "0BEBF", None),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--line", "rf", "--join"), "--join is for --line broker"),
        (("--line", "broker", "--bridge-learn"), "--bridge-learn for a serial line"),
        (("--line", "rf", "--seconds", "601"), "is no number of seconds from 1 to 600"),
        (("--line", "rf"), "no gateway of this file can be asked"),
        (("--line", "broker", "--seconds", "1"), "no line to the local broker"),
    ],
)
def test_what_cannot_be_is_said_with_its_remedy(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port())
    ended = run("anju", "learn", "--config", house.write(), *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr


async def test_the_socket_file_is_its_owner_s_alone_and_survives_a_kill_and_any_request(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port())
    path = path_of(house.store)
    async with house.gateway_running() as gateway:
        await until(path.exists)
        await gateway.kill()
    assert path.exists()
    async with house.gateway_running() as gateway:
        for asked, answer in (
            (b"GET / HTTP/1.1\r\n", b"cannot be read"), (b"x" * 100_000, b"cannot be read"), (b"\n", b"cannot be read"),
            (b'{"line":"rf","seconds":601}\n', b"cannot be read"), (b"[" * 900 + b"\n", b"cannot be read"),
            (b'{"line":"attic","seconds":5}\n', b"attic is no serial line of this gateway"),
        ):  # fmt: skip
            assert answer in await until_answered(path, asked)
        assert path.stat().st_mode & 0o777 == 0o600
        assert await gateway.terminate() == 0
        assert "failed" not in gateway.text
    assert not path.exists()


async def until_answered(path: Path, asked: bytes) -> bytes:
    """The whole answer to one request, once the gateway listens."""
    while True:
        try:
            with reachable(path) as name:
                reader, writer = await asyncio.open_unix_connection(name)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.write(asked)
        said = await reader.read()
        writer.close()
        return said


async def test_a_receiver_that_is_plugged_in_while_learning_is_heard(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port(), serial_path=str(tmp_path / "usb"))
    async with house.gateway_running() as gateway:
        await gateway.wait_line("there is no such port")
        async with learning(house) as learner:
            await learner.wait_line("rf is not plugged in")
            with PtyPair(tmp_path / "usb") as radio:
                await gateway.wait_line("listening on serial")
                await radio.write(frame("7", NEW_CORD))
                await learner.wait_line(f"ev1527 {NEW_CORD} code 7")
            assert (await interrupted(learner))[0] == 0


async def test_a_learner_that_goes_without_reading_harms_nobody(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port())
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with house.gateway_running() as gateway:
            await ready(gateway, uplink=False, broker=False)
            with reachable(path_of(house.store)) as name, socket.socket(socket.AF_UNIX) as learner:
                learner.connect(name)
                learner.sendall(b'{"line":"rf","seconds":600,"bridge":true}\n')
                assert await radio.read() == LEARN
                await radio.write(frame("7", NEW_CORD))
                assert await radio.read() == LEAVE, "the acknowledgement of an A4"
                await asyncio.get_running_loop().run_in_executor(None, learner.recv, 1)  # there is more to read
            assert await radio.read() == LEAVE
            assert b"attic is no serial line" in await until_answered(
                path_of(house.store), b'{"line":"attic","seconds":5}\n'
            )
            assert "control failed" not in gateway.text


def test_a_socket_can_lie_in_any_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120) / ("y" * 120)
    deep.mkdir(parents=True)
    with reachable(deep / "a.db.control") as name, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(name)
    assert os.listdir(deep) == ["a.db.control"]


heard = st.builds(
    Heard, driver=st.sampled_from(sorted(DRIVERS)), address=st.text(min_size=1), code=st.none() | st.text(max_size=4),
    rssi_dbm=st.none() | st.integers(-120, 0),
)  # fmt: skip


@given(st.lists(heard, max_size=40))
def test_whatever_is_heard_the_sections_are_toml(all_heard: list[Heard]) -> None:
    learnt = Learnt({})
    for one in all_heard:
        assert (learnt.add(one) or "").isprintable()
    sections = tomllib.loads(learnt.sections()).get("device", [])
    assert {(section["driver"], section["address"]) for section in sections} == {
        (one.driver, one.address) for one in all_heard
    }
    assert all(section.keys() <= {"id", "driver", "address", "room", "code_map"} for section in sections)
    assert sum(source.times for source in learnt.sources()) == len(all_heard)


def test_a_town_full_of_senders_does_not_fill_the_memory() -> None:
    learnt = Learnt({})
    for number in range(10_000):
        learnt.add(Heard("ev1527", f"{number:05X}", f"{number % 16:X}"))
        learnt.add(Heard("zigbee2mqtt", "remote", f"action-{number}"))
    assert len(learnt.sources()) == SOURCES_LIMIT
    assert max(len(source.codes) for source in learnt.sources()) == CODES_LIMIT
