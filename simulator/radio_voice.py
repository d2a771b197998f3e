"""433 MHz senders: a pull is many repeats, each receiver loses some of them, and two at a time destroy each other."""

import random
from collections.abc import Iterator, Sequence

from simulator.plan import Device, Receiver
from simulator.radio import LEAST_REPEATS, encode, press
from simulator.scenario import Step
from simulator.voice import Said
from simulator.world import Radio

TRANSMISSION_SECONDS = 0.045
_USUAL_REPEATS = 12
_NOISE_BYTES = 6
_WORDS = {"press": "sos", "tamper": "tamper", "low_battery": "low_battery"}


class RadioVoice:
    """A cord or a button with an EV1527 chip. It never speaks by itself."""

    def __init__(self, device: Device, receivers: Sequence[Receiver], draw: random.Random) -> None:
        self._device = device
        self._receivers = receivers
        self._draw = draw

    @property
    def wakes_at(self) -> float | None:
        """Never."""
        return None

    def do(self, step: Step) -> Sequence[Said]:
        """Pull after pull."""
        word = _WORDS.get(step.do)
        times, every_seconds = int(step.numbers.get("times", 1)), step.numbers.get("every_seconds", 0.0)
        repeats = int(step.numbers.get("repeats", _USUAL_REPEATS))
        if word is None:
            return ()
        return [said for pull in range(times) for said in self._say(word, repeats, pull * every_seconds)]

    def later(self, _at: float) -> Sequence[Said]:
        """Nothing."""
        return ()

    def cry(self) -> Sequence[Said]:
        """The shortest pull."""
        return self._say("sos", LEAST_REPEATS, 0.0)

    def repeat(self) -> Sequence[Said]:
        """One transmission of a cord that somebody holds."""
        return self._say("sos", 1, 0.0)

    def toggle(self) -> Sequence[Said]:
        """Another pull that nobody made."""
        return self.cry()

    def settle(self) -> Sequence[Said]:
        """Nothing."""
        return ()

    def _say(self, word: str, repeats: int, after: float) -> list[Said]:
        try:
            code24 = self._device.code_of(word)
        except KeyError:
            return []  # a sender whose code map has no such word cannot say it
        return [said for receiver in self._receivers for said in self._heard_by(receiver, code24, repeats, after)]

    def _heard_by(self, receiver: Receiver, code24: str, repeats: int, after: float) -> Iterator[Said]:
        for sound in press(code24, repeats, receiver.frames, self._draw):
            after += sound.pause * TRANSMISSION_SECONDS
            if sound.data:
                yield Said(after, Radio(receiver.name, sound.data))


class Air:
    """What one receiver makes of senders that speak at the same time: the first is heard, the others are noise."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._busy: dict[str, tuple[str, float]] = {}

    def pass_on(self, sender: str, radio: Radio, at: float) -> Radio:
        """A transmission as it comes out of the receiver."""
        other, until = self._busy.get(radio.receiver, ("", 0.0))
        if other != sender and at < until:
            return Radio(radio.receiver, self._draw.randbytes(self._draw.randint(1, _NOISE_BYTES)))
        self._busy[radio.receiver] = sender, at + TRANSMISSION_SECONDS * 0.8
        return radio


def foreign_frame(receiver: Receiver, draw: random.Random) -> Radio:
    """A sound frame of somebody else's sender."""
    return Radio(receiver.name, encode(f"{draw.randrange(1, 1 << 24):06X}", receiver.frames, draw))
