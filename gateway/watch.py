"""The house's eye on itself, once a second: what is overdue, who is silent, what is wrong with the disk or a line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta

from drivers.device import Device
from drivers.event import ClockQuality, Kind, TroubleType
from drivers.link.group import Group
from drivers.registry import Driver
from gateway.clock import age_seconds
from gateway.clock_watch import CAUSES, ClockWatch
from gateway.intake.intake import Intake, Moment
from gateway.interference import Interference
from gateway.notice import Notices
from gateway.reception import Reception
from gateway.store.bounds import keep_within
from gateway.store.database import StoreError
from gateway.store.jobs import conditions, waiting
from gateway.store.store import Store
from gateway.uplink.ledger import LEDGER_LIMIT, Ledger
from gateway.uplink.retry import FAST_PHASE_SECONDS
from gateway.uplink.uplink import Uplink

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
FLUSH_SECONDS = 30.0
THIN_SECONDS = 3_600.0
REMIND_SECONDS = 3_600.0
BATTERY_REMINDER = timedelta(days=7)
"""A low battery is repeated so often (Tunstall's universal sensor: every 7 days, to be changed within 2 weeks)."""
PUT_ASIDE = "put_aside"
LINE_LOST_AFTER_SECONDS = 10.0
"""A line that is back within this time (a stick that re-enumerates, a broker that restarts) was not lost."""


class Lines:
    """Which of the house's inner lines (serial ports, the local broker) are down, and since when."""

    def __init__(self) -> None:
        self._down: dict[str, float] = {}
        self.lost: set[str] = set()

    def resume(self, name: str, now: float) -> None:
        """The line was lost when the house was last up; it is until it works."""
        self._down[name] = now - LINE_LOST_AFTER_SECONDS
        self.lost.add(name)

    def believe_lost(self, name: str) -> None:
        """Another database says that the line was lost: its end is told at the next look, where it works."""
        self.lost.add(name)

    def down(self, name: str, now: float) -> None:
        """The line is down; the first word counts."""
        self._down.setdefault(name, now)

    def up(self, name: str) -> None:
        """The line works."""
        self._down.pop(name, None)

    def changes(self, now: float) -> tuple[list[str], list[str]]:
        """(lines lost since the last call, lines back since then)."""
        lost = {name for name, since in self._down.items() if now - since >= LINE_LOST_AFTER_SECONDS}
        began, ended = sorted(lost - self.lost), sorted(self.lost - set(self._down))
        # One that came back for a moment only is still lost; else nobody would ever hear of its end.
        self.lost = lost | (self.lost & set(self._down))
        return began, ended


class Watch:
    """Looks at everything that can be overdue; makes the events and notices that follow from it."""

    def __init__(
        self,
        devices: Iterable[Device],
        drivers: Mapping[str, Driver],
        intake: Intake,
        reception: Reception,
        store: Store,
        ledger: Ledger,
        uplink: Uplink,
        notices: Notices,
        lines: Lines,
        interference: Interference,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._intake = intake
        self._reception = reception
        self._store = store
        self._ledger = ledger
        self._uplink = uplink
        self._notices = notices
        self._lines = lines
        self._interference = interference
        self._clock_watch = ClockWatch()
        self._devices = {device.id: device for device in devices}
        self._supervised = _supervised(self._devices.values(), drivers)
        self._started = reception.moment().monotonic

    async def run(self) -> None:
        """Look for ever."""
        async with Group() as group:
            group.create_task(self._every(TICK_SECONDS, self._look), name="watch-look")
            group.create_task(self._every(FLUSH_SECONDS, self._flush), name="watch-flush")
            group.create_task(self._refill_for_ever(), name="watch-refill")
            group.create_task(self._thin_for_ever(), name="watch-thin")
            group.create_task(self._remind_for_ever(), name="watch-remind")

    async def _every(self, seconds: float, action: Callable[[], None]) -> None:
        while True:
            await self._pause(seconds)
            action()

    def _look(self) -> None:
        moment = self._reception.moment()
        self._reception.look()
        self._look_at_alarms(moment)
        self._reception.tell(self._intake.look(moment))
        self._look_at_devices(moment)
        self._look_at_the_disk(moment)
        self._look_at_lines(moment)
        self._look_at_the_certificate(moment)
        self._look_at_the_clock(moment)

    def _look_at_alarms(self, moment: Moment) -> None:
        for entry in self._ledger.alarms():
            if moment.monotonic - entry.offered >= FAST_PHASE_SECONDS:
                self._notices.rise(entry.stored.event.id, "not_reached")

    def _look_at_devices(self, moment: Moment) -> None:
        for device, seconds in self._supervised:
            # Never heard counts from the gateway's start. Monotonic: a clock that is set must make nobody silent.
            heard = self._intake.heard_at.get(device.id, self._started)
            if moment.monotonic - heard > seconds:
                self._reception.tell(self._intake.fault(Kind.SUPERVISION_LOST, None, moment, device=device))

    def _look_at_the_disk(self, moment: Moment) -> None:
        # A database that was put aside is a trouble for as long as it lies there: the card should be changed.
        for where, ill in (("", self._store.problem is not None), (PUT_ASIDE, bool(self._store.put_aside))):
            if ill:
                self._reception.tell(self._intake.fault(Kind.TROUBLE, TroubleType.STORAGE, moment, where=where))
            else:
                self._reception.tell(self._intake.fault_over(TroubleType.STORAGE, moment, where=where))

    def _look_at_lines(self, moment: Moment) -> None:
        for trouble, changes in (
            (TroubleType.LINK_LOST, self._lines.changes(moment.monotonic)),
            (TroubleType.RF_INTERFERENCE, self._interference.changes(moment.monotonic)),
        ):
            began, ended = changes
            for name in began:
                self._reception.tell(self._intake.fault(Kind.TROUBLE, trouble, moment, where=name))
            for name in ended:
                self._reception.tell(self._intake.fault_over(trouble, moment, where=name))

    def _look_at_the_clock(self, moment: Moment) -> None:
        wrong = self._clock_watch.wrong(moment.monotonic, moment.wall, moment.quality)
        for cause in CAUSES:
            if cause in wrong:
                self._reception.tell(self._intake.fault(Kind.TROUBLE, TroubleType.CLOCK, moment, where=cause))
            else:
                self._reception.tell(self._intake.fault_over(TroubleType.CLOCK, moment, where=cause))

    def _look_at_the_certificate(self, moment: Moment) -> None:
        if self._uplink.trust.expired:
            self._reception.tell(self._intake.fault(Kind.TROUBLE, TroubleType.CERTIFICATE, moment))
        elif self._uplink.connected:
            self._reception.tell(self._intake.fault_over(TroubleType.CERTIFICATE, moment))

    def _flush(self) -> None:
        self._store.keep_devices(self._intake.book.take_changed())
        self._store.flush()

    async def _refill_for_ever(self) -> None:
        """Bring back what the ledger had no room for, once it has."""
        while True:
            await self._pause(TICK_SECONDS)
            if not self._ledger.overflowed or len(self._ledger) > LEDGER_LIMIT // 2:
                continue
            try:
                found = await self._store.ask(waiting, LEDGER_LIMIT)
            except StoreError as error:
                log.debug("the waiting messages could not be read: %s", error)
                continue
            self._ledger.overflowed = len(found) == LEDGER_LIMIT
            wall = self._reception.moment().wall
            for stored in found:
                self._uplink.offer(stored, age_seconds(stored.event, wall))

    async def _remind_for_ever(self) -> None:
        while True:
            await self._remind()
            await asyncio.sleep(REMIND_SECONDS)

    async def _remind(self) -> None:
        """Say every week again that a battery is low, until it is changed."""
        moment = self._reception.moment()
        try:
            known = await self._store.ask(conditions)
        except StoreError as error:
            log.debug("the low batteries could not be read: %s", error)
            return
        for condition in known:
            device = self._devices.get(condition.device)
            if condition.name == Kind.LOW_BATTERY and device and moment.wall - condition.since >= BATTERY_REMINDER:
                self._reception.tell(self._intake.remind(device, moment))

    async def _thin_for_ever(self) -> None:
        while True:
            await asyncio.sleep(THIN_SECONDS)
            await self._thin()

    async def _thin(self) -> None:
        """Keep the store within its bounds of age and size."""
        moment = self._reception.moment()
        known = moment.quality is ClockQuality.SYNCHRONISED
        if known:
            self._intake.book.forget_old_fixes(moment.wall)
        await keep_within(self._store, moment.wall if known else None)


def _supervised(devices: Iterable[Device], drivers: Mapping[str, Driver]) -> list[tuple[Device, float]]:
    found: list[tuple[Device, float]] = []
    for device in devices:
        seconds = device.supervision_seconds or drivers[device.driver].model(device.model).supervision_seconds
        if seconds is not None:
            found.append((device, float(seconds)))
    return found
