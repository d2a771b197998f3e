"""A scenario: what happens in a home and at which moment, and what must come out at the district."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from simulator.deeds import DEEDS, Deed
from simulator.plan import Device, Plan

REPLY, DONE, REFUSED = "reply", "done", "refused"
"""The kind of what a gateway says about an order of the centre, and its types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, `at` seconds after the scenario's midnight. `device` is None for a deed of the house.

    `numbers` and `words` are the deed's further keys, every one of them, those that nobody wrote at their usual value.
    """

    at: float
    do: str
    device: Device | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def deed(self) -> Deed:
        """What the step does, as the table of deeds says it."""
        return DEEDS[self.do]

    @property
    def lasts_seconds(self) -> float:
        """How long it goes on by itself."""
        pulls = (self.numbers.get("times", 1) - 1) * self.numbers.get("every_seconds", 0.0)
        return max(pulls, self.numbers.get("seconds", 0.0) if self.do != "clock" else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come out, exactly `count` times; 0 forbids it. None leaves type or device open.

    `message` is what is counted of an alarm: "raised", "updated", "cancelled". `within_seconds`: each comes at most so
    long after the latest earlier step of its device (of any device where `device` is None). `not_before`: none comes
    earlier than so many seconds after the scenario's midnight.
    """

    kind: str
    type: str | None = None
    device: str | None = None
    count: int = 1
    message: str = "raised"
    within_seconds: float | None = None
    not_before: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`steps` are in the order of their times. `life`: the residents live their days meanwhile, drawn from `seed`; else
    nobody is at home but for the steps.

    `gateway` holds sections that are laid over those of the plan in the gateway's file.
    """

    name: str
    file: Path
    seed: int
    plan: Plan
    begins_on: date
    life: bool
    gateway: Mapping[str, Any]
    steps: tuple[Step, ...]
    expectations: tuple[Expectation, ...]

    @property
    def begins(self) -> datetime:
        """The midnight from which every `at` counts, in the plan's timezone."""
        return datetime.combine(self.begins_on, datetime.min.time(), ZoneInfo(self.plan.timezone))

    def moment(self, at: float) -> datetime:
        """The wall clock's time `at` seconds after the beginning."""
        return (self.begins.astimezone(UTC) + timedelta(seconds=at)).astimezone(self.begins.tzinfo)

    @property
    def lasts_seconds(self) -> float:
        """When it is over: every step is done, and whatever was to come of it has had its time."""
        done = max((step.at + step.lasts_seconds for step in self.steps), default=0.0)
        patience = max((expected.within_seconds or 0.0 for expected in self.expectations), default=0.0)
        return done + max(patience, LEAST_PATIENCE_SECONDS)


LEAST_PATIENCE_SECONDS = 60.0
"""So long after the last step a scenario still looks for what must not come."""
