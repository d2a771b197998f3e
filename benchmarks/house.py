"""A real gateway for measuring: its own process, a pty for its radio, a broker process, and a centre that answers."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from drivers.link.mqtt import LinkLostError
from simulator import broker
from simulator.ports import LOOPBACK, free_port, listens

START_TIMEOUT_SECONDS = 20.0
_ON_SERIAL = "listening on serial"
_READY = ("connected to the district", _ON_SERIAL, "listening on the local broker")


@contextmanager
def running_broker(folder: Path, port: int | None = None) -> Iterator[tuple[str, int]]:
    """A broker process and its name: Mosquitto where it is installed, else the one that comes with us."""
    port = port or free_port()
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if mosquitto:
        settings = folder / f"mosquitto-{port}.conf"
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


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A house to measure: where its brokers and its radio are, what is enrolled in it."""

    district_port: int
    local_port: int
    serial_path: str | None = None
    cords: Sequence[str] = ("9EAD9",)
    buttons: int = 1
    motions: int = 0


@contextmanager
def running_gateway(folder: Path, plan: Plan) -> Iterator[Gateway]:
    """`anju run` in such a house, once all its lines are up."""
    config = folder / "gateway.toml"
    config.write_text(_config(folder, plan), encoding="utf-8")
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("anju")), "run", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            gateway = Gateway(process, 0.0)
            missing = set(_READY) if plan.serial_path is not None else set(_READY) - {_ON_SERIAL}
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


def _config(folder: Path, plan: Plan) -> str:
    head = f"""
district = "bench"
gateway = "gw-bench"
resident = "r-bench"
[store]
path = "{folder}/anju.db"
[uplink]
host = "{LOOPBACK}"
port = {plan.district_port}
tls = false
[broker]
host = "{LOOPBACK}"
port = {plan.local_port}
[http]
host = "{LOOPBACK}"
port = 0
[notice]
sound = false
[intake]
presses_per_minute = 0
"""
    if plan.serial_path is not None:
        head += f'[[serial]]\nname = "rf"\npath = "{plan.serial_path}"\ndriver = "sonoff_rf_bridge"\n'
    cords = [_device(address, "ev1527", address, "ev1527-cord", 'code_map = { "F" = "sos" }') for address in plan.cords]
    buttons = [_device(f"button-{n}", "zigbee2mqtt", f"button-{n}", "generic-button") for n in range(plan.buttons)]
    motions = [_device(f"motion-{n}", "zigbee2mqtt", f"motion-{n}", "generic-motion") for n in range(plan.motions)]
    return head + "\n".join([*cords, *buttons, *motions])


def _device(name: str, driver: str, address: str, model: str, more: str = "") -> str:
    return (
        f'[[device]]\nid = "{name}"\ndriver = "{driver}"\naddress = "{address}"\nmodel = "{model}"\n'
        f'room = "bathroom"\n{more}\n'
    )


def _until(predicate: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not predicate():
        if time.monotonic() > deadline:
            raise LinkLostError("the broker did not start")
        time.sleep(0.02)
