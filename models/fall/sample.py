"""Made-up recordings, so that training and measuring run without anybody's data. No figure on them means anything.

A movement is a tilt of the body over time, an acceleration along gravity and a shock, with the sensor's noise.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from models.fall.model import Position
from models.fall.recordings import Recording

Floats = npt.NDArray[np.float64]

RATE_HZ = 50.0
_SECONDS = 14.0
_PEOPLE = 4
_NOISE_G = 0.01


def sample(position: Position, seed: int = 1) -> list[Recording]:
    """Falls and daily life of a few people who do not exist, at 50 Hz, all of one device."""
    random = np.random.default_rng([seed, len(position)])
    found: list[Recording] = []
    for person in range(_PEOPLE):
        for code, make in _MOVEMENTS.items():
            for _ in range(2):
                samples = _mounted(make(random), random)
                fall = code.startswith("F")
                found.append(Recording("made up", samples, RATE_HZ, f"M{person:02d}", code, fall))
    return found


def fall(random: np.random.Generator) -> Floats:
    """Standing, tipping over, hitting the ground, lying."""
    time, at = _time(), random.uniform(5.0, 8.0)
    tilt = _ramp(time, at - random.uniform(0.5, 0.9), at) * np.radians(random.uniform(70, 100))
    weight = 1.0 - random.uniform(0.5, 0.9) * _bump(time, at - 0.3, 0.15)
    return _tilted(tilt, weight) + _shock(time, at, random.uniform(2.5, 7.0), random)


def slide(random: np.random.Generator) -> Floats:
    """Slipping from a chair: little free fall, a soft impact, half lying."""
    time, at = _time(), random.uniform(5.0, 8.0)
    tilt = _ramp(time, at - 1.2, at) * np.radians(random.uniform(45, 80))
    weight = 1.0 - 0.3 * _bump(time, at - 0.4, 0.3)
    return _tilted(tilt, weight) + _shock(time, at, random.uniform(1.5, 2.5), random)


def walk(random: np.random.Generator) -> Floats:
    """Steps, upright."""
    time, pace = _time(), random.uniform(1.4, 2.2)
    weight = 1.0 + random.uniform(0.2, 0.9) * np.sin(2 * np.pi * pace * time) ** 3
    return _tilted(np.radians(8) * np.sin(np.pi * pace * time), weight)


def sit_down(random: np.random.Generator) -> Floats:
    """Sitting down with a thump, upright again at once."""
    time, at = _time(), random.uniform(5.0, 8.0)
    tilt = np.radians(random.uniform(15, 35)) * _bump(time, at - 0.5, 0.4)
    return _tilted(tilt, np.ones_like(time)) + _shock(time, at, random.uniform(0.6, 1.6), random)


def lie_down(random: np.random.Generator) -> Floats:
    """Lying down slowly, then turning."""
    time, at = _time(), random.uniform(4.0, 6.0)
    tilt = _ramp(time, at, at + random.uniform(1.5, 3.0)) * np.radians(90)
    return _tilted(tilt, 1.0 + 0.1 * _bump(time, at + 4.0, 0.5)) + _shock(time, at + 3.0, 0.5, random)


def jump(random: np.random.Generator) -> Floats:
    """Off the ground and on it again, several times."""
    time = _time()
    samples = _tilted(np.zeros_like(time), np.ones_like(time))
    for at in np.arange(3.0, 11.0, random.uniform(0.9, 1.6)):
        samples[:, 2] -= 0.8 * _bump(time, at - 0.25, 0.1)
        samples += _shock(time, at, random.uniform(1.5, 3.5), random)
    return samples


_MOVEMENTS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "F1": fall,
    "F2": slide,
    "D1": walk,
    "D2": sit_down,
    "D3": lie_down,
    "D4": jump,
}


def _time() -> Floats:
    return np.arange(0.0, _SECONDS, 1.0 / RATE_HZ)


def _ramp(time: Floats, begin: float, end: float) -> Floats:
    share = np.clip((time - begin) / (end - begin), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share), dtype=np.float64)


def _bump(time: Floats, middle: float, width: float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((time - middle) / width) ** 2), dtype=np.float64)


def _tilted(tilt: Floats, weight: Floats) -> Floats:
    return np.stack([weight * np.sin(tilt), np.zeros_like(tilt), weight * np.cos(tilt)], axis=1)


def _shock(time: Floats, at: float, size: float, random: np.random.Generator) -> Floats:
    direction = random.normal(size=3) + np.array([0.0, 0.0, 1.0])
    direction /= np.sqrt((direction**2).sum())
    after = np.maximum(time - at, 0.0)
    ringing = _bump(time, at, 0.03) + 0.4 * (after > 0) * np.exp(-after / 0.08) * np.cos(50.0 * after)
    return np.asarray(size * ringing[:, None] * direction, dtype=np.float64)


def _mounted(samples: Floats, random: np.random.Generator) -> Floats:
    rotation, upper = np.linalg.qr(random.normal(size=(3, 3)))
    turned = samples @ (rotation * np.sign(np.diag(upper)))
    return np.asarray(turned + random.normal(0.0, _NOISE_G, size=samples.shape), dtype=np.float64)
