"""Real time: a scenario played on the real programs, through pseudo-terminals and MQTT, as long as life takes."""

import asyncio
import tempfile
from pathlib import Path

from drivers.link.group import Group
from simulator.children import ChildError
from simulator.engine import EngineError, Played, UnplayableError
from simulator.home import Home
from simulator.judge import judge
from simulator.ports import require_loopback
from simulator.real_world import RealWorld, real_world
from simulator.report import duration
from simulator.scenario import Scenario
from simulator.world import play

LONGEST_SECONDS = 600.0
"""Nobody waits longer for one scenario; the same is played in driven time at once."""
LEAD_SECONDS = 2.0
"""So long before the first step it begins: the sensors have said that they are there."""
QUIET_SECONDS = 2.0
"""So long after everything has come it still looks: a doubled alarm would come right behind the right one."""
_LOOK_SECONDS = 0.1


def play_real_time(scenario: Scenario) -> Played:
    """Play it. Raises UnplayableError for what would take too long or needs another clock, EngineError."""
    since = beginning(scenario)
    try:
        require_loopback()
        with tempfile.TemporaryDirectory(prefix="anju-sim-") as folder:
            return asyncio.run(_play(scenario, Path(folder), since))
    except* (OSError, ChildError) as errors:
        problem = str(_first(errors))
    raise EngineError(problem)


def beginning(scenario: Scenario) -> float:
    """When it begins in real time: nobody waits for the first thing to happen. Raises UnplayableError."""
    for step in scenario.steps:
        if step.deed.driven_only:
            raise UnplayableError(
                f"{step.do} is for driven time: this computer has but one clock; run it without --real-time"
            )
    since = max(0.0, min((step.at for step in scenario.steps), default=0.0) - LEAD_SECONDS)
    takes = scenario.lasts_seconds - since
    if takes > LONGEST_SECONDS:
        raise UnplayableError(
            f"it takes {duration(takes)} and real time is for {duration(LONGEST_SECONDS)} at most; "
            "run it without --real-time"
        )
    return since


async def _play(scenario: Scenario, folder: Path, since: float) -> Played:
    async with real_world(scenario, folder, since) as world, Group() as group:
        world.begin()
        playing = group.create_task(play(Home(scenario, samples=True, since=since).acts(), world))
        await _settled(scenario, world)
        playing.cancel()
        ended = world.now()
    seen = tuple(event for event in world.district.gallery.seen.values() if event.at <= ended)
    return Played(seen=seen, simulated_seconds=ended - since)


async def _settled(scenario: Scenario, world: RealWorld) -> None:
    """Wait until the scenario is over, or nothing can come any more that would change the verdict.

    Where something must not come it is waited for to the end.
    """
    done = max((step.at + step.lasts_seconds for step in scenario.steps), default=0.0)
    forbids = any(expected.count == 0 for expected in scenario.expectations)
    quiet_since = None
    while world.now() < scenario.lasts_seconds:
        seen = world.district.gallery.seen
        if forbids or world.now() < done or not judge(scenario, seen.values()).passed:
            quiet_since = None
        elif quiet_since is None or quiet_since[0] != len(seen):
            quiet_since = len(seen), world.now()
        elif world.now() - quiet_since[1] >= QUIET_SECONDS:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
