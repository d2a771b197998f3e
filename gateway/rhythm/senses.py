"""What a device tells of everyday life: a way out, a bed, a room; by its section, its model, or what it said. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from drivers.device import BED, Device
from drivers.event import ActivityType

NONE: Final = "none"
SENSES: Final = ("motion", "door", "contact", "bed", "presence", "appliance")
"""What `activity` of a device may be, besides NONE. A door is a way out of the home, a cupboard is a contact."""

_ENTRY = re.compile(r"entr|front|foyer|hall|porch|outside|玄关|大门|入户|门口")
_DOOR = re.compile(r"door|门")
_INNER = re.compile(r"bath|bed|kitchen|living|toilet|fridge|balcony|cupboard|wardrobe|卧|厨|卫|客厅|阳台|冰箱|柜")

_RADARS = frozenset({"hlk_ld2410", "hlk_ld2450", "r60_5359", "seeed_mr60"})
_BY_WORD: Mapping[str, str] = {"motion": "motion", "presence": "presence", "bed": "bed", "contact": "contact"}
"""By a part of the model's name, as the generic models of all drivers bear it."""
_BY_MODEL: Mapping[str, str] = {
    "WS202": "motion", "WS203": "motion", "WS301": "contact", "VS321": "presence", "VS340": "presence",
    "VS341": "presence", "VS370": "presence", "VS373": "presence", "RTCGQ02LM": "motion", "HS1BB(MI)": "motion",
    "SBMO-003Z": "motion", "MCCGQ02HL": "contact", "SBDW-002C": "contact", "ES3": "presence", "ES5BB": "presence",
    "XMOSB01XS": "presence", "PS1BB": "bed", "TS0601_bed_presence_sensor": "bed", "ZG-210Z": "bed",
}  # fmt: skip
"""Makers' models whose name does not say it."""
_BY_ACTIVITY: Mapping[str, str] = {
    ActivityType.MOTION: "motion",
    ActivityType.PRESENCE: "presence",
    ActivityType.CONTACT_OPEN: "contact",
    ActivityType.CONTACT_CLOSED: "contact",
    ActivityType.BED_IN: "bed",
    ActivityType.BED_OUT: "bed",
    ActivityType.CHAIR_IN: "presence",
    ActivityType.CHAIR_OUT: "presence",
}


def sense_of(device: Device) -> str | None:
    """One of SENSES, by how the device is enrolled; None where that does not say it, or says NONE."""
    if device.activity is not None:
        return None if device.activity == NONE else device.activity
    if device.role is not None:
        return "bed" if device.role == BED else "presence"
    words = (_BY_ACTIVITY[word] for word in device.code_map.values() if word in _BY_ACTIVITY)
    sense = next(words, None) or _BY_MODEL.get(device.model) or _by_word(device.model)
    if sense is None and device.driver in _RADARS:
        sense = "presence"
    return _door_or(sense, device) if sense else None


def heard_as(device: Device, said: str) -> str | None:
    """One of SENSES, by a sign of the device (`motion`, `contact`, `presence`, `bed`, `chair`); None for a button."""
    if device.activity is not None or said == "button":
        return None
    return _door_or("presence" if said == "chair" else said, device)


def _by_word(model: str) -> str | None:
    return next((sense for word, sense in _BY_WORD.items() if word in model.lower()), None)


def _door_or(sense: str, device: Device) -> str:
    """A contact at a way out is a door."""
    if sense != "contact":
        return sense
    room, name = device.room.lower(), device.id.lower()
    is_entry = _ENTRY.search(room) is not None
    is_door = _DOOR.search(name) is not None and not _INNER.search(f"{name} {room}")
    return "door" if is_entry or is_door else sense
