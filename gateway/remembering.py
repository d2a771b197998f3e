"""What a house takes up again: from its last boot, or from a database that was opened while it ran."""

import asyncio
import logging
from functools import partial

import msgspec

from drivers.event import TroubleType
from gateway.clock import age_seconds
from gateway.house import House
from gateway.intake.intake import BABBLING
from gateway.store import devices, jobs, pending, watching, wiping
from gateway.store.database import StoreError
from gateway.store.rows import Stored
from gateway.uplink.ledger import LEDGER_LIMIT

log = logging.getLogger(__name__)

NEWEST_EVENTS = 256


async def remember(house: House) -> None:
    """Take up from the last boot: what waits for an answer, what is on or wrong, which press was under way.

    And from any database that is opened later, while the house runs.
    """
    house.store.when_renewed(partial(_renewed, house))
    now, wall = house.clock.monotonic(), house.clock.now()
    alarms, waiting = await _resume(house)
    conditions = await house.store.ask(jobs.conditions)
    for condition in conditions:
        _take_up(house, condition, now)
    house.pending.resume(await house.store.ask(pending.all_rows), house.reception.moment())
    house.further.resume_lost()
    for device, occurred_at in (await house.store.ask(jobs.last_device_times)).items():
        house.intake.handled_before(device, occurred_at)
    watched = await house.store.ask(watching.all_rows)
    house.rules.resume(watched, house.reception.moment())
    await _remember_devices(house)
    newest = await house.store.ask(jobs.newest, NEWEST_EVENTS)
    for stored in newest:
        house.intake.book.remember(stored.event)
        age = (wall - stored.event.received_at).total_seconds()
        house.intake.remember(stored.event, now, age)
        house.pending.raised_before(stored.event, now - age)
    house.resume_falls(watched, [stored.event for stored in newest])
    _announce_again(house, dict(alarms), [*waiting, *newest], {condition.event for condition in conditions})
    house.commands.remember(await house.store.ask(jobs.executed))
    for alarm in await house.store.ask(jobs.silenced):
        house.announcer.silence(alarm)
    await house.away.resume()
    await house.reached.resume()
    await _tell_of_wipe(house)
    if len(house.ledger):
        log.info("%d messages of an earlier run wait for the centre", len(house.ledger))


async def _tell_of_wipe(house: House) -> None:
    """The first that a wiped house says is a test that bears the proof: what was deleted, and on whose order."""
    path = house.config.store_path
    wiped = wiping.take_note(path)
    if wiped is not None:
        evidence = {f"wiped_{name}": value for name, value in msgspec.to_builtins(wiped).items()}
        await asyncio.gather(*house.reception.tell(house.intake.test(None, house.reception.moment(), None, evidence)))
        wiping.forget_note(path)


async def _renewed(house: House) -> None:
    """Another database was opened: its open alarms and conditions are this house's too."""
    house.sender.store = house.store.identity.store
    house.away.keep()
    try:
        await _resume(house)
        conditions = await house.store.ask(jobs.conditions)
        house.pending.resume(await house.store.ask(pending.all_rows), house.reception.moment())
    except StoreError as error:
        house.problems.report("remember", f"what the new database holds cannot be read: {error}")
        return
    for condition in conditions:
        if house.intake.conditions.adopt(condition.device, condition.name, condition.event, condition.resolved):
            if condition.name == TroubleType.LINK_LOST:
                house.lines.believe_lost(condition.device)
            elif condition.name == TroubleType.RF_INTERFERENCE:
                house.interference.resume(condition.device, house.clock.monotonic())
            elif condition.name == BABBLING:
                house.intake.babbled_before(condition.device, house.clock.monotonic())
    house.intake.book.tell_again()
    house.uplink.pump()
    house.uplink.announce()


async def _resume(house: House) -> tuple[list[tuple[str, str]], list[Stored]]:
    """Follow the open alarms of the store, and send what waits in it; returns both."""
    now, wall = house.clock.monotonic(), house.clock.now()
    waiting = await house.store.ask(jobs.waiting, LEDGER_LIMIT)
    for stored in waiting:
        house.ledger.offer(stored, now, age_seconds(stored.event, wall))
    house.ledger.overflowed = len(house.ledger) >= LEDGER_LIMIT
    received = await house.further.resume(waiting)
    found, _ = await house.store.ask(jobs.open_alarms, LEDGER_LIMIT)
    alarms = [(alarm, "received" if alarm in received and state == "calling" else state) for alarm, state in found]
    for alarm, state in alarms:
        if not house.notices.knows(alarm):
            house.notices.resume(alarm, state)
    return alarms, waiting


def _take_up(house: House, condition: jobs.Condition, now: float) -> None:
    device, name = condition.device, condition.name
    house.intake.conditions.restore(device, name, condition.event, resolved=condition.resolved)
    if name == TroubleType.LINK_LOST:
        house.lines.resume(device, now)
    elif name == TroubleType.RF_INTERFERENCE:
        house.interference.resume(device, now)
    elif name == BABBLING:
        house.intake.babbled_before(device, now)


async def _remember_devices(house: House) -> None:
    enrolled = {device.id for device in house.config.devices}
    await house.store.ask(devices.forget_others, enrolled)
    for device, state in (await house.store.ask(devices.states)).items():
        house.intake.book.restore(device, state)


def _announce_again(house: House, states: dict[str, str], found: list[Stored], active: set[str]) -> None:
    """Give the announcer the open alarms in the order in which they were raised; older ones only the log knows."""
    wall = house.clock.now()
    events = {stored.event.id: stored.event for stored in sorted(found, key=lambda stored: stored.sequence)}
    for alarm, event in events.items():
        if alarm in states:
            age = max(0.0, age_seconds(event, wall))
            house.announcer.resume(event, states[alarm], age, active=alarm in active)
