"""What befalls a home in the course of months: calls for help, and the power, the line or the desk gone meanwhile."""

import random
from collections.abc import Iterator

from simulator.deeds import DAY_SECONDS, DEEDS
from simulator.plan import Device, Plan
from simulator.scenario import Step

SLOT_SECONDS = DAY_SECONDS / 4
"""At most one call in each quarter of a day, and none near its ends: no two of them can be taken for one."""
_CALLS_A_DAY = 0.1
_EDGE_SECONDS = 3_600.0
_SMOKE_SECONDS = 600.0
_OUTAGES = (
    # (deed, its end, how many a day, the shortest and the longest in seconds)
    ("line_down", "line_up", 1 / 30, 30.0, 43_200.0),
    ("broker_down", "broker_up", 1 / 90, 10.0, 3_600.0),
    ("centre_down", "centre_up", 1 / 90, 60.0, 7_200.0),
)
_POWER_CUTS_A_DAY = 1 / 60
_POWER_CUT_SECONDS = (2.0, 3_000.0)


def calls(plan: Plan, draw: random.Random, days: int) -> list[Step]:
    """Everything that must reach the desk, each exactly once."""
    able = plan.of_family("cord", "button", "band", "smoke")
    found: list[Step] = []
    for number in range(days * 4):
        if able and draw.random() < _CALLS_A_DAY / 4:
            at = number * SLOT_SECONDS + draw.uniform(_EDGE_SECONDS, SLOT_SECONDS - _EDGE_SECONDS)
            found += _call(draw.choice(able), at)
    return found


def outages(draw: random.Random, days: int) -> Iterator[Step]:
    """What stands in their way. The power goes only at the ends of a slot: what nobody hears nobody can send."""
    for day in range(days):
        for begin, end, a_day, shortest, longest in _OUTAGES:
            if draw.random() < a_day:
                at = day * DAY_SECONDS + draw.uniform(0.0, DAY_SECONDS / 2)
                yield step(begin, at)
                yield step(end, at + draw.uniform(shortest, longest))
        if draw.random() < _POWER_CUTS_A_DAY:
            at = day * DAY_SECONDS + draw.randrange(4) * SLOT_SECONDS
            yield step("power_cut", at, seconds=draw.uniform(*_POWER_CUT_SECONDS))


def _call(device: Device, at: float) -> list[Step]:
    if device.family == "smoke":
        return [step("smoke_on", at, device), step("smoke_off", at + _SMOKE_SECONDS, device)]
    return [step("fall" if device.family == "band" else "press", at, device)]


def step(do: str, at: float, device: Device | None = None, **numbers: float) -> Step:
    """A step with the usual value of every key that is not given."""
    deed = DEEDS[do]
    return Step(
        at=at,
        do=do,
        device=device,
        numbers={key: number.usual for key, number in deed.numbers.items()} | numbers,
        words={key: known[0] for key, known in deed.words.items()},
    )
