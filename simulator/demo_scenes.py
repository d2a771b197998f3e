"""What happens in the demo: who pulls and what smokes, and the operator who answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from drivers.link.group import Group
from drivers.link.mqtt import Session
from simulator.demo_house import CORD_CODE, SMOKE_NAME
from simulator.demo_journal import Journal
from simulator.radio import RadioBridge
from simulator.web import Site, WebError
from simulator.zigbee import ZigbeeDevice, publish

_REPEAT_SECONDS = 2.0
_SETTLE_SECONDS = 0.5
"""A doubled alarm would come right behind the right one."""
_OPERATOR_SECONDS = 2.0
"""Long enough for a visitor to see an alarm arrive before it is accepted."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a scene plays on."""

    journal: Journal
    desk: Site
    bridge: RadioBridge
    session: Session


async def two_alarms(stage: Stage) -> list[dict[str, Any]]:
    """A cord and a smoke alarm, both accepted. Returns every alarm on the desk then. Raises WebError."""
    smoke = ZigbeeDevice(SMOKE_NAME)
    async with Group() as tasks:
        operator = tasks.create_task(operate(stage.desk, 2, 0.0))
        tasks.create_task(stage.bridge.press(CORD_CODE))
        tasks.create_task(_see_smoke(stage, smoke))
        await stage.journal.until(lambda: len(stage.journal.complete()) >= 2)
        await operator
    await publish(stage.session, smoke.report())  # a cached repeat is no second alarm
    await asyncio.sleep(_SETTLE_SECONDS)
    return await _alarms(stage.desk, "all")


async def first_alarm(journal: Journal, desk: Site, pull: Callable[[], None]) -> None:
    """One alarm that is accepted before the visitor's eyes; a line of standard output for each of its states."""
    async with Group() as tasks:
        tasks.create_task(operate(desk, 1, _OPERATOR_SECONDS))
        pull()
        for state in ("received", "accepted"):
            await journal.until(partial(_first_is, journal, state))
            print(state, flush=True)


async def operate(desk: Site, count: int, pause_seconds: float) -> None:
    """An operator at the desk's API: accepts the first `count` alarms, each after a pause. Raises WebError."""
    accepted: set[str] = set()
    async for key in _waiting(desk):
        if key in accepted:
            continue
        await asyncio.sleep(pause_seconds)
        status = await desk.post(f"/api/alarms/{key}/accept", {})
        if status not in (200, 409):  # 409: the visitor was quicker
            raise WebError(f"the desk refused to let alarm {key} be accepted: status {status}")
        accepted.add(key)
        if len(accepted) == count:
            return


async def _waiting(desk: Site) -> AsyncIterator[str]:
    """The desk's keys of alarms that nobody has taken: those of before, then each as the stream tells it."""
    async for row in desk.events("/api/stream"):
        for alarm in [row] if row else await _alarms(desk, "open"):
            if alarm["state"] == "none":
                yield alarm["id"]


async def _see_smoke(stage: Stage, smoke: ZigbeeDevice) -> None:
    """A smoke detector reports, and repeats what it sees until the house has noticed."""
    await publish(stage.session, smoke.report(smoke=True))
    while not stage.journal.raised("smoke"):
        try:
            async with asyncio.timeout(_REPEAT_SECONDS):
                await stage.journal.until(lambda: bool(stage.journal.raised("smoke")))
        except TimeoutError:
            await publish(stage.session, smoke.report())


async def _alarms(desk: Site, state: str) -> list[dict[str, Any]]:
    status, text = await desk.get(f"/api/alarms?state={state}&limit=1000")
    if status != 200:
        raise WebError(f"the desk's list of alarms: status {status}")
    rows: list[dict[str, Any]] = json.loads(text)["alarms"]
    return rows


def _first_is(journal: Journal, state: str) -> bool:
    first = next(iter(journal.alarms.values()), None)
    return first is not None and state in first.states
