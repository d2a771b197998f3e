"""A house of real programs on loopback: its gateway, its own broker, and a pseudo-terminal for each receiver."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from drivers.link.mqtt import Endpoint, Inbound, MqttError, Session, SessionOptions, open_session
from drivers.link.pty import PtyPair
from simulator import broker
from simulator.children import Child, Children, ready
from simulator.gateway_file import Place
from simulator.ports import LOOPBACK
from simulator.readiness import accepts
from simulator.zigbee import Publication

_BIN = Path(sys.executable).parent
_RETRY_SECONDS = 0.1
_SIGNS_OF_LIFE = ("connected to the district", "listening on the local broker", "listening on serial")
"""What a gateway says once it hears and is heard."""


class RealHouse:
    """Its programs run in `programs`; `run` has to run for it. A gateway's file must stand at the place.

    `on_line` sees each line of the gateway's log.
    """

    def __init__(
        self,
        place: Place,
        receivers: tuple[str, ...],
        programs: Children,
        group: asyncio.TaskGroup,
        on_line: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._on_line = on_line
        self._place = place
        self._receivers = receivers
        self._programs = programs
        self._group = group
        self._radios: dict[str, PtyPair] = {}
        self._broker: Child | None = None
        self._gateway: Child | None = None
        self._said: set[str] = set()
        self._session: Session | None = None
        self._connected = asyncio.Event()

    async def run(self) -> NoReturn:
        """Be the devices' line to the house's own broker for ever."""
        endpoint = Endpoint(host=LOOPBACK, port=self._place.local_port)
        while True:
            try:
                async with open_session(endpoint, SessionOptions(client_id="anju-sim-devices"), _ignore) as session:
                    self._session = session
                    self._connected.set()
                    await session.lost()
            except MqttError:
                self._session = None
                self._connected.clear()
            await asyncio.sleep(_RETRY_SECONDS)  # a broker that is away has no event to wait for

    async def radio(self, receiver: str, data: bytes) -> None:
        """A receiver's line says these bytes; nothing while it is unplugged."""
        if receiver in self._radios:
            await self._radios[receiver].write(data)

    def publish(self, message: Publication) -> None:
        """A device's message reaches the house's own broker; nothing while that is down."""
        if self._session is not None:
            self._session.publish(message.topic, message.payload, retain=message.retain)

    def plug(self) -> None:
        """Plug the receivers in. Raises OSError where the machine has no pseudo-terminal left."""
        for receiver in self._receivers:
            if receiver not in self._radios:
                radio = self._radios[receiver] = PtyPair(self._place.serial_path(receiver))
                radio.__enter__()
                self._group.create_task(_read(radio))

    def unplug(self) -> None:
        """Pull their cables."""
        for radio in self._radios.values():
            radio.unplug()
        self._radios.clear()

    async def start_broker(self) -> None:
        """Returns once it serves and the devices are connected to it. Raises ChildError."""
        port = self._place.local_port
        self._broker = await self._programs.start("the local broker", broker.command(port))
        await ready(self._broker, partial(accepts, port))
        await self._connected.wait()

    async def stop_broker(self) -> None:
        """It ends as in a power cut."""
        if self._broker is not None:
            await self._broker.kill()

    async def start_gateway(self) -> None:
        """Returns once it hears its lines, as far as they are there. Raises ChildError."""
        self._said.clear()
        command = [str(_BIN / "anju"), "run", "--config", str(self._place.file)]
        self._gateway = await self._programs.start("the gateway", command, self._note)
        await ready(self._gateway, self._hears)

    async def cut_power(self) -> None:
        """The gateway ends between two instructions."""
        if self._gateway is not None:
            await self._gateway.kill()

    def _note(self, line: str) -> None:
        self._said |= {sign for sign in _SIGNS_OF_LIFE if sign in line}
        self._on_line(line)

    async def _hears(self) -> bool:
        broker_runs = self._broker is not None and self._broker.running
        wanted = {_SIGNS_OF_LIFE[1]} if broker_runs else set()
        return self._said >= (wanted | {_SIGNS_OF_LIFE[2]} if self._radios else wanted)


async def _read(radio: PtyPair) -> None:
    """Take what the gateway says to a receiver, or its line would fill up; until it is unplugged."""
    try:
        while True:
            await radio.read()
    except OSError:
        return


def _ignore(_session: Session, _inbound: Inbound) -> None:
    """Devices that only send subscribe to nothing."""
