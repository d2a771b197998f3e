"""What the house says of itself: the status message, the health page, the heartbeat."""

import asyncio
import importlib.metadata
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from http import HTTPStatus
from typing import Literal

import msgspec

from drivers.device import Device
from drivers.registry import Driver
from gateway.clock import Clock
from gateway.config import Origin
from gateway.contract.messages import Protection, Status
from gateway.contract.times import to_text
from gateway.hand_tests import Standing, standings, supervised_ones
from gateway.http import Response
from gateway.intake.intake import Intake
from gateway.problems import Problems
from gateway.store.absence import Absence
from gateway.store.database import StoreError
from gateway.store.jobs import open_alarms
from gateway.store.store import Store
from gateway.uplink.ledger import Ledger

OPEN_LISTED = 1_000
"""How many open alarms are looked up; what of them fits into the message is the contract's business."""
UNANSWERED_LIMIT_SECONDS = 15.0
SESSIONS_PER_BOOT = 1_000_000


@lru_cache(maxsize=1)
def version() -> str:
    """The installed version of this program; read once, for it takes longer than all else in a status."""
    return importlib.metadata.version("anju")


class StatusBook:
    """Builds the status from what the other parts know."""

    def __init__(
        self, store: Store, intake: Intake, ledger: Ledger, problems: Problems, clock: Clock, heartbeat_minutes: int
    ) -> None:
        self._store = store
        self._intake = intake
        self._ledger = ledger
        self._problems = problems
        self._clock = clock
        self.session = store.identity.boot * SESSIONS_PER_BOOT
        self.heartbeat_minutes = heartbeat_minutes
        self.devices: tuple[str, ...] = ()
        self._devices: tuple[Device, ...] = ()
        self._supervised: frozenset[str] = frozenset()
        self.protection: Callable[[], Protection | None] = lambda: None
        self.absence: Callable[[], Absence | None] = lambda: None
        self.heartbeat_changed = asyncio.Event()
        self.settings: Origin = "installer"
        self.routes: Callable[[], dict[str, str] | None] = lambda: None
        """Each way to the centre and whether it works; None where there is but one."""

    def enrol(self, devices: tuple[Device, ...], drivers: Mapping[str, Driver]) -> None:
        """These devices belong to the house."""
        self._devices, self._supervised = devices, supervised_ones(devices, drivers)
        self.devices = tuple(device.id for device in devices)

    def standings(self) -> list[Standing]:
        """Where every enrolled device stands: who watches it, and whether it is due for a test by hand."""
        return standings(self._devices, self._supervised, self._intake.book.states(), self._clock.now())

    def next_session(self) -> int:
        """The number of the next connection, to whichever broker: it grows over connections and over boots."""
        self.session += 1
        return self.session

    def set_heartbeat(self, minutes: int) -> None:
        """The centre wants another interval; it holds until the next start."""
        self.heartbeat_minutes = minutes
        self.heartbeat_changed.set()

    async def status(self, state: str) -> Status:
        """The status message for `online` or `stopping`, with the newest open alarms."""
        known: Literal["online", "stopping"] = "stopping" if state == "stopping" else "online"
        try:
            alarms, total = await self._store.ask(open_alarms, OPEN_LISTED)
        except StoreError:
            # What the house itself still sends is all that is known without the disk.
            waiting = [entry.stored.event for entry in self._ledger.alarms()]
            alarms = [(event.id, "calling") for event in waiting if event.raises_alarm or event.is_test]
            total = len(alarms)
        heard, standing = self._intake.last_heard, self.standings()
        return Status(
            state=known,
            session=self.session,
            at=to_text(self._clock.now()),
            version=version(),
            heartbeat_minutes=self.heartbeat_minutes,
            store=self._store.identity.store,
            boot=self._store.identity.boot,
            sequence=self._store.kept_sequence,
            devices={device: to_text(heard[device]) if device in heard else None for device in self.devices},
            open=[alarm for alarm, _ in alarms],
            open_total=total,
            unsupervised=[one.device.id for one in standing if not one.supervised],
            hand_tests_due=[one.device.id for one in standing if one.is_due],
            problems=self._problems.list(),
            protection=self.protection(),
            settings=self.settings,
        )

    async def beat(self, announce: Callable[[], None]) -> None:
        """Ask for a status at every heartbeat, for ever."""
        while True:
            self.heartbeat_changed.clear()
            try:
                async with asyncio.timeout(self.heartbeat_minutes * 60.0):
                    await self.heartbeat_changed.wait()
            except TimeoutError:
                announce()

    def healthz(self) -> Response:
        """200 while the alarm path works, 503 with the reasons while it does not."""
        problems = []
        age = self._ledger.oldest_alarm_age(self._clock.monotonic())
        if age >= UNANSWERED_LIMIT_SECONDS:
            problems.append(f"an alarm has been unanswered for {age:.0f} s")
        if self._store.problem is not None:
            problems.append(f"the store cannot be written: {self._store.problem}")
        body: dict[str, object] = {"status": "degraded" if problems else "working"}
        if problems:
            body["problems"] = problems
        if (routes := self.routes()) is not None:
            body["routes"] = routes
        if self._problems.list():
            body["notes"] = self._problems.list()
        protection = self.protection()
        if protection is not None:
            body["protection"] = msgspec.to_builtins(protection)
        absence = self.absence()
        if absence is not None:
            body["away_since"] = to_text(absence.since)
            body["away_until"] = to_text(absence.until) if absence.until else None
            body["away_by"] = absence.by
        status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
        return _json(status, body)

    def offers(self) -> Response:
        """The newest sources that nobody has enrolled, for the installer."""
        offers = [
            {**asdict(offer), "last_heard_at": to_text(offer.last_heard_at)} for offer in self._intake.offers.list()
        ]
        return _json(HTTPStatus.OK, {"offers": offers})


def _json(status: HTTPStatus, body: dict[str, object]) -> Response:
    return Response(status, "application/json", json.dumps(body, ensure_ascii=False).encode())
