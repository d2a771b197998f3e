"""The home that disk, mobile data and a week without a line are reckoned for: 15 devices, one person who is at home.

A day of it, always the same for the same seed: some 900 messages of movement while the person is up and a few at night,
the front door 16 times, a refrigerator 30 times, a bed mat 12 times, temperature and humidity every ten minutes, and
every battery device's hourly sign of life.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from drivers.event import ClockQuality, Event, Kind, State
from gateway.ids import new_id

ROOMS = ("living", "kitchen", "bath", "bedroom", "hall")
MOTIONS = tuple(f"motion-{room}" for room in ROOMS)
CHECKED = (
    *MOTIONS, "door-front", "door-fridge", "mat-bed", "smoke-kitchen", "smoke-hall", "co-kitchen", "water-bath",
    "climate-living",
)  # fmt: skip
DEVICES = (*CHECKED, "cord-bath", "cord-bed")
DAY_SECONDS = 86_400
UP_FROM, UP_UNTIL = 6.5 * 3_600, 22 * 3_600
MOVEMENTS = 900


def day(midnight: datetime, seed: int) -> list[Event]:
    """The telemetry of one day, in order of time."""
    chance = random.Random(seed)
    said = sorted([*_movements(chance), *_things(chance), *_signs_of_life(chance)], key=lambda one: one[0])
    return [_event(midnight, one, chance) for one in said]


def alarm(at: datetime, type_: str, device: str) -> Event:
    """An alarm of that moment."""
    own = new_id()
    return Event(
        id=own, alarm=own, kind=Kind.ALARM, type=type_, received_at=at, device=device, model="ev1527-cord",
        room="bath", driver="ev1527", state=State.ACTIVE, clock_quality=ClockQuality.SYNCHRONISED,
        supervised=False, evidence={"code": "F"}, raw="aa5a8c28010104189ead9f55",
    )  # fmt: skip


def fault(at: datetime, kind: Kind, device: str) -> Event:
    """A device's fault, or the end of one."""
    return Event(
        id=new_id(), kind=kind, type=Kind.SUPERVISION_LOST if kind is Kind.RESTORE else None, received_at=at,
        device=device, model="generic-smoke", room="kitchen", driver="zigbee2mqtt", supervised=True,
        clock_quality=ClockQuality.SYNCHRONISED,
    )  # fmt: skip


_Said = tuple[float, str, Kind, str | None, float | None, str | None]


def _movements(chance: random.Random) -> Iterator[_Said]:
    moments = [chance.uniform(UP_FROM, UP_UNTIL) for _ in range(MOVEMENTS // 2)]
    moments += [chance.uniform(0, UP_FROM) for _ in range(4)]
    for second in moments:
        device = chance.choice(MOTIONS)
        yield second, device, Kind.ACTIVITY, "motion", None, None
        yield second + 60, device, Kind.ACTIVITY, "motion_clear", None, None


def _things(chance: random.Random) -> Iterator[_Said]:
    for device, often in (("door-front", 8), ("door-fridge", 15), ("mat-bed", 6)):
        for _ in range(often):
            second = chance.uniform(UP_FROM, UP_UNTIL)
            yield second, device, Kind.ACTIVITY, "contact_open", None, None
            yield second + chance.uniform(5, 90), device, Kind.ACTIVITY, "contact_closed", None, None
    for second in range(0, DAY_SECONDS, 600):
        yield second, "climate-living", Kind.MEASUREMENT, "temperature", round(chance.uniform(17, 25), 1), "celsius"
        yield second, "climate-living", Kind.MEASUREMENT, "humidity", round(chance.uniform(30, 60), 1), "percent"


def _signs_of_life(chance: random.Random) -> Iterator[_Said]:
    for device in CHECKED:
        late = chance.uniform(0, 3_600)
        for hour in range(24):
            yield hour * 3_600 + late, device, Kind.SUPERVISION, None, None, None


def _event(midnight: datetime, said: _Said, chance: random.Random) -> Event:
    second, device, kind, type_, value, unit = said
    return Event(
        id=new_id(), kind=kind, type=type_, received_at=midnight + timedelta(seconds=second), device=device,
        model=f"generic-{device.split('-')[0]}", room=device.split("-")[1], driver="zigbee2mqtt", address=device,
        value=value, unit=unit, supervised=True, clock_quality=ClockQuality.SYNCHRONISED,
        link_quality=chance.randint(60, 160), battery_percent=95.0,
        raw=b'{"occupancy":true,"battery":95}'.hex(),
    )  # fmt: skip
