"""A fleet from its first home to its report: the district, the processes with the homes, the script, the count."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from drivers.link.group import Group
from simulator.children import Child, Children, children
from simulator.fleet.certificates import DESK, Certificates
from simulator.fleet.district import District
from simulator.fleet.homes import PLAIN, Home, furnish, gateway_of, homes_in, keep
from simulator.fleet.profiles import PROFILES, Script, Trouble, script
from simulator.fleet.report import Measured, Sample, memory_of, summary
from simulator.fleet.tally import tally
from simulator.fleet.words import REPORT_SECONDS, Report, Task
from simulator.ports import free_port
from simulator.web import WebError

log = logging.getLogger("anju.fleet")
CONNECT_SECONDS = 60.0
"""How long the homes may take to connect, and 0.1 s more for each."""
SETTLE_SECONDS = 90.0
"""How long what was raised may still take to be received after the script's end."""
END_SECONDS = 60.0
_DESK_LOOK_SECONDS = 0.5


class FleetError(Exception):
    """The fleet did not come about. The text says how far it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for. `broker_port` None is a broker of our own; `keep` a folder for the databases.

    `encrypted`: TLS, with a certificate for each home; only over a Mosquitto of our own.
    """

    homes: int
    profile: str
    seconds: float
    seed: int
    broker_port: int | None = None
    keep: Path | None = None
    encrypted: bool = False


Beside = Callable[[District], Coroutine[Any, Any, None]]


async def _nothing(_district: District) -> None:
    return


async def run(order: Order, folder: Path, beside: Beside = _nothing) -> tuple[dict[str, Any], Measured]:
    """Run a fleet with its files in `folder`; `beside` goes on from all homes connected, and is waited for.

    Raises FleetError, ChildError, TallyError, OSError.
    """
    homes = homes_in((order.keep or folder) / "homes", order.homes)
    plan = script(PROFILES[order.profile], order.homes, order.seconds, order.seed)
    measured = Measured()
    async with children() as programs:
        district = District(
            folder, (order.keep or folder) / "desk.db", programs, order.broker_port or free_port(),
            own_broker=order.broker_port is None,
        )  # fmt: skip
        if order.encrypted:
            certificates = Certificates(folder / "certificates")
            await district.start(certificates.client_settings(DESK), certificates.broker_settings())
        else:
            await district.start()
        for home in homes:
            tls = certificates.client_settings(home.gateway) if order.encrypted else PLAIN
            furnish(home, district.broker_port, tls)
        fleet = Fleet(order, homes, district, plan, measured)
        await fleet.start(programs, folder)
        await fleet.live(beside)
        await district.stop_desk()
    databases = [home.database for home in homes]
    both = [gateway_of(index) for index in plan.both]
    counted = tally(databases, district.database, called=plan.alarms, both=both)
    if order.keep is not None:
        for home in homes:
            keep(home, order.keep / "homes")
    result = summary(
        order.homes, measured, counted, profile=order.profile, seconds=order.seconds, seed=order.seed,
        broker=district.broker_name, tls=order.encrypted, fire_and_cord=len(both),
    )  # fmt: skip
    return result, measured


class _Process:
    """One of the processes that run homes, and what it last told."""

    def __init__(self, measured: Measured) -> None:
        self.child: Child
        self.last: Report | None = None
        self._measured = measured

    def take(self, line: str) -> None:
        """Read a line of it; what is no report is an error's text, which its child keeps."""
        with suppress(msgspec.MsgspecError):
            self.last = msgspec.json.decode(line, type=Report)
            self._measured.latencies_ms += self.last.latencies_ms


class Fleet:
    """The homes of one run, in their processes."""

    def __init__(self, order: Order, homes: list[Home], district: District, plan: Script, measured: Measured) -> None:
        self._order = order
        self._homes = homes
        self._district = district
        self._script = plan
        self._measured = measured
        self._processes: list[_Process] = []

    async def start(self, programs: Children, folder: Path) -> None:
        """Start the processes: one for each processor, while there are homes for them. Raises OSError."""
        count = min(os.cpu_count() or 1, len(self._homes))
        for number in range(count):
            mine = {home.index: str(home.folder) for home in self._homes[number::count]}
            sayings = [(one.at, one.home, one.sender.name) for one in self._script.sayings if one.home in mine]
            file = folder / f"homes-{number}.json"
            task = Task([*mine.items()], sayings, self._tears(), self._district.broker_port)
            file.write_bytes(msgspec.json.encode(task))
            process = _Process(self._measured)
            words = [sys.executable, "-P", "-m", "simulator.fleet.worker", str(file)]
            process.child = await programs.start(f"homes, process {number}", words, process.take)
            self._processes.append(process)
        self._measured.processes = count

    async def live(self, beside: Beside) -> None:
        """From the first connection to the last home's end. Raises FleetError, ChildError."""
        async with Group() as tasks:
            guards = [tasks.create_task(process.child.guard()) for process in self._processes]
            guards.append(tasks.create_task(self._district.guard()))
            await self._connect()
            looking = [tasks.create_task(self._sample()), tasks.create_task(self._look_at_the_desk())]
            watching = tasks.create_task(beside(self._district))
            await self._play()
            await self._settle()
            await watching
            for task in (*looking, *guards):
                task.cancel()
        await self._end()

    def _sum(self, of: str) -> int:
        return sum(getattr(process.last, of) for process in self._processes if process.last is not None)

    async def _connect(self) -> None:
        began, homes = time.monotonic(), len(self._homes)
        limit = CONNECT_SECONDS + 0.1 * homes
        while (connected := self._sum("connected")) < homes:
            if time.monotonic() - began > limit:
                raise FleetError(
                    f"only {connected} of {homes} homes were connected within {limit:g} s; is there a broker?"
                )
            await asyncio.sleep(REPORT_SECONDS / 5)
        self._measured.connect_seconds = time.monotonic() - began
        log.info("all %d homes are connected", homes)

    async def _play(self) -> None:
        self._began = time.monotonic()
        cpu_before = self._sum("cpu_seconds")
        self._tell("begin")
        for happening in self._script.happenings:
            await asyncio.sleep(max(0.0, self._began + happening.at - time.monotonic()))
            await self._do(happening.trouble)
        await asyncio.sleep(max(0.0, self._began + self._order.seconds - time.monotonic()))
        self._measured.cpu_seconds = self._sum("cpu_seconds") - cpu_before
        self._measured.rss_kib = memory_of([process.last for process in self._processes if process.last])

    def _tears(self) -> list[float]:
        """When lines are torn: also where the broker that should die is not ours."""
        causes = {Trouble.TEAR} if self._district.own_broker else {Trouble.TEAR, Trouble.BROKER_DOWN}
        return [happening.at for happening in self._script.happenings if happening.trouble in causes]

    async def _do(self, trouble: Trouble) -> None:
        if trouble is Trouble.BROKER_DOWN and self._district.own_broker:
            await self._district.kill_broker()
        elif trouble is Trouble.BROKER_UP and self._district.own_broker:
            await self._district.start_broker()
        elif trouble is Trouble.DESK_STOPS:
            self._district.freeze_desk()
        elif trouble is Trouble.DESK_GOES_ON:
            self._district.thaw_desk()

    async def _settle(self) -> None:
        """Wait until every call for help is received, or it is clear that some will not be."""
        until = time.monotonic() + SETTLE_SECONDS
        log.info("%s is over; %d calls for help wait for their answer", self._order.profile, self._sum("waiting"))
        while self._sum("called") < self._script.alarms or self._sum("waiting"):
            if time.monotonic() > until:
                return
            await asyncio.sleep(REPORT_SECONDS)

    async def _end(self) -> None:
        self._tell("end")
        async with asyncio.timeout(END_SECONDS):
            for process in self._processes:
                await process.child.output()

    async def _sample(self) -> None:
        while True:
            lags = [process.last.lag_ms for process in self._processes if process.last]
            self._measured.samples.append(
                Sample(time.monotonic() - self._began, self._sum("connected"), self._sum("waiting"), max(lags))
            )
            await asyncio.sleep(REPORT_SECONDS)

    async def _look_at_the_desk(self) -> None:
        """What an operator's page asks for, timed."""
        while True:
            began = time.monotonic()
            with suppress(WebError):
                await self._district.desk.get("/api/alarms")
                self._measured.desk_ms.append((began - self._began, (time.monotonic() - began) * 1_000))
            await asyncio.sleep(_DESK_LOOK_SECONDS)

    def _tell(self, word: str) -> None:
        for process in self._processes:
            process.child.tell(word)
