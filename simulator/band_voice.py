"""A band: in real time a stream of blocks, in driven time a heartbeat now and then and its own fall flag."""

import random
from collections.abc import Iterator, Sequence
from itertools import islice

from drivers import wearable, wearable_event
from drivers.wearable import FULL_SCALE, SampleBlock
from simulator.plan import Device
from simulator.scenario import Step
from simulator.voice import Said
from simulator.worn import RATE_HZ, Body, Sample
from simulator.zigbee import Publication

BLOCK_SECONDS = 0.5
HEARTBEAT_SECONDS = 300.0
_RANGE_G = 8
_SPELL_SECONDS = (4.0, 12.0)
_STILL_SECONDS = 3_600.0
_LOW_PERCENT, _FULL_PERCENT = 8, 90
_SEQUENCES, _CLOCK_MS = 1 << 16, 1 << 32


class BandVoice:
    """A band on somebody's wrist."""

    def __init__(self, device: Device, draw: random.Random, *, samples: bool) -> None:
        self._address = device.address
        self._draw = draw
        self._streams = samples
        self._body = Body(draw)
        self._is_worn = True
        self._feels: Iterator[Sample] = iter(())
        self._battery = _FULL_PERCENT
        self._sequence = 0
        self.wakes_at: float | None = 0.0

    def do(self, step: Step) -> Sequence[Said]:
        """A fall, the band put off and on, its battery."""
        if step.do == "fall":
            self._feels = self._falls(step.words["kind"])
            return () if self._streams else [Said(0.0, self._flag())]
        if step.do in ("take_off", "put_on"):
            self._is_worn, self._feels = step.do == "put_on", iter(())
        elif step.do in ("low_battery", "new_battery"):
            self._battery = _LOW_PERCENT if step.do == "low_battery" else _FULL_PERCENT
        return ()

    def later(self, at: float) -> Sequence[Said]:
        """The next block."""
        self.wakes_at = at + (BLOCK_SECONDS if self._streams else HEARTBEAT_SECONDS)
        samples = self._felt(round(BLOCK_SECONDS * RATE_HZ)) if self._streams else ()
        self._sequence += 1
        return [Said(0.0, self._block(samples, at))]

    def cry(self) -> Sequence[Said]:
        """Its own fall flag."""
        return [Said(0.0, self._flag())]

    def repeat(self) -> Sequence[Said]:
        """A block of one and the same sample, under its last number again."""
        return [Said(0.0, self._block(((0.0, 0.0, 1.0),) * round(BLOCK_SECONDS * RATE_HZ), 0.0))]

    def toggle(self) -> Sequence[Said]:
        """A fall that was none."""
        return self.cry()

    def settle(self) -> Sequence[Said]:
        """Nothing."""
        return ()

    def _flag(self) -> Publication:
        said = wearable_event.encode("fall", battery_percent=self._battery)
        return Publication(wearable_event.topic_of(self._address), said)

    def _block(self, samples: Sequence[Sample], at: float) -> Publication:
        block = SampleBlock(
            rate_hz=RATE_HZ,
            range_g=_RANGE_G,
            sequence=self._sequence % _SEQUENCES,
            clock_ms=round(at * 1_000) % _CLOCK_MS,
            battery_percent=self._battery,
            samples=tuple((_count(x), _count(y), _count(z)) for x, y, z in samples),
        )
        return Publication(wearable.topic_of(self._address), wearable.encode_block(block))

    def _felt(self, count: int) -> tuple[Sample, ...]:
        felt = list(islice(self._feels, count))
        while len(felt) < count:
            self._feels = self._lives()
            felt += islice(self._feels, count - len(felt))
        return tuple(felt)

    def _lives(self) -> Iterator[Sample]:
        seconds = self._draw.uniform(*_SPELL_SECONDS)
        if not self._is_worn:
            return self._body.lies_on_the_table(seconds)
        return self._body.walks(seconds) if self._draw.random() < 0.3 else self._body.rests(seconds)

    def _falls(self, kind: str) -> Iterator[Sample]:
        yield from self._body.falls(kind)
        yield from self._body.rests(_STILL_SECONDS)


def _count(g: float) -> int:
    return max(-FULL_SCALE, min(FULL_SCALE, round(g * FULL_SCALE / _RANGE_G)))
