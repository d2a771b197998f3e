"""What happens in a fleet, drawn from a seed before it begins: pure, the same for the same numbers.

Times are seconds from the moment when all homes are connected. A profile says how many homes call for help and when,
what else they say meanwhile, and what happens to the line, the broker or the desk.
"""

import enum
import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.fleet.radio import Sender

QUAKE_SECONDS = 60.0
FIRE_SHARE = 0.2
"""So many of the alarms are smoke, one of two at least; an earthquake's are all cords."""


class Trouble(enum.Enum):
    """What is done to the district."""

    TEAR = "tear"
    BROKER_DOWN = "broker_down"
    BROKER_UP = "broker_up"
    DESK_STOPS = "desk_stops"
    DESK_GOES_ON = "desk_goes_on"


@dataclass(frozen=True, slots=True, order=True)
class Saying:
    """A home's sender is heard: the home by its index, from 0."""

    at: float
    home: int
    sender: Sender


@dataclass(frozen=True, slots=True)
class Happening:
    """Something is done to the district."""

    at: float
    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Shares are of the homes, `motion_seconds` is how often something moves in one of them; None: not at all.

    `storm` is when the trouble begins, as a share of the run; the alarms come from then on, within `alarm_seconds` at
    most. Without a trouble they come over the whole run.
    """

    meaning: str
    alarm_share: float
    motion_seconds: float | None = None
    request_share: float = 0.0
    fire_share: float = FIRE_SHARE
    storm: float | None = None
    alarm_seconds: float = math.inf
    alarm_span: float = 0.8
    """The alarms' time as a share of the run: the last ones must still be answered within it."""


PROFILES = {
    "quiet": Profile(meaning="a quiet day: one home in twenty calls", alarm_share=0.05, motion_seconds=60.0),
    "busy": Profile(
        meaning="a busy evening: three homes in ten call, one in five wants something",
        alarm_share=0.3, motion_seconds=10.0, request_share=0.2,
    ),
    "reconnect": Profile(
        meaning="every line is torn at once; a tenth of the homes calls while all come back",
        alarm_share=0.1, motion_seconds=60.0, storm=0.2, alarm_seconds=1.0,
    ),
    "earthquake": Profile(
        meaning="a tenth of the homes pulls the cord within 60 s", alarm_share=0.1, fire_share=0.0,
        alarm_seconds=QUAKE_SECONDS, alarm_span=0.5,
    ),
    "failover": Profile(
        meaning="the broker dies and another takes its place; a tenth of the homes calls meanwhile",
        alarm_share=0.1, motion_seconds=60.0, storm=0.2, alarm_seconds=10.0, alarm_span=0.5,
    ),
    "slow_desk": Profile(
        meaning="the desk stands still for most of every two seconds; a tenth of the homes calls",
        alarm_share=0.1, motion_seconds=60.0, storm=0.1, alarm_span=0.6,
    ),
}  # fmt: skip
_BROKER_AWAY_SECONDS = 2.0
_DESK_AWAY_SECONDS, _DESK_ROUND_SECONDS = 1.5, 2.0
_SLOW_UNTIL = 0.8


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that happens, in the order of time."""

    sayings: tuple[Saying, ...]
    happenings: tuple[Happening, ...]
    both: tuple[int, ...]
    """The homes where a cord is pulled and smoke rises in the same moment: the smoke must leave first."""

    @property
    def alarms(self) -> int:
        """How many alarms must come."""
        return sum(saying.sender.calls_for_help for saying in self.sayings)


def script(profile: Profile, homes: int, seconds: float, seed: int) -> Script:
    """What happens among `homes` homes in `seconds`."""
    draw = random.Random(seed)
    alarms, both = _alarms(profile, homes, seconds, draw)
    others = [*_motions(profile, homes, seconds, draw), *_requests(profile, homes, seconds, draw)]
    happenings = tuple(_happenings(profile, seconds))
    return Script(tuple(sorted([*alarms, *others], key=lambda one: one.at)), happenings, both)


def _alarms(profile: Profile, homes: int, seconds: float, draw: random.Random) -> tuple[list[Saying], tuple[int, ...]]:
    count = max(1, round(homes * profile.alarm_share))
    fires = max(int(count * profile.fire_share), 1 if profile.fire_share and count > 1 else 0)
    begin = seconds * (profile.storm or 0.0)
    span = min(profile.alarm_seconds, seconds * profile.alarm_span)
    if profile.storm is None or profile.alarm_seconds > 1.0:
        callers = draw.sample(range(homes), count)
        senders = [Sender.SMOKE] * fires + [Sender.CORD] * (count - fires)
        moments = [begin + draw.uniform(0.0, span) for _ in callers]
        return [Saying(*one) for one in zip(moments, callers, senders, strict=True)], ()
    callers = draw.sample(range(homes), count - fires)
    cords = [Saying(begin + draw.uniform(0.0, span), home, Sender.CORD) for home in callers[fires:]]
    # While every line is torn: what waits in one home leaves in its order once the line is back.
    pairs = [Saying(begin, home, sender) for home in callers[:fires] for sender in (Sender.CORD, Sender.SMOKE)]
    return pairs + cords, tuple(callers[:fires])


def _motions(profile: Profile, homes: int, seconds: float, draw: random.Random) -> Iterator[Saying]:
    if profile.motion_seconds is None:
        return
    for home in range(homes):
        at = draw.uniform(0.0, profile.motion_seconds)
        while at < seconds:
            yield Saying(at, home, Sender.MOTION)
            at += draw.uniform(0.5, 1.5) * profile.motion_seconds


def _requests(profile: Profile, homes: int, seconds: float, draw: random.Random) -> Iterator[Saying]:
    for home in draw.sample(range(homes), round(homes * profile.request_share)):
        yield Saying(draw.uniform(0.0, seconds * profile.alarm_span), home, Sender.MEAL)


def _happenings(profile: Profile, seconds: float) -> Iterator[Happening]:
    if profile.storm is None:
        return
    begin = seconds * profile.storm
    if profile is PROFILES["reconnect"]:
        yield Happening(begin, Trouble.TEAR)
    elif profile is PROFILES["failover"]:
        yield Happening(begin, Trouble.BROKER_DOWN)
        yield Happening(begin + _BROKER_AWAY_SECONDS, Trouble.BROKER_UP)
    else:
        for number in itertools.count():
            at = begin + number * _DESK_ROUND_SECONDS
            if at > seconds * _SLOW_UNTIL:
                return
            yield Happening(at, Trouble.DESK_STOPS)
            yield Happening(at + _DESK_AWAY_SECONDS, Trouble.DESK_GOES_ON)
