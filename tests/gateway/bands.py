"""Made-up movements of a wearer as a band's blocks: a fall, what comes after it, and how they get to the house."""

from collections.abc import Iterator

import aiomqtt
import numpy as np
import numpy.typing as npt

from drivers import wearable
from drivers.wearable import SampleBlock
from drivers.wearable_stream import Stretch
from models.fall import sample
from simulator.ports import LOOPBACK

Floats = npt.NDArray[np.float64]
RATE_HZ, RANGE_G, BLOCK = 50, 8, 25
BAND = {
    "id": "band", "driver": "wearable", "address": "band-1", "model": "generic", "room": "living room",
    "position": "torso",
}  # fmt: skip


def fall(seed: int = 1) -> Floats:
    """14 s: somebody stands, falls within the first nine and lies still. Shape (n, 3) in g, up is z before it."""
    random = np.random.default_rng(seed)
    made = sample.fall(random)
    return np.asarray(made + random.normal(0.0, 0.01, made.shape), dtype=np.float64)


def rests(like: Floats, seconds: float) -> Floats:
    """Lying on as at the end of `like`."""
    random = np.random.default_rng(2)
    still = np.repeat(like[-RATE_HZ:].mean(axis=0)[None], round(seconds * RATE_HZ), axis=0)
    return np.asarray(still + random.normal(0.0, 0.01, still.shape), dtype=np.float64)


def walks(seconds: float, steps_per_second: float = 1.8) -> Floats:
    """Upright, step by step."""
    time = np.arange(0.0, seconds, 1.0 / RATE_HZ)
    up = 1.0 + 0.25 * np.sin(2 * np.pi * steps_per_second * time)
    random = np.random.default_rng(3)
    samples = np.stack([np.zeros_like(up), np.zeros_like(up), up], axis=1)
    return np.asarray(samples + random.normal(0.0, 0.01, samples.shape), dtype=np.float64)


def stretches(samples: Floats, *, rate_hz: int = RATE_HZ, range_g: int = RANGE_G) -> Iterator[Stretch]:
    """The samples as a band sends them, in order."""
    counts = np.clip(np.round(samples / range_g * wearable.FULL_SCALE), -32_767, 32_767).astype(int).tolist()
    for number, first in enumerate(range(0, len(counts), BLOCK)):
        start_ms = first * 1_000 // rate_hz
        part = tuple((x, y, z) for x, y, z in counts[first : first + BLOCK])
        yield Stretch(
            start_ms=start_ms,
            block=SampleBlock(
                rate_hz=rate_hz, range_g=range_g, sequence=number, clock_ms=start_ms, battery_percent=90, samples=part
            ),
        )  # fmt: skip


async def wear(port: int, samples: Floats, address: str = "band-1") -> None:
    """Publish all of it in the house at once: a band's clock stands in its blocks."""
    async with aiomqtt.Client(LOOPBACK, port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        for stretch in stretches(samples):
            await client.publish(wearable.topic_of(address), wearable.encode_block(stretch.block), qos=1)
