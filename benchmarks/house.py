"""A real gateway for measuring: its own process, a pty for its radio, a broker process, and a centre that answers."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from drivers.link.mqtt import Endpoint, Inbound, LinkLostError, Session, SessionOptions, open_session
from simulator import broker
from simulator.ports import LOOPBACK, free_port, listens

START_TIMEOUT_SECONDS = 20.0
_READY = ("connected to the district", "listening on serial", "listening on the local broker")


@contextmanager
def running_broker(folder: Path) -> Iterator[tuple[str, int]]:
    """A broker process and its name: Mosquitto where it is installed, else the one that comes with us."""
    port = free_port()
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if mosquitto:
        settings = folder / "mosquitto.conf"
        settings.write_text(
            f"listener {port} {LOOPBACK}\nallow_anonymous true\nmax_queued_messages 0\n", encoding="utf-8"
        )
        name, command = "mosquitto", [mosquitto, "-c", str(settings)]
    else:
        name, command = "rumqttd", broker.command(port)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        try:
            _until(lambda: listens(port))
            yield name, port
        finally:
            child.kill()


@dataclass
class Gateway:
    """A running `anju run`."""

    process: "subprocess.Popen[str]"
    start_seconds: float

    @property
    def log(self) -> IO[str]:
        """Its standard error, where the log goes."""
        assert self.process.stderr is not None
        return self.process.stderr

    def hops(self, count: int) -> dict[str, list[float]]:
        """Wait for so many alarms to be received; milliseconds by hop, from the gateway's own log."""
        found: dict[str, list[float]] = {}
        while len(found.get("received", [])) < count:
            line = self.log.readline()
            if not line:
                raise RuntimeError("the gateway has ended")
            if " decode_ms=" in line:
                for name, value in re.findall(r"(\w+)_ms=([\d.]+)", line):
                    found.setdefault(name, []).append(float(value))
        return found

    def inspect(self) -> psutil.Process:
        """The process, for its memory, processor time and writes."""
        return psutil.Process(self.process.pid)


@contextmanager
def running_gateway(folder: Path, port: int, serial_path: str, addresses: list[str]) -> Iterator[Gateway]:
    """`anju run` with one cord per address and one Zigbee smoke detector, once all its lines are up."""
    config = folder / "gateway.toml"
    config.write_text(_config(folder, port, serial_path, addresses), encoding="utf-8")
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("anju")), "run", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            gateway = Gateway(process, 0.0)
            missing = set(_READY)
            while missing:
                line = gateway.log.readline()
                if not line:
                    raise RuntimeError("the gateway did not start")
                missing -= {ready for ready in missing if ready in line}
            gateway.start_seconds = time.perf_counter() - began
            yield gateway
        finally:
            process.terminate()
            process.wait()


@asynccontextmanager
async def answering_centre(port: int) -> AsyncIterator[dict[str, float]]:
    """A centre that answers `received` at once; yields when each alarm's device was first heard of (perf_counter)."""
    heard: dict[str, float] = {}

    def take(session: Session, inbound: Inbound) -> None:
        arrived = time.perf_counter()
        session.acknowledge(inbound)
        body = json.loads(inbound.payload)
        heard.setdefault(body["data"]["device"], arrived)
        answer = {"id": body["id"] + "-a", "about": body["id"], "state": "received", "at": body["data"]["sent_at"]}
        session.publish(inbound.topic.removesuffix("alarm") + "answer", json.dumps(answer).encode())

    endpoint = Endpoint(host=LOOPBACK, port=port)
    async with open_session(endpoint, SessionOptions(client_id="bench-centre"), take) as session:
        await session.subscribe("anju/v1/bench/+/alarm")
        watch = asyncio.ensure_future(session.lost())
        try:
            yield heard
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)


def _config(folder: Path, port: int, serial_path: str, addresses: list[str]) -> str:
    head = f"""
district = "bench"
gateway = "gw-bench"
resident = "r-bench"
[store]
path = "{folder}/anju.db"
[uplink]
host = "{LOOPBACK}"
port = {port}
tls = false
[broker]
host = "{LOOPBACK}"
port = {port}
[http]
host = "{LOOPBACK}"
port = 0
[[serial]]
name = "rf"
path = "{serial_path}"
driver = "sonoff_rf_bridge"
[[device]]
id = "smoke-kitchen"
driver = "zigbee2mqtt"
address = "smoke-1"
model = "generic-smoke"
room = "kitchen"
"""
    cords = [
        f'[[device]]\nid = "{address}"\ndriver = "ev1527"\naddress = "{address}"\nmodel = "ev1527-cord"\n'
        f'room = "bathroom"\ncode_map = {{ "F" = "sos" }}\n'
        for address in addresses
    ]
    return head + "\n".join(cords)


def _until(predicate: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not predicate():
        if time.monotonic() > deadline:
            raise LinkLostError("the broker did not start")
        time.sleep(0.02)
