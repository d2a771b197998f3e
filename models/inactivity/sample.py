"""A simulated year of one home, made by this code alone: so that everything here runs without recordings of people.

It is no evidence of how well the watch works on people; the recordings are for that.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.inactivity.sensors import Sensor

DAYS = 365
TIMEZONE = "Asia/Shanghai"
_FIRST_MIDNIGHT = 1_735_660_800.0
"""1 January 2025, 00:00 in Shanghai, as UTC seconds."""

_DAY, _HOUR, _MINUTE = 86_400.0, 3_600.0, 60.0
SENSORS = (
    Sensor("pir-bedroom", "bedroom", "motion"),
    Sensor("pir-bathroom", "bathroom", "motion"),
    Sensor("pir-kitchen", "kitchen", "motion"),
    Sensor("pir-living", "living", "motion"),
    Sensor("door", "entry", "door"),
)
Event = tuple[float, str, float]


@dataclass
class _Home:
    chance: random.Random
    events: list[Event] = field(default_factory=list)

    def stay(self, begin: float, end: float, sensor: str, mean_minutes: float) -> None:
        """Signs in one room at random, so many minutes apart on average."""
        at = begin
        while at < end:
            self.events.append((round(at, 1), sensor, 1.0))
            at += self.chance.expovariate(1.0 / (mean_minutes * _MINUTE))

    def out(self, begin: float, end: float) -> None:
        """Through the door and back."""
        for at in (begin, begin + 4.0, end, end + 6.0):
            self.events.append((round(at, 1), "door", 1.0))


def year(seed: int = 1, days: int = DAYS) -> Iterator[Event]:
    """(UTC seconds, sensor, count) in time order: the same for the same seed."""
    home = _Home(random.Random(seed))
    absence = home.chance.randrange(60, 300)
    for day in range(days):
        midnight = _FIRST_MIDNIGHT + day * _DAY
        if absence <= day % DAYS < absence + 6:
            _strays(home, midnight)
        else:
            _ordinary_day(home, midnight, leaves=day % DAYS == absence - 1, back=day % DAYS == absence + 6)
    yield from sorted(home.events)


def _strays(home: _Home, midnight: float) -> None:
    for _ in range(2):
        sensor = home.chance.choice(SENSORS[:4]).id
        home.events.append((round(midnight + home.chance.uniform(0, _DAY), 1), sensor, 1.0))


def _ordinary_day(home: _Home, midnight: float, leaves: bool, back: bool) -> None:
    chance = home.chance
    if back:
        returns = midnight + chance.uniform(10, 14) * _HOUR
        home.out(returns - _DAY, returns)
        home.events = [event for event in home.events if event[0] >= returns or event[0] < returns - _DAY - 60]
        awake = returns + _MINUTE
    else:
        awake = midnight + chance.gauss(6.6, 0.5) * _HOUR
        _night(home, midnight, awake)
        home.stay(awake, awake + 25 * _MINUTE, "pir-bathroom", 6)
        home.stay(awake + 25 * _MINUTE, awake + 80 * _MINUTE, "pir-kitchen", 7)
        awake += 80 * _MINUTE
    if leaves:
        home.events += [(awake + 60.0, "door", 1.0), (awake + 64.0, "door", 1.0)]
        return
    asleep = midnight + chance.gauss(21.8, 0.6) * _HOUR
    _daytime(home, awake, asleep)


def _night(home: _Home, midnight: float, awake: float) -> None:
    chance = home.chance
    for _ in range(chance.choice((0, 1, 1, 2, 2, 3))):
        up = chance.uniform(midnight, awake - 30 * _MINUTE)
        home.stay(up, up + 2 * _MINUTE, "pir-bedroom", 1)
        home.stay(up + 2 * _MINUTE, up + 6 * _MINUTE, "pir-bathroom", 2)
    home.stay(midnight + chance.uniform(0, 2) * _HOUR, awake, "pir-bedroom", 90)


def _daytime(home: _Home, begin: float, end: float) -> None:
    """Stays of half an hour to two hours, in an order that leans on the hour; an outing on most days."""
    chance = home.chance
    at = begin
    outing = chance.random() < 0.7
    while at < end:
        hour = (at - _FIRST_MIDNIGHT) % _DAY / _HOUR
        if outing and hour > 9:
            outing = False
            home.stay(at, at + 3 * _MINUTE, "pir-living", 1)
            back = at + min(chance.lognormvariate(0.3, 0.6), 5.5) * _HOUR
            home.out(at + 4 * _MINUTE, back)
            home.stay(back + 10.0, back + 5 * _MINUTE, "pir-living", 2)
            at = back + 5 * _MINUTE
            continue
        meal = any(abs(hour - each) < 0.6 for each in (11.2, 17.3))
        nap = 12.5 < hour < 14 and chance.random() < 0.6
        room = (
            "pir-kitchen" if meal else "pir-bedroom" if nap else chance.choice(("pir-living",) * 4 + ("pir-kitchen",))
        )
        stays = chance.uniform(25, 100) * _MINUTE
        home.stay(at, min(at + stays, end), room, 45.0 if nap else 9.0)
        home.stay(min(at + stays, end), min(at + stays + 4 * _MINUTE, end), "pir-bathroom", 2)
        at += stays + 4 * _MINUTE
    home.stay(end, end + 12 * _MINUTE, "pir-bathroom", 3)
    home.stay(end + 12 * _MINUTE, end + 30 * _MINUTE, "pir-bedroom", 4)
