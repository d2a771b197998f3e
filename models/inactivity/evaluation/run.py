"""One home under the watch from its first day: strictly causal, with collapses tried on copies along the way."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from models.inactivity.evaluation.incidents import nothing
from models.inactivity.evaluation.recording import Event, Recording
from models.inactivity.verdict import Verdict
from models.inactivity.watch import InactivityWatch

STEP = 300.0
HORIZON_HOURS = 24.0
_HOUR, _DAY = 3_600.0, 86_400.0


class Watch(Protocol):
    """What is measured: the watch, or a plain timer."""

    def observe(self, at: float, sensor: str, count: float = 1) -> None:
        """One report."""

    def check(self, at: float) -> Verdict | None:
        """What is to be said now."""


@dataclass
class Measured:
    """`delays`: hours, with the local hour of the moment; `false_alarms` and `prompts` of `days` of ordinary life."""

    name: str
    days: float
    false_alarms: list[Verdict] = field(default_factory=list)
    prompts: int = 0
    delays: list[tuple[float, float]] = field(default_factory=list)

    @property
    def per_30_days(self) -> float:
        """False alarms per 30 days."""
        return len(self.false_alarms) / self.days * 30.0


def measure(
    recording: Recording,
    watch: Watch,
    copy: Callable[[Watch], Watch],
    moments: list[float],
    tick: Callable[[], object],
    strays: Callable[[float], list[Event]] = nothing,
) -> Measured:
    """Run the recording through the watch; `tick` is called once a day. `strays` are what is heard after a moment."""
    first, last = recording.events[0][0], recording.events[-1][0]
    result = Measured(recording.name, (last - recording.measured_from) / _DAY)
    position, tried, days = 0, 0, 0
    at = math.floor(first / STEP) * STEP + STEP
    while at < last:
        while tried < len(moments) and moments[tried] < at:
            moment = moments[tried]
            known = (event for event in recording.events[position : position + 1000] if event[0] <= moment)
            delay = _collapse(copy(watch), known, strays(moment), moment, at)
            result.delays.append((delay, moment % _DAY / _HOUR))
            tried += 1
        while position < len(recording.events) and recording.events[position][0] <= at:
            watch.observe(*recording.events[position])
            position += 1
        verdict = watch.check(at)
        if verdict is not None and at >= recording.measured_from:
            if verdict.stage == "alarm":
                result.false_alarms.append(verdict)
            result.prompts += verdict.stage == "prompt"
        at += STEP
        if (at - first) // _DAY > days:
            days += 1
            tick()
    return result


def copy_of(watch: Watch) -> Watch:
    """The watch as a restart would bring it back."""
    assert isinstance(watch, InactivityWatch)
    return InactivityWatch.restore(watch.state())


def _collapse(watch: Watch, known: Iterator[Event], strays: list[Event], moment: float, at: float) -> float:
    """Hours from the moment to the first alarm."""
    for event in known:
        watch.observe(*event)
    while at <= moment + HORIZON_HOURS * _HOUR:
        while strays and strays[0][0] <= at:
            watch.observe(*strays.pop(0))
        verdict = watch.check(at)
        if verdict is not None and verdict.stage == "alarm":
            return (at - moment) / _HOUR
        at += STEP
    return HORIZON_HOURS
