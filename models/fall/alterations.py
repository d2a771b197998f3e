"""What other devices would have made of a recording: their rate, range, resolution, clock, filter and radio."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.fall.model import Position
from models.fall.recordings import Recording
from models.fall.resample import interpolate

Floats = npt.NDArray[np.float64]
_BLOCK = 25
_BANDS = ((2.0, 16), (4.0, 16), (8.0, 16), (4.0, 8), (8.0, 8), (16.0, 8), (16.0, 8))
"""Ranges in g and bits of bands."""


def at_rate(samples: Floats, factor: float, *, straight: bool = False) -> Floats:
    """As many samples times `factor`, between the given ones by a cubic or a straight line."""
    positions = np.arange(0.0, len(samples) - 1 + 1e-9, 1.0 / factor)
    if not straight:
        return interpolate(samples, positions)
    places = np.arange(len(samples))
    return np.stack([np.interp(positions, places, samples[:, axis]) for axis in range(3)], axis=1)


def smoothed(samples: Floats, length: int) -> Floats:
    """The running mean of so many samples, as a device's own filter; the ends repeat."""
    padded = np.pad(samples, ((length // 2, length - 1 - length // 2), (0, 0)), mode="edge")
    kernel = np.ones(length) / length
    return np.stack([np.convolve(padded[:, axis], kernel, mode="valid") for axis in range(3)], axis=1)


def softer(samples: Floats, share: float) -> Floats:
    """The same event with so much of its quick part: an older person's fall is gentler than an athlete's."""
    slow = smoothed(samples, 25)
    return np.asarray(slow + (samples - slow) * share, dtype=np.float64)


def coarse(samples: Floats, range_g: float, bits: int) -> Floats:
    """Clipped to ± range_g and rounded to so many bits."""
    step = range_g / (2 ** (bits - 1) - 1)
    return np.asarray(np.round(np.clip(samples, -range_g, range_g) / step) * step, dtype=np.float64)


def turned(samples: Floats, random: np.random.Generator) -> Floats:
    """As if the sensor had been mounted some other way round."""
    rotation, upper = np.linalg.qr(random.normal(size=(3, 3)))
    return np.asarray(samples @ (rotation * np.sign(np.diag(upper))), dtype=np.float64)


def with_losses(samples: Floats, share: float, random: np.random.Generator, block: int = _BLOCK) -> Floats:
    """So many of the blocks lost, and bridged as the detector bridges them."""
    altered = samples.copy()
    for begin in range(block, len(samples) - block, block):
        if random.random() < share:
            weight = np.arange(1, block + 1)[:, None] / (block + 1)
            altered[begin : begin + block] = altered[begin - 1] * (1 - weight) + samples[begin + block] * weight
    return altered


def another_device(recording: Recording, position: Position, random: np.random.Generator) -> Recording:
    """The same event on a device drawn at random, for training; still at the recording's own rate."""
    samples = recording.samples * (1 + random.uniform(-0.03, 0.03))
    if random.random() < 0.5:
        samples = at_rate(samples, random.uniform(0.92, 1.08))
    if recording.fall and random.random() < 0.4:
        samples = softer(samples, random.uniform(0.55, 1.0))
    if random.random() < 0.35:
        samples = smoothed(samples, int(random.integers(2, 5)))
    factor = float(random.choice((20.0, 20.0, 25.0, 32.0))) / recording.rate_hz if random.random() < 0.45 else 1.0
    if factor < 1.0:
        samples = at_rate(samples, factor, straight=bool(random.random() < 0.5))
    samples = _resolved(samples, position, random)
    if random.random() < 0.3:
        samples = samples + random.normal(0.0, random.uniform(0.002, 0.03), size=samples.shape)
    if random.random() < 0.25:
        samples = with_losses(samples, 0.02, random, int(random.integers(5, 26)))
    return replace(recording, samples=at_rate(samples, 1.0 / factor) if factor < 1.0 else samples, fall_at=None)


def _resolved(samples: Floats, position: Position, random: np.random.Generator) -> Floats:
    """On some converter: what a wrist does is small beside ±16 g of 8 bits, so that a band has to have seen them."""
    if position == "wrist":
        range_g, bits = _BANDS[random.integers(len(_BANDS))]
        return coarse(samples, range_g, bits) if random.random() < 0.5 else samples
    if random.random() < 0.4:
        return coarse(samples, float(random.choice((2.0, 4.0, 8.0, 8.0))), 8 if random.random() < 0.4 else 16)
    return samples


def _rate(hertz: float) -> Callable[[Recording, np.random.Generator], Recording]:
    def alter(recording: Recording, _random: np.random.Generator) -> Recording:
        return replace(recording, samples=at_rate(recording.samples, hertz / recording.rate_hz), rate_hz=hertz)

    return alter


def _coarse(range_g: float, bits: int) -> Callable[[Recording, np.random.Generator], Recording]:
    return lambda recording, _random: replace(recording, samples=coarse(recording.samples, range_g, bits))


def _clock(error: float) -> Callable[[Recording, np.random.Generator], Recording]:
    return lambda recording, _random: replace(recording, samples=at_rate(recording.samples, 1.0 + error))


def _turned(recording: Recording, random: np.random.Generator) -> Recording:
    return replace(recording, samples=turned(recording.samples, random))


def _lossy(recording: Recording, random: np.random.Generator) -> Recording:
    return replace(recording, samples=with_losses(recording.samples, 0.02, random))


ALTERATIONS: Mapping[str, Callable[[Recording, np.random.Generator], Recording]] = {
    "turned": _turned,
    "20 Hz": _rate(20.0),
    "25 Hz": _rate(25.0),
    "100 Hz": _rate(100.0),
    "±4 g": _coarse(4.0, 16),
    "±8 g": _coarse(8.0, 16),
    "±16 g, int8": _coarse(16.0, 8),
    "clock 5 % fast": _clock(0.05),
    "clock 5 % slow": _clock(-0.05),
    "2 % of packets lost": _lossy,
}
"""Name → what is done to every recording."""
