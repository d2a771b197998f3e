"""What can be expected of Bluetooth devices, by what they are: how long their silence may last and what a press means.

`generic` is any device: what it says counts, and a press is a call for help, since a call button must never say
nothing. On a detector a button tests; on a remote control, a door contact or a bed pad it is only a button.
Supervision: Bluetooth buttons are silent until pressed. Shelly's contacts and motion sensors repeat themselves within
hours, Xiaomi's detectors within a day; a gateway that misses most of it still hears one in 25 hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from drivers.event import AlarmType
from drivers.registry import Model

GENERIC, BAND, BED = "generic", "generic-band", "generic-bed"
_DAY_SECONDS = 25 * 3600
_WORN_SECONDS = 12 * 3600


class Pressed(Enum):
    """What a press of a device's button is."""

    SOS = "sos"
    TEST = "test"
    BUTTON = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One model: `tests` is the alarm that its button tests, `is_bed` makes its occupancy a bed's."""

    name: str
    supervision_seconds: int | None
    pressed: Pressed = Pressed.BUTTON
    tests: AlarmType | None = None
    is_bed: bool = False
    is_worn: bool = False


_PROFILES = (
    Profile(name=GENERIC, supervision_seconds=None, pressed=Pressed.SOS),
    Profile(name="generic-sos-button", supervision_seconds=None, pressed=Pressed.SOS),
    Profile(name="generic-remote", supervision_seconds=None),
    Profile(name="generic-contact", supervision_seconds=_DAY_SECONDS),
    Profile(name="generic-motion", supervision_seconds=_DAY_SECONDS),
    Profile(name="generic-presence", supervision_seconds=_DAY_SECONDS),
    Profile(name=BED, supervision_seconds=_DAY_SECONDS, is_bed=True),
    Profile(name="generic-leak", supervision_seconds=_DAY_SECONDS, pressed=Pressed.TEST, tests=AlarmType.WATER),
    Profile(name="generic-smoke", supervision_seconds=_DAY_SECONDS, pressed=Pressed.TEST, tests=AlarmType.SMOKE),
    Profile(name=BAND, supervision_seconds=_WORN_SECONDS, is_worn=True),
    Profile(name="generic-tag", supervision_seconds=_WORN_SECONDS),
)
PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in _PROFILES}

_KNOWN: Mapping[str, str] = {
    "SBBT-002C": "generic-sos-button",
    "SBBT-004CEU": "generic-remote",
    "SBBT-004CUS": "generic-remote",
    "SBDW-002C": "generic-contact",
    "SBMO-003Z": "generic-motion",
    "XMWXKG01LM": "generic-sos-button",
    "MCCGQ02HL": "generic-contact",
    "RTCGQ02LM": "generic-motion",
    "HS1BB(MI)": "generic-motion",
    "SJWS01LM": "generic-leak",
    "SJWS02LM": "generic-leak",
    "JTYJGD03MI": "generic-smoke",
    "ES3": "generic-presence",
    "ES5BB": "generic-presence",
    "XMOSB01XS": "generic-presence",
    "PS1BB": BED,
    "H10": BAND,
    "XOSSX2": BAND,
}
"""Makers' names of models and what they are."""

_NAMED: Mapping[str, Profile] = {
    **PROFILES,
    **{name: PROFILES[kind] for name, kind in _KNOWN.items()},
}


def profile(model: str, product: str = "") -> Profile:
    """What a device is: by the model it is enrolled as, else by the product that its message names, else generic."""
    enrolled = _NAMED.get(model, PROFILES[GENERIC])
    return _NAMED.get(product, enrolled) if enrolled.name == GENERIC else enrolled


MODELS: Mapping[str, Model] = {
    name: Model(name, one.supervision_seconds is not None, one.supervision_seconds, battery=True)
    for name, one in _NAMED.items()
}
