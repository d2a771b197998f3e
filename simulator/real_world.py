"""A scenario's world in real time: a house of real programs, the line from it, the district's broker and a centre."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from drivers.link.group import Group
from drivers.link.mqtt import Endpoint
from simulator import broker
from simulator.children import Child, Children, children, ready
from simulator.gateway_file import Place, gateway_file
from simulator.ports import LOOPBACK, free_port
from simulator.readiness import accepts
from simulator.real_centre import District
from simulator.real_house import RealHouse
from simulator.scenario import Scenario
from simulator.wire import Wire, wire
from simulator.world import POWER_OFF, POWER_ON, Change
from simulator.zigbee import Publication


class RealWorld:
    """Made by `real_world`. Time is the computer's; it stands at `since` seconds after midnight until `begin`."""

    def __init__(
        self, place: Place, broker_port: int, programs: Children, house: RealHouse, line: Wire, since: float
    ) -> None:
        self._place = place
        self._broker_port = broker_port
        self._programs = programs
        self._house = house
        self._since = since
        self._loop = asyncio.get_running_loop()
        self._began: float | None = None
        self._broker: Child | None = None
        self.district = District(Endpoint(host=LOOPBACK, port=broker_port), place.district, self.now)
        self._at_once: dict[str, Callable[[], None]] = {
            "unplug": house.unplug,
            "plug": house.plug,
            "line_down": line.cut,
            "line_up": line.mend,
            "centre_down": partial(self.district.be_there, is_there=False),
            "centre_up": partial(self.district.be_there, is_there=True),
        }
        self._awaited: dict[str, Callable[[], Awaitable[None]]] = {
            "local_broker_down": house.stop_broker,
            "local_broker_up": house.start_broker,
            "broker_down": self._stop_broker,
            "broker_up": self.start_broker,
            POWER_OFF: house.cut_power,
            POWER_ON: house.start_gateway,
        }

    def now(self) -> float:
        """Seconds after the scenario's midnight."""
        return self._since + (0.0 if self._began is None else self._loop.time() - self._began)

    def begin(self) -> None:
        """Let time pass."""
        self._began = self._loop.time()

    async def start_broker(self) -> None:
        """Start the district's broker; returns once it serves and is listened to. Raises ChildError."""
        self._broker = await self._programs.start("the district's broker", broker.command(self._broker_port))
        await ready(self._broker, partial(accepts, self._broker_port))
        await self.district.connected()

    async def _stop_broker(self) -> None:
        if self._broker is not None:
            await self._broker.kill()

    # -- as `simulator.world.World` -----------------------------------------------------------------------------------

    async def until(self, at: float) -> None:
        """Let that time come."""
        await asyncio.sleep(max(0.0, at - self.now()))

    async def radio(self, receiver: str, data: bytes) -> None:
        """A receiver's line says these bytes."""
        await self._house.radio(receiver, data)

    async def publish(self, message: Publication) -> None:
        """A device's message reaches the house's own broker."""
        self._house.publish(message)

    async def change(self, change: Change) -> None:
        """Something happens to the world itself. Raises ChildError where a program does not start."""
        if change.do == "command":
            device = change.step.device
            late_seconds = change.step.numbers["late_seconds"]
            self.district.order_test(self._place.gateway, device.id if device else None, late_seconds)
        elif change.do in self._at_once:
            self._at_once[change.do]()
        else:
            await self._awaited[change.do]()


@asynccontextmanager
async def real_world(scenario: Scenario, folder: Path, since: float) -> AsyncIterator[RealWorld]:
    """A world for the block, everything in it running; time stands until `begin`. Raises ChildError, OSError."""
    line_port, broker_port = free_port(), free_port()
    place = Place(folder=folder, district_port=line_port, local_port=free_port(), http_port=free_port())
    place.file.write_text(gateway_file(scenario.plan, place, scenario.gateway), encoding="utf-8")
    receivers = tuple(receiver.name for receiver in scenario.plan.receivers)
    async with children() as programs, wire(line_port, broker_port) as line, Group() as group:
        house = RealHouse(place, receivers, programs, group)
        world = RealWorld(place, broker_port, programs, house, line, since)
        lasting = [group.create_task(world.district.run()), group.create_task(house.run())]
        try:
            await world.start_broker()
            await house.start_broker()
            house.plug()
            await house.start_gateway()
            yield world
        finally:
            house.unplug()
            for task in lasting:
                task.cancel()
