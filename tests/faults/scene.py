"""One run of the bench: a house and its district, every part a process of its own, and presses all the while."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.callcentre.desks import Desk
from tests.faults.count import Result, missing, result
from tests.faults.far_broker import far_district
from tests.faults.ip_line import possible
from tests.faults.line import Line, ProxyLine
from tests.faults.presses import Presses, devices
from tests.gateway.faults import radio_on, ready
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import Centre, call_centre
from tests.support.house import House
from tests.support.processes import Child
from tests.support.proxy import Proxy, proxy

_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long an outage lasts, how far apart presses are, how often something is killed, and how long the last alarm
    may take before it counts as lost."""

    name: str
    outage_seconds: float
    press_seconds: float
    kills: int
    patience_seconds: float


SHORT = Pace(name="short", outage_seconds=1.5, press_seconds=0.1, kills=1, patience_seconds=60.0)
FULL = Pace(name="full", outage_seconds=60.0, press_seconds=0.6, kills=3, patience_seconds=150.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Which brokers stand where, who answers at the district, and whether a line that can be ill leads there.

    `cords` is how many are enrolled: at most so many are pulled.
    """

    district: str = "rumqttd"
    local: str = "mosquitto"
    desk: bool = False
    far: bool = False
    cords: int = 250


class Scene:
    """What a fault does its work on. `seconds` that are drawn, and what is pressed, follow from the seed."""

    def __init__(
        self, house: House, district: Broker, local: Broker, wire: Proxy, presses: Presses, pace: Pace, seed: int
    ) -> None:
        self.house = house
        self.district = district
        self.local = local
        self.wire = wire
        self.presses = presses
        self.pace = pace
        self.draw = random.Random(seed)
        self.gateway: Child | None = None
        self.centre: Centre | None = None
        self.desk: Desk | None = None
        self.desk_process: Child | None = None
        self.line: Line = ProxyLine(wire)
        self.remarks: list[str] = []
        self.environment: dict[str, str] = {}
        self.mended_at = 0.0
        self._processes = AsyncExitStack()

    # -- what a fault does --------------------------------------------------------------------------------------------

    async def press_for(self, seconds: float) -> None:
        """Press at drawn times, in the middle of whatever happens."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self.presses.one(self.gateway)
            await asyncio.sleep(self.draw.uniform(0.5, 1.5) * self.pace.press_seconds)

    async def press(self, count: int) -> None:
        """Press so often, without a pause."""
        for _ in range(count):
            await self.presses.one(self.gateway)

    async def start_gateway(self, *, uplink: bool = False) -> Child:
        """Start `anju run`; returns once its receiver and the local broker are heard."""
        gateway = await self._processes.enter_async_context(self.house.gateway_running(**self.environment))
        await ready(gateway, uplink=uplink)
        self.gateway = gateway
        return gateway

    async def kill_gateway(self) -> None:
        """SIGKILL."""
        assert self.gateway is not None
        await self.gateway.kill()
        await self.gateway_died()

    async def stop_gateway(self) -> None:
        """SIGTERM: it must end in order."""
        assert self.gateway is not None
        if (status := await self.gateway.terminate()) != 0:
            self.remarks.append(f"the gateway ended with status {status}")
        await self.gateway_died()

    async def gateway_died(self) -> None:
        """It has ended by itself or by us: what it had not spoken of may be gone."""
        assert self.gateway is not None
        await self.gateway.wait()
        self.presses.killed(self.gateway)
        self.gateway = None

    async def start_desk(self) -> None:
        """Start the real desk; returns once it hears the broker."""
        assert self.desk is not None
        self.desk_process = await self._processes.enter_async_context(self.desk.running())

    def mended(self) -> None:
        """The fault is over: the clock of the recovery starts."""
        self.mended_at = time.monotonic()

    # -- what came of it ----------------------------------------------------------------------------------------------

    def heard(self) -> set[tuple[str, str]]:
        """(id, device) of every raised alarm that the district holds."""
        if self.desk is None:
            assert self.centre is not None
            raised = (heard for heard in self.centre.heard if heard.body.get("type") == "anju.alarm.raised")
            return {(heard.id, heard.body["data"]["device"]) for heard in raised}
        devices_by_id = dict(_rows(self.house.store, "SELECT id, device FROM events WHERE kind = 'alarm'"))
        return {
            (id_, devices_by_id.get(id_, "unknown")) for (id_,) in _rows(self.desk.database, "SELECT id FROM alarms")
        }

    async def settle(self) -> Result:
        """Wait for everything that is owed, then for a last press of each kind, and count."""
        seconds = await self._there_at() - max(self.mended_at, self.presses.newest)
        # The last press comes behind everything that waited anywhere: what would come twice has come by then.
        await self.presses.cord(self.gateway)
        self.presses.button()
        await self.complete()
        unanswered = await self._wait(lambda: self.house.metric("anju_outbox_unanswered") == 0)
        if not unanswered:
            self.remarks.append("messages stayed unanswered")
        kept = set(_rows(self.house.store, "SELECT id, device FROM events WHERE kind = 'alarm'"))
        if self.heard() - kept:
            self.remarks.append("the district holds alarms that the house's store does not")
        return result(self.presses.owed, self.presses.open, self.heard(), seconds, tuple(self.remarks))

    async def _there_at(self) -> float:
        """When the district held the last of what is owed; buttons that the broker never answered may wait on."""
        there, owed = time.monotonic(), -1

        def told_and_there() -> bool:
            nonlocal there, owed
            if missing(self.presses.owed, self.heard()):
                owed = -1
            elif self.presses.total != owed:
                there, owed = time.monotonic(), self.presses.total
            return owed >= 0 and not self.presses.under_way

        if not await self._wait(told_and_there):
            await self.complete()
            there = time.monotonic()
        return there

    async def complete(self) -> None:
        """Wait until the district holds everything that is owed."""
        await self.presses.all_told()
        await self._wait(lambda: not missing(self.presses.owed, self.heard()))

    async def _wait(self, predicate: Callable[[], Any]) -> bool:
        deadline = time.monotonic() + self.pace.patience_seconds
        while not predicate():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        return True


def _rows(database: Path, query: str) -> Iterable[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _broker(kind: str, folder: Path) -> Broker:
    if kind == "rumqttd":
        return Broker()
    return MosquittoBroker(folder, "max_queued_messages 10000", persistent=kind == "mosquitto, kept sessions")


@asynccontextmanager
async def scene(setting: Setting, seed: int, pace: Pace, folder: Path) -> AsyncIterator[Scene]:
    """Everything up and connected, until the block ends."""
    async with AsyncExitStack() as stack:
        district = stack.enter_context(_broker(setting.district, folder / "district"))
        local = stack.enter_context(_broker(setting.local, folder / "local"))
        wire = await stack.enter_async_context(proxy(district.port))
        house = House(folder=folder, uplink_port=wire.port, broker_port=local.port, devices=devices(setting.cords))
        house.sections["intake"] = {"presses_per_minute": 0}
        radio = await stack.enter_async_context(radio_on(house))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        presses = Presses(radio, local.port, random.Random(seed), tasks)
        made = Scene(house, district, local, wire, presses, pace, seed)
        if setting.far and possible():
            far = stack.enter_context(far_district(folder, house.gateway))
            made.line, made.district, house.sections["uplink"] = far.line, far.centre, far.uplink
        await stack.enter_async_context(made._processes)
        if setting.desk:
            made.desk = Desk(folder, district.port)
            await made.start_desk()
        else:
            made.centre = await stack.enter_async_context(call_centre(made.district))
        await made.start_gateway(uplink=True)
        yield made
