"""A home for the tests: the simulated one, watched as a gateway does."""

from collections.abc import Iterable

from models.inactivity import InactivityWatch, Verdict, sample

DAY = 86_400.0
HOUR = 3_600.0
STEP = 300.0


def a_watch(per_30_days: float = 1.0) -> InactivityWatch:
    return InactivityWatch(sample.SENSORS, per_30_days, sample.TIMEZONE)


def run(
    watch: InactivityWatch, events: Iterable[sample.Event], begin: float, end: float, step: float = STEP
) -> list[Verdict]:
    """Tell the watch every event in order, and check it every five minutes from `begin` to `end`."""
    said = []
    queue = [event for event in events if begin - step < event[0] <= end]
    position = 0
    at = begin
    while at <= end:
        while position < len(queue) and queue[position][0] <= at:
            watch.observe(*queue[position])
            position += 1
        verdict = watch.check(at)
        if verdict is not None:
            said.append(verdict)
        at += step
    return said


def alarms(said: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in said if verdict.stage == "alarm"]
