"""Driven time: a scenario played on a gateway in this process, on a clock that jumps over idleness."""

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator import inside
from simulator.deeds import DAY_SECONDS
from simulator.driven.loop import run_virtually
from simulator.driven.world import SETTLING_SECONDS, driven_world
from simulator.engine import Played, UnplayableError
from simulator.home import Home
from simulator.judge import Gallery
from simulator.scenario import Scenario
from simulator.world import play

SLOWER = 30.0
"""So many times slower a house looks around while nothing happens: a door left open is found up to 30 s later."""
SLOWER_FOR_DAYS = 120.0
_DAYS_SECONDS = 2 * DAY_SECONDS
"""A scenario that lasts longer asks for days of silence, not for seconds."""


def play_driven(scenario: Scenario) -> Played:
    """Play it; nothing outside of this process is touched but a folder of its own. Raises UnplayableError."""
    with folder_in_memory() as folder, silence():
        try:
            return run_virtually(_play(scenario, folder))
        except inside.ConfigError as error:
            raise UnplayableError(f"the gateway refuses the plan {scenario.plan.name}: {error}") from error


async def _play(scenario: Scenario, folder: Path) -> Played:
    loop, gallery = asyncio.get_running_loop(), Gallery()
    slower = SLOWER if scenario.lasts_seconds <= _DAYS_SECONDS else SLOWER_FOR_DAYS
    async with driven_world(scenario, folder, slower) as world:
        world.watch = lambda topic, payload: gallery.take(topic, payload, loop.time() - SETTLING_SECONDS)
        await play(Home(scenario, samples=False).acts(), world)
        await world.until(scenario.lasts_seconds)
    return Played(seen=tuple(gallery.seen.values()), simulated_seconds=loop.time() - SETTLING_SECONDS)


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder for the block, in memory where the machine has such a place: a simulated commit waits for no disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(prefix="anju-sim-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def silence() -> Iterator[None]:
    """No house of the block logs: what a week of one would say nobody reads."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
