"""A home without a script: its devices live, and whatever a visitor does to it happens at once."""

import asyncio
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NoReturn

from simulator.deeds import DEEDS
from simulator.home import Home
from simulator.plan import Device, Plan
from simulator.scenario import Scenario, Step
from simulator.world import POWER_OFF, POWER_ON, Outside, perform

_SEED = 1


class UnknownDeedError(Exception):
    """Nobody can do that; the text says why."""


class Live:
    """`run` has to run for it. `device_states` tells of each device what a visitor has made of it."""

    def __init__(self, plan: Plan, world: Outside) -> None:
        self.plan = plan
        self.device_states: dict[str, dict[str, bool]] = {device.id: {} for device in plan.devices}
        self._world = world
        self._home = Home(_scenario(plan), (), samples=True)
        self._began = time.monotonic()
        self._news = asyncio.Event()

    def do(self, name: str, device: str | None, words: Mapping[str, str]) -> None:
        """Do a deed of the table now. Raises UnknownDeedError."""
        if name in (POWER_OFF, POWER_ON):
            self._at_once(Step(at=self._now(), do=name))
            return
        deed = DEEDS.get(name)
        if deed is None or deed.driven_only:
            raise UnknownDeedError(f"{name!r} is nothing that can be done here")
        found = self._device(name, device)
        wrong = [word for word, value in words.items() if value not in deed.words.get(word, ())]
        if wrong:
            raise UnknownDeedError(f"{name} takes no such {wrong[0]}")
        step = Step(
            at=self._now(), do=name, device=found,
            numbers={key: number.usual for key, number in deed.numbers.items()},
            words={key: values[0] for key, values in deed.words.items()} | dict(words),
        )  # fmt: skip
        self._note(step)
        self._at_once(step)

    async def run(self) -> NoReturn:
        """Let the home live for ever."""
        self._home.begin()
        while True:
            self._news.clear()
            for act in self._home.due(self._now()):
                await perform(act, self._world)
            try:
                async with asyncio.timeout(max(0.0, min(self._home.next_at - self._now(), 3_600.0))):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _at_once(self, step: Step) -> None:
        self._home.do(step)
        self._news.set()

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _device(self, name: str, device: str | None) -> Device | None:
        families = DEEDS[name].families
        if not families:
            return None
        found = self.plan.device(device) if device else next(iter(self.plan.of_family(*families)), None)
        if found is None or found.family not in families:
            raise UnknownDeedError(f"{name} needs one of these: {', '.join(families)}")
        return found

    def _note(self, step: Step) -> None:
        if step.device is None:
            return
        stem, _, way = step.do.rpartition("_")
        known = self.device_states[step.device.id]
        if stem and way in ("on", "off"):
            known["on"] = way == "on"
        elif step.do in ("open", "close"):
            known["on"] = step.do == "open"
        elif step.do in ("remove", "put_back"):
            known["gone"] = step.do == "remove"
        if step.do in ("take_off", "put_on"):
            known["on"] = False
            known["off_body"] = step.do == "take_off"


def _scenario(plan: Plan) -> Scenario:
    return Scenario(
        name="play", file=Path("play"), seed=_SEED, plan=plan, begins_on=date(2026, 1, 1), life=False, gateway={},
        steps=(), expectations=(),
    )  # fmt: skip
