"""The sensors of a home, and what their rooms mean to the watch."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, get_args

SensorKind = Literal["motion", "door", "contact", "bed", "presence", "button", "appliance"]
KINDS: tuple[str, ...] = get_args(SensorKind)


class Place(IntEnum):
    """What a room is for. The watch learns per place, so its memory is the same for two rooms and for twenty."""

    ENTRY = 0
    BEDROOM = 1
    BATHROOM = 2
    KITCHEN = 3
    LIVING = 4
    OTHER = 5


_WORDS: tuple[tuple[Place, str], ...] = (
    (Place.BATHROOM, "bath|toilet|shower|basin|wc|卫生间|浴室|厕所"),
    (Place.BEDROOM, "bed|卧室"),
    (Place.ENTRY, "entr|front ?door|main ?door|outside ?door|foyer|玄关|大门"),
    (Place.KITCHEN, "kitchen|fridge|stove|厨房"),
    (Place.LIVING, "living|lounge|sofa|couch|客厅"),
)


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor. `id` is the name its events bear; `kind="door"` is a way out of the home, a cupboard is "contact"."""

    id: str
    room: str
    kind: SensorKind = "motion"


def place_of(sensor: Sensor) -> Place:
    """What the sensor's room is for, by the word in the room's name."""
    if sensor.kind == "door":
        return Place.ENTRY
    for place, words in _WORDS:
        if re.search(words, sensor.room.lower().replace("_", " ")):
            return place
    return Place.BEDROOM if sensor.kind == "bed" else Place.OTHER


def checked(sensors: "tuple[Sensor, ...]") -> "tuple[Sensor, ...]":
    """The same sensors. Raises ValueError with the remedy where one is of no known kind or an id comes twice."""
    for sensor in sensors:
        if sensor.kind not in KINDS:
            raise ValueError(f"sensor {sensor.id!r}: kind {sensor.kind!r} is unknown: write one of {', '.join(KINDS)}")
    names = [sensor.id for sensor in sensors]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"sensor {name!r} is there twice: give each sensor an id of its own")
    return sensors
