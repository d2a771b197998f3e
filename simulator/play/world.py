"""The world of the page to play with: a house of real programs, its line, the district's broker and its desk."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from drivers.link.group import Group
from simulator import broker
from simulator.children import Child, Children, children, ready
from simulator.demo_house import GATEWAY, RESIDENT, Ports, open_desk, start_desk
from simulator.gateway_file import Place, gateway_file
from simulator.plan import Plan
from simulator.ports import free_port
from simulator.readiness import accepts
from simulator.real_house import RealHouse
from simulator.web import Site
from simulator.wire import Wire, wire
from simulator.world import POWER_OFF, POWER_ON, Change
from simulator.zigbee import Publication

WHOLE = {"power": True, "receivers": True, "local_broker": True, "line": True, "broker": True, "centre": True}
_STATE_OF = {
    POWER_OFF: ("power", False), POWER_ON: ("power", True),
    "unplug": ("receivers", False), "plug": ("receivers", True),
    "local_broker_down": ("local_broker", False), "local_broker_up": ("local_broker", True),
    "line_down": ("line", False), "line_up": ("line", True),
    "broker_down": ("broker", False), "broker_up": ("broker", True),
    "centre_down": ("centre", False), "centre_up": ("centre", True),
}  # fmt: skip


class PlayWorld:
    """Made by `play_world`. `works` tells which parts of it do; `desk` is the operators' page, with a token."""

    def __init__(self, folder: Path, ports: Ports, programs: Children, house: RealHouse, line: Wire) -> None:
        self.works = dict(WHOLE)
        self.desk = Site(ports.desk)
        self.gateway = Site(ports.gateway)
        self._folder = folder
        self._ports = ports
        self._programs = programs
        self._house = house
        self._broker: Child | None = None
        self._desk: Child | None = None
        self._at_once: dict[str, Callable[[], None]] = {
            "unplug": house.unplug, "plug": house.plug, "line_down": line.cut, "line_up": line.mend,
        }  # fmt: skip
        self._awaited: dict[str, Callable[[], Awaitable[None]]] = {
            "local_broker_down": house.stop_broker, "local_broker_up": house.start_broker,
            "broker_down": self._stop_broker, "broker_up": self._start_broker,
            "centre_down": self._stop_desk, "centre_up": self._start_desk,
            POWER_OFF: house.cut_power, POWER_ON: house.start_gateway,
        }  # fmt: skip

    async def start(self) -> None:
        """Start everything, the district first; returns once it runs. Raises ChildError."""
        await self._start_broker()
        token, self._desk = await open_desk(self._folder, self._ports, self._programs)
        self.desk = Site(self._ports.desk, token)
        await self._house.start_broker()
        self._house.plug()
        await self._house.start_gateway()

    async def radio(self, receiver: str, data: bytes) -> None:
        """A receiver's line says these bytes."""
        await self._house.radio(receiver, data)

    async def publish(self, message: Publication) -> None:
        """A device's message reaches the house's own broker."""
        self._house.publish(message)

    async def change(self, change: Change) -> None:
        """Something happens to the world itself; nothing where it is so already. Raises ChildError."""
        part, works = _STATE_OF[change.do]
        if self.works[part] is works:
            return
        self.works[part] = works
        if change.do in self._at_once:
            self._at_once[change.do]()
        else:
            await self._awaited[change.do]()

    async def _start_broker(self) -> None:
        self._broker = await self._programs.start("the district's broker", broker.command(self._ports.district))
        await ready(self._broker, partial(accepts, self._ports.district))

    async def _stop_broker(self) -> None:
        if self._broker is not None:
            await self._broker.kill()

    async def _start_desk(self) -> None:
        self._desk = await start_desk(self._folder, self._ports, self._programs)

    async def _stop_desk(self) -> None:
        if self._desk is not None:
            await self._desk.kill()


@asynccontextmanager
async def play_world(plan: Plan, folder: Path, on_line: Callable[[str], None]) -> AsyncIterator[PlayWorld]:
    """A world for the block; `start` it. `on_line` sees each line of the gateway's log. Raises ChildError, OSError."""
    ports, line_port = Ports(), free_port()
    place = Place(
        folder=folder, district_port=line_port, local_port=ports.local, http_port=ports.gateway, gateway=GATEWAY,
        resident=RESIDENT,
    )  # fmt: skip
    place.file.write_text(gateway_file(plan, place), encoding="utf-8")
    receivers = tuple(receiver.name for receiver in plan.receivers)
    async with children() as programs, wire(line_port, ports.district) as line, Group() as group:
        house = RealHouse(place, receivers, programs, group, on_line)
        devices = group.create_task(house.run())
        try:
            yield PlayWorld(folder, ports, programs, house, line)
        finally:
            house.unplug()
            devices.cancel()
