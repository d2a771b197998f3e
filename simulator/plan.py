"""A home on paper: its rooms, who lives there, and every sensor with its place. Lengths are metres.

x grows to the right, y downwards, both from the upper left corner of the home, so that a page can draw it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.families import FAMILIES, Family

ROOM_USES = ("bedroom", "bathroom", "kitchen", "living", "entry", "other")
"""What is done in a room decides when the resident is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One room, a rectangle: its corner nearest to the home's, and its size, in metres."""

    id: str
    use: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A sensor in a room; x and y are its place in the home in metres.

    `code_map` gives the data nibbles of a 433 MHz sender their meaning. `gateway` holds further keys of its section in
    the gateway's file, as they are.
    """

    id: str
    family: str
    driver: str
    address: str
    model: str
    room: str
    x: float
    y: float
    code_map: Mapping[str, str] = field(default_factory=dict)
    gateway: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Family:
        """Its family with all that belongs to it."""
        return FAMILIES[self.family]

    def code_of(self, word: str) -> str:
        """The 24-bit code, six hexadecimal digits, that it sends for a word of its code map. Raises KeyError."""
        for nibble, meaning in self.code_map.items():
            if meaning == word:
                return self.address + nibble
        raise KeyError(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A 433 MHz receiver on a serial line. `frames`: "a4" as stock firmware, "b1" as Portisch's sends them."""

    name: str
    frames: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody who lives there, under a made-up name. `wakes` and `sleeps` are usual hours of the day, as decimals."""

    id: str
    wakes: float
    sleeps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A home. `gateway` holds further sections of the gateway's file, as they are."""

    name: str
    timezone: str
    rooms: tuple[Room, ...]
    residents: tuple[Resident, ...]
    receivers: tuple[Receiver, ...]
    devices: tuple[Device, ...]
    gateway: Mapping[str, Any]

    def device(self, id_: str) -> Device | None:
        """The device of this id."""
        return next((device for device in self.devices if device.id == id_), None)

    def of_family(self, *families: str) -> tuple[Device, ...]:
        """The devices of these families, in the plan's order."""
        return tuple(device for device in self.devices if device.family in families)
