"""The circle around the home: when somebody with a locator has left it, and when they are back. Pure.

    home ──out──► once_out ──out──► outside (raised) ──in──► once_in ──in──► home (it is over)
     ▲               │ in              ▲                       │ out
     └───────────────┘                 └───────────────────────┘

One fix is never enough: a fix through a wall or from a passing bus's network can be anywhere. A fix whose error reaches
over the line says nothing. The locator's own word that its fence was left (`told`) is an alarm at once, wherever the
fixes say it is; the end is always the circle's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from drivers.event import Location

ASSUMED_ERROR_M = 50.0
"""The error of a fix whose device tells none; satellites between houses."""
_EARTH_RADIUS_M = 6_371_009.0


class Phase(StrEnum):
    """Where somebody is, as far as the fixes have said."""

    HOME = "home"
    ONCE_OUT = "once_out"
    OUTSIDE = "outside"
    ONCE_IN = "once_in"


class Said(StrEnum):
    """What a fix, or the locator itself, says."""

    OUT = "out"
    IN = "in"
    TOLD = "told"


TRANSITIONS: Mapping[tuple[Phase, Said], Phase] = {
    (Phase.HOME, Said.OUT): Phase.ONCE_OUT,
    (Phase.ONCE_OUT, Said.IN): Phase.HOME,
    (Phase.ONCE_OUT, Said.OUT): Phase.OUTSIDE,
    (Phase.OUTSIDE, Said.IN): Phase.ONCE_IN,
    (Phase.ONCE_IN, Said.OUT): Phase.OUTSIDE,
    (Phase.ONCE_IN, Said.IN): Phase.HOME,
    (Phase.HOME, Said.TOLD): Phase.OUTSIDE,
    (Phase.ONCE_OUT, Said.TOLD): Phase.OUTSIDE,
    (Phase.ONCE_IN, Said.TOLD): Phase.OUTSIDE,
}
"""Whatever is not here changes nothing."""

RAISED = frozenset({Phase.OUTSIDE, Phase.ONCE_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One fix as the fence sees it: `at` is the device's own time of it, `stamp` its own mark, None where it has none.

    `heard` is when it came, monotonic seconds.
    """

    location: Location
    at: datetime | None
    stamp: str | None
    heard: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with one locator. `radius_m` is the circle that was left, while an alarm is raised."""

    phase: Phase = Phase.HOME
    radius_m: int | None = None


def distance_m(one: Location, latitude: float, longitude: float) -> float:
    """Metres along the ground between a position and a place, on a sphere: to half a percent."""
    north, south = math.radians(one.latitude), math.radians(latitude)
    east = math.radians(one.longitude - longitude)
    half = math.sin((north - south) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def side_of(distance: float, error_m: float | None, radius_m: float) -> Said | None:
    """Whether a fix is outside, all of its error; inside, and no vaguer than the circle is wide; or says neither."""
    error = ASSUMED_ERROR_M if error_m is None else error_m
    if distance - error > radius_m:
        return Said.OUT
    return Said.IN if distance <= radius_m and error <= radius_m else None


def is_news(fix: Fix, last: Fix | None, repeat_seconds: float) -> bool:
    """Whether a fix is another one than the last: newer by its own time, else of another mark, else elsewhere.

    A locator that has neither time nor mark and says the very same degrees within `repeat_seconds` repeats itself.
    """
    if last is None:
        return True
    if fix.at is not None and last.at is not None:
        return fix.at > last.at
    if fix.stamp is not None and last.stamp is not None:
        return fix.stamp != last.stamp
    same = (fix.location.latitude, fix.location.longitude) == (last.location.latitude, last.location.longitude)
    return not same or fix.heard - last.heard > repeat_seconds


def step(standing: Standing, said: Said, radius_m: int) -> Standing:
    """What comes of a word; `radius_m` is the circle that holds now."""
    phase = TRANSITIONS.get((standing.phase, said), standing.phase)
    if phase is standing.phase:
        return standing
    if phase not in RAISED:
        return Standing(phase=phase)
    return replace(standing, phase=phase, radius_m=standing.radius_m if standing.phase in RAISED else radius_m)
