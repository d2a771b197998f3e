"""What the fault tests share: cords and their frames, messages in the house, reading what the gateway stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt

from drivers.link.pty import PtyPair
from drivers.sonoff_rf_bridge import encode_key
from simulator.ports import LOOPBACK
from tests.support.house import CORD, House
from tests.support.processes import Child, run

SOS, TAMPER, LOW_BATTERY = "F", "B", "E"


def frame(code: str, address: str = CORD["address"]) -> bytes:
    """What the receiver says when a cord sends one of its codes."""
    return encode_key(address + code)


def cord(number: int) -> dict[str, Any]:
    """A further cord of the house."""
    return {**CORD, "id": f"cord-{number}", "address": f"A{number:04X}"}


async def say(port: int, topic: str, payload: bytes | dict[str, Any]) -> None:
    """Publish in the house, as zigbee2mqtt does."""
    async with aiomqtt.Client(LOOPBACK, port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.publish(topic, payload if isinstance(payload, bytes) else json.dumps(payload), qos=1)


async def ready(gateway: Child, *, uplink: bool = True, serial: bool = True, broker: bool = True) -> None:
    """Wait until the gateway hears and is heard."""
    if uplink:
        await gateway.wait_line("connected to the district")
    if serial:
        await gateway.wait_line("listening on serial")
    if broker:
        await gateway.wait_line("listening on the local broker")


@asynccontextmanager
async def radio_on(house: House) -> AsyncIterator[PtyPair]:
    """A receiver plugged into the house, whose acknowledgements are read and forgotten."""
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(_read_for_ever(radio))
            try:
                yield radio
            finally:
                reading.cancel()


async def _read_for_ever(radio: PtyPair) -> None:
    while True:
        await radio.read()


def stored(house: House, kind: str | None = None) -> list[dict[str, Any]]:
    """What `anju events --json` shows, oldest first."""
    arguments = ("--kind", kind) if kind else ()
    shown = run("anju", "events", "--config", house.file, "--json", *arguments)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def notes(house: House) -> str:
    """What the gateway says is wrong, on its health page."""
    status, body = house.get("/healthz")
    return "\n".join(json.loads(body).get("notes", [])) if status else ""


def problems(gateway: Child) -> list[str]:
    """The lines of a gateway's log that are warnings or worse; notices and the file's own warnings not counted."""
    worse = [line for line in gateway.lines if " WARNING " in line or " ERROR " in line]
    return [line for line in worse if "notice " not in line and ": warning: " not in line]
