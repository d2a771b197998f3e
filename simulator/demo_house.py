"""The demo's house and district: one folder with every file, free loopback ports, and the programs on them."""

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from simulator import broker
from simulator.children import Child, Children, ready
from simulator.ports import LOOPBACK, free_port
from simulator.readiness import CONNECTED, accepts, shows
from simulator.web import Site

CORD_CODE = "9EAD9F"
SMOKE_NAME = "smoke-1"
GATEWAY, RESIDENT = "gw-demo", "r-demo-1"
_BIN = Path(sys.executable).parent
_CONNECTED = (CONNECTED, 'anju_serial_connected{port="rf"} 1.0')

_GATEWAY = """\
district = "d1"
gateway = "gw-demo"
resident = "r-demo-1"
[store]
path = "{folder}/gateway.db"
[uplink]
host = "{host}"
port = {district}
tls = false
[broker]
host = "{host}"
port = {local}
[http]
host = "{host}"
port = {gateway}
[notice]
sound = false
[[serial]]
name = "rf"
path = "{folder}/rf"
driver = "sonoff_rf_bridge"
[[device]]
id = "cord-bath"
driver = "ev1527"
address = "9EAD9"
model = "ev1527-cord"
room = "bathroom"
code_map = {{ "F" = "sos", "B" = "tamper", "E" = "low_battery" }}
[[device]]
id = "smoke-kitchen"
driver = "zigbee2mqtt"
address = "smoke-1"
model = "generic-smoke"
room = "kitchen"
[[device]]
id = "button-bed"
driver = "zigbee2mqtt"
address = "button-1"
model = "generic-button"
room = "bedroom"
"""
_DESK = """\
district = "d1"
[broker]
host = "{host}"
port = {district}
tls = false
[database]
url = "sqlite:///{folder}/desk.db"
[http]
host = "{host}"
port = {desk}
"""
_RESIDENTS = """\
pseudonym,name,address,telephone,note
r-demo-1,演示住户一,演示小区1号,,演示用卡片
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Free loopback ports. Raises OSError where there is no loopback."""

    district: int = field(default_factory=free_port)
    local: int = field(default_factory=free_port)
    gateway: int = field(default_factory=free_port)
    desk: int = field(default_factory=free_port)


async def start_district(folder: Path, ports: Ports, programs: Children) -> str:
    """Start both brokers and the desk. Returns an operator's token once all serve. Raises ChildError."""
    _write(folder, ports)
    for name, port in (("the district's broker", ports.district), ("the local broker", ports.local)):
        child = await programs.start(name, broker.command(port))
        await ready(child, partial(accepts, port))
    return (await open_desk(folder, ports, programs))[0]


async def open_desk(folder: Path, ports: Ports, programs: Children) -> tuple[str, Child]:
    """Start the desk for the first time. Returns an operator's token and the desk once it serves. Raises ChildError."""
    (folder / "desk.toml").write_text(_DESK.format_map({"folder": folder, "host": LOOPBACK, **asdict(ports)}))
    (folder / "cards.csv").write_text(_RESIDENTS, encoding="utf-8")
    config = ("--config", f"{folder}/desk.toml")
    await _finish(programs, "the import of the cards", "residents", *config, "--import", f"{folder}/cards.csv")
    token = await _finish(programs, "the making of a token", "token", *config, "--name", "demo", "--role", "operator")
    return token.splitlines()[-1], await start_desk(folder, ports, programs)


async def start_desk(folder: Path, ports: Ports, programs: Children) -> Child:
    """Start the desk, for the first time or again; returns once it serves. Raises ChildError."""
    command = [f"{_BIN}/anju-desk", "run", "--config", f"{folder}/desk.toml", "--sign-in-visitors"]
    desk = await programs.start("the desk", command)
    await ready(desk, partial(shows, Site(ports.desk), "/healthz"))
    return desk


async def start_gateway(folder: Path, ports: Ports, programs: Children, on_line: Callable[[str], None]) -> None:
    """Start the gateway. Returns once its line to the district and its serial port are open. Raises ChildError."""
    command = [f"{_BIN}/anju", "run", "--config", f"{folder}/gateway.toml"]
    gateway = await programs.start("the gateway", command, on_line)
    site = Site(ports.gateway)
    await ready(gateway, partial(shows, site, "/healthz"))
    await ready(gateway, partial(shows, site, "/metrics", *_CONNECTED))


def _write(folder: Path, ports: Ports) -> None:
    values = {"folder": folder, "host": LOOPBACK, **asdict(ports)}
    (folder / "gateway.toml").write_text(_GATEWAY.format_map(values), encoding="utf-8")


async def _finish(programs: Children, name: str, *words: str) -> str:
    return await (await programs.start(name, [f"{_BIN}/anju-desk", *words])).output()
