"""The district of a fleet: its broker, unless another one is given, and the real desk with its database."""

import asyncio
import os
import shutil
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from simulator import broker
from simulator.children import Child, Children, ready
from simulator.fleet.homes import DISTRICT, PLAIN
from simulator.ports import LOOPBACK, free_port
from simulator.readiness import accepts
from simulator.web import Site, WebError

START_SECONDS = 30.0
_BIN = Path(sys.executable).parent
_MOSQUITTO_PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/opt/homebrew/sbin"
# As deploy/district-broker/mosquitto.conf but for persistence: a fleet's broker has nothing to outlive.
_MOSQUITTO = """\
listener {port} {host}
allow_anonymous true
max_packet_size 32768
max_queued_messages 100000
max_queued_bytes 268435456
set_tcp_nodelay true
log_type error
"""
_DESK = """\
district = "{district}"
[broker]
host = "{host}"
port = {port}
{tls}
[database]
url = "sqlite:///{database}"
[http]
host = "{host}"
port = {http}
"""


@dataclass(slots=True)
class District:
    """A running district. `broker_port` is where the homes connect."""

    folder: Path
    database: Path
    programs: Children
    broker_port: int
    own_broker: bool
    broker_name: str = "given"
    desk: Site = field(default_factory=lambda: Site(free_port()))
    _broker_settings: str = ""
    _broker: Child | None = None
    _desk: Child | None = None

    async def start(self, tls: str = PLAIN, broker_settings: str = "") -> None:
        """Start everything; returns once the desk hears the broker. Raises ChildError, OSError.

        `tls` are lines for the desk's file, `broker_settings` such for a Mosquitto of our own.
        """
        self._broker_settings = broker_settings
        if self.own_broker:
            await self.start_broker()
        values = {"district": DISTRICT, "host": LOOPBACK, "port": self.broker_port, "tls": tls}
        file = self.folder / "desk.toml"
        file.write_text(
            _DESK.format(database=self.database.absolute(), http=self.desk.port, **values), encoding="utf-8"
        )
        words = [f"{_BIN}/anju-desk", "token", "--config", str(file), "--name", "fleet", "--role", "operator"]
        token = (await (await self.programs.start("the making of a token", words)).output()).splitlines()[-1]
        self.desk = Site(self.desk.port, token)
        self._desk = await self.programs.start("the desk", [f"{_BIN}/anju-desk", "run", "--config", str(file)])
        await ready(self._desk, partial(_hears, self.desk))

    async def start_broker(self) -> None:
        """Start the district's own broker, on the same port each time. Raises ChildError, OSError."""
        mosquitto = find_mosquitto()
        command = broker.command(self.broker_port)
        self.broker_name = "rumqttd"
        if mosquitto is not None:
            settings = self.folder / "mosquitto.conf"
            lines = [_MOSQUITTO.format(port=self.broker_port, host=LOOPBACK), self._broker_settings]
            if os.geteuid() == 0:
                lines.append("user root")  # else it drops to one that may not read the folder
            settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
            command, self.broker_name = [mosquitto, "-c", str(settings)], "mosquitto"
        self._broker = await self.programs.start("the district's broker", command)
        await ready(self._broker, partial(accepts, self.broker_port))

    async def kill_broker(self) -> None:
        """As a power cut does; nothing of it is kept."""
        if self._broker is not None:
            self._broker.signal(signal.SIGKILL)
            await self._broker.ended

    def freeze_desk(self) -> None:
        """The desk stands still, with its connection open."""
        self._signal_desk(signal.SIGSTOP)

    def thaw_desk(self) -> None:
        """The desk goes on."""
        self._signal_desk(signal.SIGCONT)

    async def stop_desk(self) -> None:
        """Stop it in order: all that it was sent is in its database."""
        self.thaw_desk()
        self._signal_desk(signal.SIGTERM)
        if self._desk is not None:
            async with asyncio.timeout(START_SECONDS):
                await self._desk.ended

    async def guard(self) -> None:
        """Wait until the desk ends. Raises ChildError then."""
        if self._desk is not None:
            await self._desk.guard()

    def _signal_desk(self, which: signal.Signals) -> None:
        if self._desk is not None:
            self._desk.signal(which)


def find_mosquitto() -> str | None:
    """Where Mosquitto is installed, None where it is not."""
    return shutil.which("mosquitto", path=_MOSQUITTO_PLACES)


async def _hears(desk: Site) -> bool:
    """Whether the desk has its line to the broker."""
    with suppress(WebError):
        status, _ = await desk.get("/healthz")
        return status == 200
    return False
