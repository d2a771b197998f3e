"""What the inactivity watch costs: a step of five minutes in silence, a lived day, and the bytes of its state.

`python -P -m benchmarks inactivity` prints it, from the simulated home after half a year.
"""

import asyncio
import time
from pathlib import Path

from models.inactivity import InactivityWatch, sample

_DAYS = 180
_MEASURED_DAYS = 30
_STEP = 300.0
_TRIES = 3


async def measure(_folder: Path) -> str:
    """Microseconds a step, milliseconds a day, bytes of state."""
    return await asyncio.to_thread(table)


def table() -> str:
    """The three figures, in the time of the processor; the best of three. A day has its events, and what is learned."""
    events = list(sample.year(days=_DAYS + _MEASURED_DAYS))
    watch = InactivityWatch(sample.SENSORS, 1.0, sample.TIMEZONE)
    begin = events[0][0] // _STEP * _STEP
    middle = begin + _DAYS * 86_400
    _run(watch, events, begin, middle)
    blob = watch.state()
    later = [event for event in events if event[0] >= middle]
    steps = _MEASURED_DAYS * 288
    silent = min(_timed(InactivityWatch.restore(blob), [], middle) for _ in range(_TRIES))
    lived = min(_timed(InactivityWatch.restore(blob), later, middle) for _ in range(_TRIES))
    day = f"a day of {len(later) / _MEASURED_DAYS:.0f} reports and 288 steps"
    return (
        f"{'a step of five minutes, nothing heard':<44}{silent / steps * 1e6:>9.1f} us\n"
        f"{day:<44}{lived / _MEASURED_DAYS * 1e3:>9.2f} ms\n"
        f"{'state':<44}{len(blob):>9} bytes"
    )


def _timed(watch: InactivityWatch, events: list[sample.Event], begin: float) -> float:
    began = time.process_time()
    _run(watch, events, begin, begin + _MEASURED_DAYS * 86_400)
    return time.process_time() - began


def _run(watch: InactivityWatch, events: list[sample.Event], begin: float, end: float) -> None:
    position = 0
    at = begin
    while at <= end:
        while position < len(events) and events[position][0] <= at:
            watch.observe(*events[position])
            position += 1
        watch.check(at)
        at += _STEP


if __name__ == "__main__":
    print(table())
