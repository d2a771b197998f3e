"""The Milesight models by name: which channels, how often they report, what power, when a battery is low.

Supervision: two missed reports and an hour, at the interval the model is delivered with. The maker's guides give it for
WS136 and WS156 (1080 min; the other models of that series are taken to be alike), WS203 (30), EM300 (10), GS101 (20),
TS101 (60) and VS370 (1440). For the rest no document was found and a day and an hour is taken. A device that was set
otherwise needs `supervision_seconds`. Anything may be the first sign of life, so no model is unsupervised.

Batteries are low at 10 percent; at 20 where a life may hang on the device and a change has to be planned.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers import milesight_rooms as rooms
from drivers import milesight_tables as tables
from drivers.milesight_channels import Channels
from drivers.milesight_vs373 import CHANNELS as VS373
from drivers.registry import Model

GENERIC = "generic"
GS524N = "GS524N"
_DAY_SECONDS = 25 * 3600
_LOW_BATTERY_PERCENT = 10.0
_LOW_BATTERY_OF_A_LIFELINE_PERCENT = 20.0
_LIFELINES = frozenset({"WS101", GS524N})
_MAINS = frozenset({"GS101", "VS373"})
_PANELS = frozenset({"WS136", "WS156"})
_REPORT_MINUTES = (
    dict.fromkeys(("WS101", "WS136", "WS156", "WS202", "WS301", "WS303"), 1080)
    | dict.fromkeys((name for name in tables.TABLES if name.startswith("EM300-")), 10)
    | {"WS203": 30, "GS101": 20, "TS101": 60, "VS370": 1440}
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the decoder has to know of a model. `presses_are_sos` is False for a panel of scene buttons."""

    name: str
    channels: Channels
    low_battery_percent: float
    presses_are_sos: bool


def profile(model: str) -> Profile:
    """The profile of a model, however it is written (WS101, ws101, WS101-868M); the generic one if it is unknown.

    The generic profile reads what all models share: battery and presses.
    """
    name = model.strip().upper().replace("_", "-")
    while name and name not in PROFILES:
        name = name.rpartition("-")[0]
    return PROFILES.get(name, PROFILES[GENERIC])


def _profile(name: str, channels: Channels) -> Profile:
    low = _LOW_BATTERY_OF_A_LIFELINE_PERCENT if name in _LIFELINES else _LOW_BATTERY_PERCENT
    return Profile(name, channels, low, presses_are_sos=name not in _PANELS)


def _model(name: str) -> Model:
    minutes = _REPORT_MINUTES.get(name)
    seconds = _DAY_SECONDS if minutes is None else 2 * minutes * 60 + 3600
    return Model(name, supervised=True, supervision_seconds=seconds, battery=name not in _MAINS)


PROFILES: Mapping[str, Profile] = {
    name: _profile(name, channels)
    for name, channels in {
        GENERIC: tables.NONE,
        **tables.TABLES,
        **rooms.TABLES,
        "VS373": VS373,
        GS524N: tables.NONE,
    }.items()
}
MODELS: Mapping[str, Model] = {name: _model(name) for name in PROFILES}
