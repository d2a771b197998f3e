"""A speed to play scenarios in: `simulator.real_time` or `simulator.driven`. Both give what the district saw."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.judge import Seen
from simulator.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a scenario: each event once, and how many seconds of the home's life passed."""

    seen: tuple[Seen, ...]
    simulated_seconds: float


class UnplayableError(Exception):
    """This speed cannot play the scenario; the text says why and what to do instead."""


Engine = Callable[[Scenario], Played]
"""Plays a scenario from its beginning to its end. Raises UnplayableError, and EngineError where a part of it failed."""


class EngineError(Exception):
    """What the scenario needed could not be started, or ended by itself; the text says what."""
