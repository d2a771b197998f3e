"""Sirens on the lines of a running gateway: when they start, and that they always stop."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt

from drivers.link.pty import PtyPair
from simulator.ports import LOOPBACK, free_port
from tests.gateway.faults import SOS, frame, ready, say
from tests.gateway.test_commands_house import command
from tests.support.brokers import Broker
from tests.support.centre import call_centre, silent
from tests.support.house import House
from tests.support.wait import until

SIREN: dict[str, Any] = {
    "name": "siren-hall", "driver": "zigbee2mqtt", "action": "siren", "address": "siren-1", "alarms": ["fire"],
}  # fmt: skip
CODE: dict[str, Any] = {
    "name": "siren-433", "driver": "sonoff_rf_bridge", "action": "code", "address": "rf", "code": "ABCDE1",
    "code_off": "ABCDE2", "alarms": ["person"],
}  # fmt: skip
SEND_ON, SEND_OFF = (bytes.fromhex(f"AAA52A62015E041A{code}55") for code in ("ABCDE1", "ABCDE2"))
ACKNOWLEDGED = bytes.fromhex("AAA055")


@asynccontextmanager
async def sirens(port: int) -> AsyncIterator[list[str]]:
    """The modes that sirens in the house are told, in order."""
    modes: list[str] = []

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            modes.append(json.loads(message.payload)["warning"]["mode"])

    async with aiomqtt.Client(LOOPBACK, port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("zigbee2mqtt/+/set", qos=1)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listen(client))
            yield modes
            listening.cancel()


async def test_a_siren_sounds_at_smoke_and_stops_when_it_clears_is_silenced_or_the_gateway_was_killed(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port, outputs=[SIREN])
    smoke, port = "zigbee2mqtt/smoke-1", local_broker.port
    async with call_centre(district_broker, manner=silent) as centre, sirens(port) as modes:
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            await until(lambda: modes == ["stop"], what="an end that got lost before the start is told again")
            await say(port, smoke, {"smoke": True})
            await until(lambda: modes == ["stop", "fire"])
            await say(port, smoke, {"smoke": False})
            await until(lambda: modes == ["stop", "fire", "stop"])
            await say(port, "zigbee2mqtt/button-1", {"action": "on"})
            await say(port, smoke, {"smoke": True})
            await until(lambda: modes[3:] == ["fire"], what="a person's alarm sounds no fire siren")
            alarm = next(heard for heard in reversed(centre.on("alarm", type="smoke", kind="alarm", state="active")))
            assert (await command(centre, "silence", alarm=alarm.alarm))["done"] is True
            await until(lambda: modes[3:] == ["fire", "stop"])
            await say(port, smoke, {"smoke": False})
            await say(port, smoke, {"smoke": True})
            await until(lambda: modes[5:] == ["fire"], what="the next fire is heard again")
            await gateway.kill()
            await say(port, smoke, {"smoke": False})
        modes.clear()
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            await until(lambda: modes[-1:] == ["stop"], what="cleared while nobody was there to say so")


async def test_a_code_is_sent_by_the_bridge_and_nothing_before_the_event_is_stored(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port(), outputs=[CODE])
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with house.gateway_running() as gateway:
            await ready(gateway, uplink=False, broker=False)
            said = b""
            while SEND_OFF not in said:
                said += await radio.read()
            assert said == SEND_OFF
            with sqlite3.connect(house.store, isolation_level=None) as disk:
                disk.execute("BEGIN IMMEDIATE")  # the disk takes nothing: the alarm goes out from memory after a while
                await radio.write(frame(SOS))
                said = await radio.read()
                heard = datetime.now(UTC)
                line = await gateway.wait_line(r"^([\d-]+ [\d:]+,\d+) .*the store cannot be written")
                ill = datetime.strptime(line.group(1), "%Y-%m-%d %H:%M:%S,%f").astimezone()
                assert ill <= heard, "answered or sounded before that"
                while SEND_ON not in said or ACKNOWLEDGED not in said:
                    said += await radio.read()
                disk.execute("ROLLBACK")
