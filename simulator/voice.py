"""How a fake device speaks: what a deed makes it say, when, and into which air."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.scenario import Step
from simulator.world import Radio
from simulator.zigbee import Publication


@dataclass(frozen=True, slots=True)
class Said:
    """One frame or message, so many seconds after what caused it."""

    after: float
    what: Radio | Publication


class Voice(Protocol):
    """A device. Its methods give what it says; `at` is the time in seconds."""

    @property
    def wakes_at(self) -> float | None:
        """When it next wants to say something by itself; None for never."""

    def do(self, step: Step) -> Sequence[Said]:
        """What a step of it, or a sign of life, makes it say."""

    def later(self, at: float, /) -> Sequence[Said]:
        """What it says by itself, called at `wakes_at`."""

    def cry(self) -> Sequence[Said]:
        """The gravest that it could say, without any of it having happened."""

    def repeat(self) -> Sequence[Said]:
        """What it would say again as it stands: what a device says that is stuck."""

    def toggle(self) -> Sequence[Said]:
        """What a device says that babbles: each call another turn of it."""

    def settle(self) -> Sequence[Said]:
        """What it says when it has ceased to misbehave."""
