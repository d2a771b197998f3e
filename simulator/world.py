"""What a scenario needs of the world it is played in, whatever the clock there is made of.

`simulator.home` turns a scenario into acts; `play` performs them. Real time and driven time are each a `World`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from simulator.scenario import Step
from simulator.zigbee import Publication

POWER_OFF, POWER_ON = "power_off", "power_on"
CHANGES = (
    "unplug",
    "plug",
    "local_broker_down",
    "local_broker_up",
    "broker_down",
    "broker_up",
    "line_down",
    "line_up",
    "centre_down",
    "centre_up",
    POWER_OFF,
    POWER_ON,
    "clock",
    "command",
)
"""What may happen to the world itself: the deeds of the house, a power cut being its two halves."""


@dataclass(frozen=True, slots=True)
class Radio:
    """Bytes that a 433 MHz receiver puts on its serial line."""

    receiver: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """Something happens to the world itself: `do` is one of CHANGES, `step` the one that asked for it."""

    do: str
    step: Step


@dataclass(frozen=True, slots=True)
class Act:
    """What happens `at` seconds after the scenario's midnight: bytes, a message on the local broker, or a change."""

    at: float
    what: Radio | Publication | Change


class Outside(Protocol):
    """The outside of one house. None of it returns before it is done."""

    async def radio(self, receiver: str, data: bytes) -> None:
        """Let a receiver's serial line say these bytes; nothing while it is unplugged."""

    async def publish(self, message: Publication) -> None:
        """Let a device's message reach the house's own broker; nothing while that broker is down.

        A gateway without power finds it in its session, or as retained, when it is back.
        """

    async def change(self, change: Change) -> None:
        """Let something happen to the world itself."""


class World(Outside, Protocol):
    """One house, its district and the time there."""

    async def until(self, at: float) -> None:
        """Let the time come that is `at` seconds after the scenario's midnight; at once where it is past."""


async def play(acts: Iterable[Act], world: World) -> None:
    """Perform the acts, each at its time."""
    for act in acts:
        await world.until(act.at)
        await perform(act, world)


async def perform(act: Act, world: Outside) -> None:
    """Perform one act, now."""
    match act.what:
        case Radio(receiver, data):
            await world.radio(receiver, data)
        case Publication():
            await world.publish(act.what)
        case Change():
            await world.change(act.what)
