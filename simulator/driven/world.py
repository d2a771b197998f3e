"""A scenario's world in virtual time: one house, both brokers, the line between and the centre, all in this process."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.link.endpoint import Endpoint, SessionOptions
from drivers.link.group import Group
from drivers.link.session import OnMessage
from gateway.contract import topics
from simulator import inside
from simulator.driven.broker import MemoryBroker
from simulator.driven.centre import Handling, MemoryCentre
from simulator.driven.clock import HouseClock
from simulator.driven.ids import DrawnIds
from simulator.driven.kept import Message
from simulator.driven.pulse import Pulse
from simulator.driven.session import MemorySession
from simulator.gateway_file import Place, gateway_file
from simulator.memory_port import MemoryPort, MemoryPorts
from simulator.plan import Plan
from simulator.scenario import Scenario
from simulator.world import POWER_OFF, POWER_ON, Change
from simulator.zigbee import Publication

SETTLING_SECONDS = 60.0
"""So long before its midnight a scenario's house is started: it is awake when the first thing happens."""
_DISTRICT_PORT, _LOCAL_PORT, _HTTP_PORT = 1, 2, 3
_LOCAL_DELAY_SECONDS = 0.001
_ROUTINE = (f"/{topics.STATUS}", f"/{topics.TELEMETRY}")
"""What a house sends though nothing has happened."""


class DrivenWorld:
    """Made by `driven_world`. Its time is the loop's, the scenario's midnight lies at SETTLING_SECONDS."""

    def __init__(
        self,
        plan: Plan,
        config: inside.Config,
        place: Place,
        clock: HouseClock,
        slower: float,
        handling: Handling,
        seed: str,
    ) -> None:
        self.clock = clock
        self.district = MemoryBroker()
        self.watch: Callable[[str, bytes], object] = lambda _topic, _payload: None
        """Is told topic and payload of every message that the district's broker takes."""
        self._local = MemoryBroker(_LOCAL_DELAY_SECONDS)
        self._config = config
        self._place = place
        self._loop = asyncio.get_running_loop()
        self._pulse = Pulse(slower)
        self.district.watch = self._watch
        self._draw = random.Random(f"{seed} house")
        self._new_id = DrawnIds(random.Random(f"{seed} ids"), clock.now)
        self._radios = {receiver.name: MemoryPort(str(place.serial_path(receiver.name))) for receiver in plan.receivers}
        self._ports = MemoryPorts(*self._radios.values())
        self._centre = MemoryCentre(
            self.district, place.district, random.Random(f"{seed} centre"), clock.true, handling
        )
        self._house: inside.DrivenHouse | None = None
        self._running: asyncio.Task[int] | None = None
        self._answering: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup

    # -- as `simulator.world.World` -----------------------------------------------------------------------------------

    async def until(self, at: float) -> None:
        """Let that time come."""
        seconds = at + SETTLING_SECONDS - self._loop.time()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def radio(self, receiver: str, data: bytes) -> None:
        """A receiver's serial line says these bytes."""
        self._pulse.stir()
        self._radios[receiver].say(data)

    async def publish(self, message: Publication) -> None:
        """A device's message reaches the house's own broker."""
        if self._local.is_up:
            self._local.take("devices", Message(message.topic, message.payload, message.retain))

    async def change(self, change: Change) -> None:
        """Something happens to the world itself."""
        self._pulse.stir()
        match change.do:
            case "unplug" | "plug":
                for port in self._radios.values():
                    port.unplug() if change.do == "unplug" else port.plug()
            case "local_broker_down":
                self._local.go_down()
            case "local_broker_up":
                self._local.come_up()
            case "broker_down":
                self.district.go_down()
            case "broker_up":
                self.district.come_up()
            case "line_down":
                self.district.cut_line()
            case "line_up":
                self.district.mend_line()
            case "clock":
                self.clock.jump(change.step.numbers["seconds"])
            case _:
                await self._of_people(change)

    async def _of_people(self, change: Change) -> None:
        match change.do:
            case "centre_down":
                await self._leave_the_desk()
            case "centre_up":
                self._take_the_desk()
            case "command":
                device = change.step.device
                late_seconds = change.step.numbers["late_seconds"]
                self._centre.order_test(self._place.gateway, device.id if device else None, late_seconds)
            case do if do == POWER_OFF:
                await self.cut_power()
            case do if do == POWER_ON:
                self.give_power()

    # -- the house and the centre -------------------------------------------------------------------------------------

    def give_power(self) -> None:
        """Start the house; what its store holds is what the last run left."""
        if self._running is not None:
            return
        self._house = inside.DrivenHouse(
            self._config, self.clock, self._open_session, self._ports.open, self._new_id, self._jitter,
            self._pulse.pause,
        )  # fmt: skip
        self._running = self._group.create_task(self._house.run(), name="house")

    async def cut_power(self) -> None:
        """Take the house's power: nothing of it runs on."""
        running, self._running = self._running, None
        if running is None or self._house is None:
            return
        self._house.cut()
        running.cancel()
        await asyncio.wait([running])

    def _take_the_desk(self) -> None:
        if self._answering is None:
            self._answering = self._group.create_task(self._centre.run(), name="centre")

    async def _leave_the_desk(self) -> None:
        answering, self._answering = self._answering, None
        if answering is not None:
            answering.cancel()
            await asyncio.wait([answering])

    def _watch(self, _client: str, topic: str, payload: bytes) -> None:
        if not topic.endswith(_ROUTINE):
            self._pulse.stir()
        self.watch(topic, payload)

    def _jitter(self) -> float:
        return self._draw.uniform(0.5, 1.5)

    @asynccontextmanager
    async def _open_session(
        self, endpoint: Endpoint, options: SessionOptions, on_message: OnMessage
    ) -> AsyncIterator[MemorySession]:
        broker = self.district if endpoint.port == _DISTRICT_PORT else self._local
        async with broker.open_session(endpoint, options, on_message) as session:
            yield session

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """For the block: the desk is taken, the house has power."""
        async with Group() as group:
            self._group = group
            self._take_the_desk()
            self.give_power()
            yield
            await self.cut_power()
            await self._leave_the_desk()


def place_in(folder: Path, gateway: str) -> Place:
    """Where a driven house lives; its ports are names of brokers in memory."""
    return Place(
        folder=folder, district_port=_DISTRICT_PORT, local_port=_LOCAL_PORT, http_port=_HTTP_PORT, gateway=gateway
    )


@asynccontextmanager
async def driven_world(
    scenario: Scenario, folder: Path, slower: float, handling: Handling = (), gateway: str = "gw-0001"
) -> AsyncIterator[DrivenWorld]:
    """A world for the block, its store and the gateway's file in `folder`. Raises ConfigError for an unfit plan.

    `slower` is the house's pulse in the quiet; `handling` what people at the desk do besides having received an alarm.
    """
    place = place_in(folder, gateway)
    place.file.write_text(gateway_file(scenario.plan, place, scenario.gateway), "utf-8")
    clock = HouseClock(scenario.moment(-SETTLING_SECONDS))
    world = DrivenWorld(scenario.plan, inside.load(place.file), place, clock, slower, handling, str(scenario.seed))
    async with world.living():
        yield world
