"""How likely a sign of life is within the next five minutes, learned bin by bin: a sum of small weights.

A logistic model whose weights each stand for one circumstance: the half-hour; how old the silence is, by the last
place, by how much went on before it, by how long ago the way out was passed, by whether its last sign was borne out.
Learned online with steps that shrink with what was seen (AdaGrad; Duchi, Hazan and Singer 2011). A silence beyond
what the home often shows teaches nothing: a rare trip must not teach that long silence is normal.
"""

from math import exp, sqrt

import msgspec

from models.inactivity.counts import Counts, zeros
from models.inactivity.sensors import Place

BIN_SECONDS = 300
SLOTS = 48
PARTS = 8
SLOTS_PER_PART = SLOTS // PARTS
PLACES = len(Place)
_EDGES_BINS = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 72, 96, 144)
AGES = len(_EDGES_BINS) + 1
HOME_CAP, DOOR_CAP = 30, 144
"""Silent bins beyond which a silence teaches nothing, until the home has shown its own: 2 h 30; after the door 12 h."""

_AGES = tuple(sum(bins >= edge for edge in _EDGES_BINS) for bins in range(DOOR_CAP + 1))
_NIGHT = tuple(slot < 12 or slot >= 44 for slot in range(SLOTS))
_OLDEST_AT_HOME = 36
_BUSY = 5
_DOORS = 4
_LOUD = 4
_SIZES = (SLOTS, AGES * PLACES, AGES * PARTS, _BUSY * AGES, _BUSY * PARTS, _DOORS * AGES * 2, AGES * 4, _LOUD * AGES)
_STARTS = tuple(sum(_SIZES[:group]) for group in range(len(_SIZES) + 1))
_SLOT, _PLACE, _LIFE, _BUSY_HOUR, _BUSY_HOURS, _DOOR, _LONE, _LOUDNESS, WEIGHTS = _STARTS
_STEP = 0.1
_KEEP_PER_WEEK = 0.965
# What most homes do, as log odds by age of the silence: where learning begins.
_BEGIN = (0.4, -0.8, -1.2, -1.5, -1.8, -2.1, -2.3, -2.4, -2.5, -2.6, -2.7, -2.8, -2.9, -3.0, -3.0)

Circumstance = tuple[int, int, int, int, int, int, int, int]


class Before(msgspec.Struct):
    """What went before a silence; it stays the same until the next sign."""

    place: int = int(Place.OTHER)
    busy_hour: int = 0
    busy_hours: int = 0
    door: int = _DOORS - 1
    lone: int = 0
    loud: int = 0
    history: int = 0
    since_door: int = 999

    def hear(self, life: bool, place: int, door: bool, count: float) -> None:
        """A bin with a sign is over. `door`: the way out was among its sensors."""
        since_door = 0 if door else self.since_door + 1
        history = (self.history << 1 | 1) & HISTORY
        self.since_door, self.history = since_door, history
        self.place, self.lone = place, int(not life)
        self.busy_hour = _FEW[(history & _HOUR).bit_count()]
        self.busy_hours = _MANY[history.bit_count()]
        self.door = 0 if since_door == 0 else 1 if since_door <= 2 else 2 if since_door <= 6 else 3
        self.loud = 0 if count <= 2 else 1 if count <= 8 else 2 if count <= 30 else 3


HISTORY = (1 << 36) - 1
_HOUR = (1 << 12) - 1
_FEW = tuple(sum(bins >= edge for edge in (2, 3, 5, 8)) for bins in range(13))
_MANY = tuple(sum(bins >= edge for edge in (3, 6, 11, 19)) for bins in range(37))


def _first_weights() -> Counts:
    weights = zeros(WEIGHTS)
    for age in range(AGES):
        for place in range(PLACES):
            weights[_PLACE + age * PLACES + place] = _BEGIN[age]
    return weights


def circumstance(slot: int, quiet: int, lifeless: int, before: Before) -> Circumstance:
    """Which weights count. `quiet`: bins since any sign; `lifeless`: bins since life that was borne out."""
    place = before.place
    oldest = _OLDEST_AT_HOME if place else DOOR_CAP
    age = _AGES[quiet]
    old = _AGES[lifeless if lifeless < oldest else oldest]  # noqa: FURB136 a call costs more than the sum of weights
    part = slot // SLOTS_PER_PART
    night = _NIGHT[slot]
    return (
        slot,
        _PLACE + age * PLACES + place,
        _LIFE + old * PARTS + part,
        _BUSY_HOUR + before.busy_hour * AGES + age,
        _BUSY_HOURS + before.busy_hours * PARTS + part,
        _DOOR + (before.door * AGES + age) * 2 + night,
        _LONE + (before.lone * AGES + age) * 2 + night,
        _LOUDNESS + before.loud * AGES + age,
    )


class Hazard(msgspec.Struct):
    """The weights, and per weight how much was learned (the sum of squared slopes)."""

    weights: Counts = msgspec.field(default_factory=_first_weights)
    learned: Counts = msgspec.field(default_factory=lambda: zeros(WEIGHTS))

    def chance(self, at: Circumstance) -> float:
        """The chance of life in this bin."""
        weights = self.weights
        a, b, c, d, e, f, g, h = at
        odds = weights[a] + weights[b] + weights[c] + weights[d] + weights[e] + weights[f] + weights[g] + weights[h]
        return 1.0 / (1.0 + exp(-odds)) if odds > -30.0 else 1e-13

    def learn(self, at: Circumstance, chance: float, life: bool) -> None:
        """What happened where `chance` had been expected."""
        weights, learned = self.weights, self.learned
        slope = chance - life
        square = slope * slope
        step = _STEP * slope
        for weight in at:
            total = learned[weight] + square
            learned[weight] = total
            weights[weight] -= step / sqrt(1.0 + total)

    def new_week(self) -> None:
        """Let the past count a little less, so that learning never ends."""
        learned = self.learned
        for weight, total in enumerate(learned):
            learned[weight] = total * _KEEP_PER_WEEK
