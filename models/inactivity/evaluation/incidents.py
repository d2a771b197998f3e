"""Collapses that nobody had: at a random moment at home, all later events are taken away."""

import bisect
import random

from models.inactivity.evaluation.recording import Event, Recording
from models.inactivity.sensors import Place, place_of

_DAY, _HOUR = 86_400.0, 3_600.0
_AFTER_DOOR = 600.0
_AWAY_SECONDS = 1_800.0
_NOBODY_SECONDS = 12 * _HOUR
_STRAYS_A_DAY = 2


def moments(recording: Recording, number: int, seed: int) -> list[float]:
    """So many moments with the resident at home, in time order, each hour of the day as likely as another.

    Away is a silence of half an hour and more (two reports where reports are hourly) that begins within ten minutes
    of the door; a silence of twelve hours counts as away too.
    """
    chance = random.Random(seed)
    away = _absences(recording)
    begins = [begin for begin, _ in away]
    first, last = recording.measured_from, recording.events[-1][0] - _DAY
    found: list[float] = []
    while len(found) < number:
        at = chance.uniform(first, last)
        place = bisect.bisect_right(begins, at) - 1
        if place < 0 or away[place][1] < at:
            found.append(at)
    return sorted(found)


def nothing(_moment: float) -> list[Event]:
    """What is heard after a collapse by default."""
    return []


def strays(recording: Recording, moment: float) -> list[Event]:
    """Two stray signs within the day after the moment, in any room but at the door, as the home would report them."""
    chance = random.Random(f"{recording.name} {moment}")
    rooms = [sensor.id for sensor in recording.sensors if place_of(sensor) != Place.ENTRY]
    step, phase = recording.resolution, recording.events[0][0] % recording.resolution
    times = sorted(moment + chance.uniform(0.0, _DAY) for _ in range(_STRAYS_A_DAY))
    return [((at - phase) // step * step + phase + step, chance.choice(rooms), 1.0) for at in times]


def _absences(recording: Recording) -> list[tuple[float, float]]:
    doors = {sensor.id for sensor in recording.sensors if place_of(sensor) == Place.ENTRY}
    shortest = max(_AWAY_SECONDS, 1.5 * recording.resolution)
    found = []
    door_at = float("-inf")
    before = recording.events[0][0]
    for at, sensor, _ in recording.events:
        silence = at - before
        if silence > shortest and (before - door_at <= _AFTER_DOOR or silence > _NOBODY_SECONDS):
            found.append((before, at))
        before = at
        if sensor in doors:
            door_at = at
    return found
