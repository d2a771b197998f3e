"""How likely a sign of life is within the next five minutes, learned bin by bin: a sum of small weights.

A logistic model whose weights each stand for one circumstance: the half-hour; how old the silence is, by the last
place, by the hour, by how long ago the way out was passed; how much went on before it.
Learned online with steps that shrink with what was seen (AdaGrad; Duchi, Hazan and Singer 2011). A silence beyond
what the home often shows teaches nothing: a rare trip must not teach that long silence is normal.
"""

from dataclasses import dataclass, field
from math import exp, sqrt

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
_UNCHANGED = tuple(
    min((edge for edge in _EDGES_BINS if edge > bins), default=DOOR_CAP + 1) - bins for bins in range(DOOR_CAP + 1)
)
NIGHT = tuple(slot < 12 or slot >= 44 for slot in range(SLOTS))
_OLDEST_AT_HOME = 36
_BUSY = 5
_DOORS = 4
_SIZES = (SLOTS, PLACES * AGES, PARTS * AGES, _BUSY * PARTS, _DOORS * 2 * AGES)
_STARTS = tuple(sum(_SIZES[:group]) for group in range(len(_SIZES) + 1))
_SLOT, _PLACE, _LIFE, _BUSY_HOURS, _DOOR, WEIGHTS = _STARTS
_STEP = 0.1
_KEEP_PER_WEEK = 0.965
# What most homes do, as log odds by age of the silence: where learning begins.
_BEGIN = (0.4, -0.8, -1.2, -1.5, -1.8, -2.1, -2.3, -2.4, -2.5, -2.6, -2.7, -2.8, -2.9, -3.0, -3.0)

Circumstance = tuple[int, int, int, int, int]


@dataclass(slots=True)
class Before:
    """What went before a silence; it stays the same until the next sign. All but the first three are where the weights
    for it begin.
    """

    place: int = int(Place.OTHER)
    history: int = 0
    since_door: int = 999
    places: int = _PLACE + int(Place.OTHER) * AGES
    busy: int = _BUSY_HOURS
    door: int = _DOOR + (_DOORS - 1) * 2 * AGES

    def hear(self, quiet: int, place: int, door: bool) -> None:
        """A bin with a sign is over, after `quiet` silent ones. `door`: the way out was among its sensors."""
        since_door = 0 if door else self.since_door + quiet + 1
        history = (self.history << quiet + 1 | 1) & _HISTORY if quiet < _REMEMBERED else 1
        self.since_door, self.history, self.place = since_door, history, place
        self.places = _PLACE + place * AGES
        self.busy = _MANY[history.bit_count()]
        self.door = _DOOR + 2 * AGES * (0 if since_door == 0 else 1 if since_door <= 2 else 2 if since_door <= 6 else 3)


_REMEMBERED = 36
_HISTORY = (1 << _REMEMBERED) - 1
_MANY = tuple(_BUSY_HOURS + PARTS * sum(bins >= edge for edge in (3, 6, 11, 19)) for bins in range(37))


def _first_weights() -> list[float]:
    weights = [0.0] * WEIGHTS
    for age in range(AGES):
        for place in range(PLACES):
            weights[_PLACE + place * AGES + age] = _BEGIN[age]
    return weights


def unchanged(quiet: int, lifeless: int, place: int) -> int:
    """Silent bins until the circumstances change, whatever the half-hour."""
    left: int = _UNCHANGED[quiet]
    if lifeless == quiet or lifeless >= (_OLDEST_AT_HOME if place else DOOR_CAP):
        return left
    other: int = _UNCHANGED[lifeless]
    return min(left, other)


def circumstance(slot: int, quiet: int, lifeless: int, before: Before) -> Circumstance:
    """Which weights count. `quiet`: bins since any sign; `lifeless`: bins since life that was borne out."""
    oldest = _OLDEST_AT_HOME if before.place else DOOR_CAP
    age = _AGES[quiet]
    part = slot // SLOTS_PER_PART
    return (
        slot,
        before.places + age,
        _LIFE + part * AGES + _AGES[min(oldest, lifeless)],
        before.busy + part,
        before.door + (age + AGES if NIGHT[slot] else age),
    )


@dataclass(slots=True)
class Hazard:
    """The weights, and per weight how much was learned (the sum of squared slopes)."""

    weights: list[float] = field(default_factory=_first_weights)
    learned: list[float] = field(default_factory=lambda: [0.0] * WEIGHTS)

    def chance(self, at: Circumstance) -> float:
        """The chance of life in this bin."""
        weights = self.weights
        slot, place, hours, busy, door = at
        odds = weights[slot] + weights[place] + weights[hours] + weights[busy] + weights[door]
        return 1.0 / (1.0 + exp(-odds)) if odds > -30.0 else 1e-13

    def learn(self, at: Circumstance, slope: float, square: float) -> None:
        """What was expected of some bins less what came: the sum of it, and of its squares."""
        weights, learned = self.weights, self.learned
        slope *= _STEP
        for weight in at:
            learned[weight] = total = learned[weight] + square
            weights[weight] -= slope / sqrt(1.0 + total)

    def new_week(self) -> None:
        """Let the past count a little less, so that learning never ends."""
        learned = self.learned
        for weight, total in enumerate(learned):
            learned[weight] = total * _KEEP_PER_WEEK
