"""A home with a resident, for the tests of its rhythm: a wired gateway, real messages, a clock turned by hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from drivers.registry import MQTT_DRIVERS
from gateway.config import load
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs
from gateway.store.rows import Stored
from gateway.store.store import Store
from tests.gateway.houses import HandClock
from tests.support.house import House

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
MIDNIGHT = 1_000.0 + 4 * HOUR
"""What the hand clock shows then is midnight in Shanghai."""
ZIGBEE = "zigbee2mqtt"


def sensor(name: str, model: str, room: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "driver": ZIGBEE, "address": name, "model": model, "room": room, **more}


SENSORS = [
    sensor("motion-bedroom", "generic-motion", "bedroom"),
    sensor("motion-bath", "generic-motion", "bathroom"),
    sensor("motion-kitchen", "generic-motion", "kitchen"),
    sensor("door", "generic-contact", "entry"),
]
BUTTON = sensor("well", "generic-button", "bedroom", presses={"single": "all_right"})
CORD = sensor("cord", "generic-button", "bathroom")
ROUND = ("motion-bedroom", "motion-bath", "motion-kitchen")


def written(folder: Path, devices: list[dict[str, Any]], port: int = 9, **sections: dict[str, Any]) -> Path:
    """A gateway's file for these devices, in Shanghai."""
    file = House(folder=folder, uplink_port=port, broker_port=9, devices=devices, sections=sections).write()
    file.write_text('timezone = "Asia/Shanghai"\n' + file.read_text())
    return file


class Home:
    """A wired gateway without its lines, and who lives there."""

    def __init__(self, file: Path, store: Store, clock: HandClock) -> None:
        self.clock, self.store = clock, store
        self.gateway = Gateway(load(file), store, clock)

    async def says(self, device: str, *, retained: bool = False, **state: Any) -> None:
        """A Zigbee device's message; `retained`: the broker had kept it."""
        driver, payload = MQTT_DRIVERS[ZIGBEE], json.dumps(state).encode()
        said = driver.decode(f"zigbee2mqtt/{device}", payload, retained, self.gateway.intake.lookup)
        await asyncio.gather(*self.gateway.reception.hear(said, driver.name, 0.0))

    async def moves(self, *devices: str) -> None:
        """Somebody comes by these motion sensors, a minute apart."""
        for device in devices:
            await self.says(device, occupancy=True)
            self.wait(1)
            await self.says(device, occupancy=False)

    async def door(self) -> None:
        """The door is opened and closed."""
        await self.says("door", contact=False)
        self.wait(0.2)
        await self.says("door", contact=True)

    def wait(self, minutes: float, step_seconds: float = 60.0) -> None:
        """Let time go by."""
        end = self.clock.seconds + minutes * MINUTE
        while self.clock.seconds < end:
            self.clock.seconds = min(end, self.clock.seconds + step_seconds)
            self.gateway.reception.look()

    async def lives(self, until: float) -> None:
        """Ordinary life until that moment: nights from ten to six, by day a round every 20 minutes."""
        while self.clock.seconds < until - 20 * MINUTE:
            hour = (self.clock.seconds - MIDNIGHT) % DAY / HOUR
            if 6 <= hour < 22:
                await self.moves(*ROUND)
                self.wait(17)
            else:
                self.wait(20)
        self.wait((until - self.clock.seconds) / MINUTE)

    async def events(self) -> list[Stored]:
        """All that leaves the house, in its order."""
        return await self.store.ask(jobs.newest, 5_000)

    async def told(self) -> list[tuple[str, str | None]]:
        return [(one.event.kind.value, one.event.type) for one in await self.events()]

    async def alarm(self) -> Stored:
        """The one alarm."""
        (found,) = [one for one in await self.events() if one.event.raises_alarm]
        return found

    @property
    def asks(self) -> bool:
        """Whether the house waits for the resident's answer."""
        return self.gateway.rhythm is not None and self.gateway.rhythm.asks

    @property
    def protection(self) -> str:
        protection = self.gateway.status.protection()
        assert protection is not None
        return protection.inactivity


@asynccontextmanager
async def running(file: Path, clock: HandClock) -> AsyncIterator[Home]:
    """One run of the gateway on its file and database; it stops in order."""
    with Store(file.with_suffix(".db")) as store:
        home = Home(file, store, clock)
        await remember(home.gateway)
        yield home
        home.gateway.keep_devices()
