"""A 433 MHz bridge at the end of a pseudo-terminal: cords are pulled, the air loses, delays and adds what it likes."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from drivers import portisch_bucket, sonoff_rf_bridge
from drivers.link.pty import PtyPair

FRAME_FORMATS = ("a4", "b1")
"""A4: what stock firmware sends for a received code; B1: the raw burst of the Portisch firmware."""
LEAST_REPEATS, MOST_REPEATS = 5, 80
"""What a cord sends for one pull, depending on how long it is held."""

_ACKNOWLEDGEMENT = bytes((sonoff_rf_bridge.START, sonoff_rf_bridge.ACKNOWLEDGED, sonoff_rf_bridge.STOP))
_LOST_SHARE = 0.2
_NOISE_SHARE = 0.3
_LONGEST_NOISE_BYTES = 6
_DRIFT_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Sound:
    """Bytes on the serial line, and the pause before them in units of one transmission."""

    pause: float
    data: bytes


def encode(code24: str, frame_format: str, draw: random.Random) -> bytes:
    """One frame of a code of six hexadecimal digits, as a cheap sender with a drifting clock makes it."""
    short_us = round(350 * draw.uniform(1 - _DRIFT_SHARE, 1 + _DRIFT_SHARE))
    if frame_format == "b1":
        return portisch_bucket.encode(code24, short_us=short_us)
    return sonoff_rf_bridge.encode_key(code24, sync_us=31 * short_us, low_us=short_us, high_us=3 * short_us)


def press(code24: str, repeats: int, frame_format: str, draw: random.Random) -> Iterator[Sound]:
    """What comes out of the receiver for one pull: some repeats are lost, noise stands between them.

    One repeat always comes through: a pull that no receiver heard is no pull that a gateway could lose.
    """
    heard = False
    for number in range(repeats):
        lost = draw.random() < _LOST_SHARE and (heard or number < repeats - 1)
        noise = draw.randbytes(draw.randint(1, _LONGEST_NOISE_BYTES)) if draw.random() < _NOISE_SHARE else b""
        frame = b"" if lost else encode(code24, frame_format, draw)
        heard = heard or not lost
        yield Sound(draw.uniform(0.8, 1.2), noise + frame)


class RadioBridge:
    """The bridge behind a plugged-in pty. `seed` makes loss, drift and noise the same in every run."""

    def __init__(self, pty: PtyPair, *, frame_format: str, seed: int, transmission_seconds: float = 0.045) -> None:
        self.acknowledgements = 0
        self._pty = pty
        self._frame_format = frame_format
        self._draw = random.Random(seed)
        self._transmission_seconds = transmission_seconds

    async def press(self, code24: str, repeats: int = 12) -> None:
        """Pull a cord: a 24-bit code as six hexadecimal digits, sent `repeats` times."""
        for sound in press(code24, repeats, self._frame_format, self._draw):
            await asyncio.sleep(sound.pause * self._transmission_seconds)
            await self._pty.write(sound.data)

    async def listen(self) -> NoReturn:
        """Take what the gateway says (its acknowledgements, which are counted). Raises OSError once unplugged."""
        said = b""
        while True:
            *whole, rest = (said + await self._pty.read()).split(_ACKNOWLEDGEMENT)
            self.acknowledgements += len(whole)
            said = rest[1 - len(_ACKNOWLEDGEMENT) :]
