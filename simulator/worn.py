"""What an accelerometer on the body feels, sample by sample: daily life, falls, and a band on the table. In g.

Parametric and drawn from a seed; no recording of anybody. Forms and figures follow what is published of falls: a fall
begins with part of the weight gone, ends in an impact of some g, turns the body by about a right angle, and leaves it
still. A slump (a slow slide from a chair) has hardly an impact.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

Sample = tuple[float, float, float]
RATE_HZ = 50
_TREMOR_G = 0.012
_BREATH_G, _BREATH_HZ = 0.006, 0.25
_SENSOR_NOISE_G = 0.004


@dataclass(frozen=True, slots=True)
class Fall:
    """How a kind of fall feels: seconds of falling with so many g left, the impact, and how far the body turns."""

    falling_seconds: tuple[float, float]
    left_g: tuple[float, float]
    impact_g: tuple[float, float]
    turn_degrees: tuple[float, float]
    axis: int


FALLS = {
    "forward": Fall((0.45, 0.7), (0.25, 0.5), (3.2, 5.5), (70, 100), 0),
    "backward": Fall((0.4, 0.65), (0.2, 0.45), (3.5, 6.0), (75, 105), 0),
    "sideways": Fall((0.4, 0.65), (0.25, 0.5), (3.0, 5.0), (70, 100), 1),
    "slump": Fall((0.9, 1.5), (0.6, 0.8), (1.7, 2.4), (40, 75), 0),
}


class Body:
    """The wearer. `posture` is how gravity lies in the band's axes; it stays until a fall or a change turns it."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._gravity: Sample = (0.1, 0.2, math.sqrt(1 - 0.05))
        self._clock = 0

    def walks(self, seconds: float) -> Iterator[Sample]:
        """Steps: about two a second, a third of a g up and down, the arm swinging at half of that."""
        cadence = self._draw.uniform(1.5, 1.9)
        depth = self._draw.uniform(0.18, 0.32)
        for at in self._ticks(seconds):
            step = math.sin(2 * math.pi * cadence * at)
            swing = math.sin(math.pi * cadence * at)
            yield self._felt(1 + depth * step + 0.08 * step * step, (0.15 * swing, 0.1 * swing, 0.05 * step), 0.03)

    def rests(self, seconds: float) -> Iterator[Sample]:
        """Sitting or lying: breath and a little tremor."""
        for at in self._ticks(seconds):
            breath = _BREATH_G * math.sin(2 * math.pi * _BREATH_HZ * at)
            yield self._felt(1.0 + breath, (0.0, breath, 0.0), _TREMOR_G)

    def lies_on_the_table(self, seconds: float) -> Iterator[Sample]:
        """Nobody wears it: gravity and the sensor's own noise."""
        self._gravity = (0.0, 0.0, 1.0)
        for _ in self._ticks(seconds):
            yield self._felt(1.0, (0.0, 0.0, 0.0), _SENSOR_NOISE_G)

    def falls(self, kind: str) -> Iterator[Sample]:
        """A fall of this kind, until the body has come to rest. Raises KeyError for a kind outside of FALLS."""
        fall = FALLS[kind]
        draw = self._draw.uniform
        falling, left, impact = draw(*fall.falling_seconds), draw(*fall.left_g), draw(*fall.impact_g)
        turn = math.radians(draw(*fall.turn_degrees)) * self._draw.choice((-1, 1))
        before = self._gravity
        for at in self._ticks(falling):
            share = at / falling
            self._gravity = _turned(before, turn * share, fall.axis)
            yield self._felt(1 - (1 - left) * math.sin(math.pi * min(1.0, share * 1.2) / 2), (0.0, 0.0, 0.0), 0.08)
        self._gravity = _turned(before, turn, fall.axis)
        yield from self._hits_the_ground(impact)

    def _hits_the_ground(self, impact_g: float) -> Iterator[Sample]:
        width = self._draw.uniform(0.05, 0.09)
        for at in self._ticks(0.9):
            if at < width:
                strength = (impact_g - 1) * math.sin(math.pi * (at + 0.5 / RATE_HZ) / width)
            else:
                strength = 0.45 * (impact_g - 1) * math.exp(-(at - width) / 0.12) * math.sin(2 * math.pi * 9 * at)
            yield self._felt(1 + strength, (0.3 * strength, 0.2 * strength, 0.0), 0.04)

    def _ticks(self, seconds: float) -> Iterator[float]:
        for number in range(max(1, round(seconds * RATE_HZ))):
            yield number / RATE_HZ

    def _felt(self, weight: float, more: Sample, noise_g: float) -> Sample:
        x, y, z = (
            weight * part + extra + self._draw.gauss(0.0, noise_g)
            for part, extra in zip(self._gravity, more, strict=True)
        )
        return x, y, z


def _turned(gravity: Sample, angle: float, axis: int) -> Sample:
    """Gravity after a turn about the band's x axis (0) or its y axis (1)."""
    x, y, z = gravity
    cosine, sine = math.cos(angle), math.sin(angle)
    if axis == 0:
        return x, y * cosine - z * sine, y * sine + z * cosine
    return x * cosine + z * sine, y, -x * sine + z * cosine
