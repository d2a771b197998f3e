"""How single models differ from what zigbee2mqtt's keys say: one table, matched on model and, where known, maker.

The maker comes from the message itself where zigbee2mqtt is set to `include_device_information`; a model written in the
gateway's file may bear it too ("HEIMAN SGMHM-I1"). What is said here overrides the usual conversion and nothing else
does. Sources: the model tables of zigbee-herdsman-converters, zigbee2mqtt's issue threads.
Not listed because nobody has published what its bits mean: OWON SPM915 (a sleeping pad that zigbee2mqtt shows as a
contact). Enrol it as generic-bed, lie down once, and change to generic-bed-inverted where it is the wrong way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from drivers.registry import Model
from drivers.zigbee_ias_zones import NO_ZONE, ZONES, Zone

BRIDGE_MODEL = "bridge"
GENERIC = "generic"

_HOUR = 3600
_BATTERY_SECONDS = 25 * _HOUR
"""zigbee2mqtt's own availability default for battery devices."""
_HOURLY_REPORTER_SECONDS = 6 * _HOUR
"""Xiaomi's and Aqara's sensors report about once an hour; five lost reports in a row are none of the radio's doing."""
_BRIDGE_SECONDS = _HOUR
"""zigbee2mqtt tells its health every 10 minutes."""


class Press(Enum):
    """What an action is."""

    SOS = "sos"
    """A call for help, whatever the button calls it."""
    WORD = "word"
    """A call for help only with a word of emergency; else a sign of life."""
    ACTIVITY = "activity"
    """A sign of life, whatever its word: a sensor's way to tell of movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One model's ways.

    `releases` are actions that follow a press and are none. `inverted` turns contact (or, for a bed, whatever it
    reports) round. `bed`: contact, occupancy or presence mean somebody in bed. `tells_mains`: its `ac_status` means
    that the mains has failed (battery devices send that bit at random). `marks` go into the evidence of its alarms.
    `supervision_seconds` None: it sends nothing by itself.
    """

    zone: Zone = NO_ZONE
    press: Press = Press.SOS
    releases: frozenset[str] = frozenset()
    inverted: bool = False
    bed: bool = False
    tells_mains: bool = False
    marks: tuple[str, ...] = ()
    supervision_seconds: int | None = _BATTERY_SECONDS
    battery: bool = True


def _mains(zone: Zone = NO_ZONE) -> Quirk:
    return Quirk(zone=zone, battery=False)


_REMOTE = Quirk(press=Press.WORD)
_STATUS_BUTTON_RELEASE = frozenset({"off"})
"""These buttons send a zone status, 0 being "not pressed", which zigbee2mqtt calls `off`."""

QUIRKS: Mapping[str, Quirk] = {
    GENERIC: Quirk(),
    "generic-button": Quirk(zone=ZONES["generic-button"]),
    "generic-button-without-battery": Quirk(
        zone=ZONES["generic-button-without-battery"], supervision_seconds=None, battery=False
    ),
    "generic-remote": Quirk(press=Press.WORD, zone=ZONES["generic-remote"]),
    "generic-keypad": Quirk(press=Press.WORD, zone=ZONES["generic-keypad"]),
    "generic-smoke": Quirk(zone=ZONES["generic-smoke"]),
    "generic-heat": Quirk(zone=ZONES["generic-heat"]),
    "generic-co": Quirk(zone=ZONES["generic-co"]),
    "generic-gas": Quirk(zone=ZONES["generic-gas"]),
    "generic-water": Quirk(zone=ZONES["generic-water"]),
    "generic-contact": Quirk(zone=ZONES["generic-contact"]),
    "generic-contact-inverted": Quirk(zone=ZONES["generic-contact-inverted"], inverted=True),
    "generic-motion": Quirk(zone=ZONES["generic-motion"]),
    "generic-presence": Quirk(zone=ZONES["generic-presence"]),
    "generic-fall": _mains(),
    "generic-vibration": Quirk(zone=ZONES["generic-vibration"], press=Press.ACTIVITY),
    "generic-bed": Quirk(zone=ZONES["generic-bed"], bed=True),
    "generic-bed-inverted": Quirk(zone=ZONES["generic-bed-inverted"], bed=True, inverted=True),
    "generic-siren": Quirk(press=Press.WORD, tells_mains=True, battery=False),
    # Detectors whose alarm bits differ.
    "JTYJ-GD-01LM/BW": Quirk(zone=ZONES["JTYJ-GD-01LM/BW"], supervision_seconds=_HOURLY_REPORTER_SECONDS),
    "JTQJ-BF-01LM/BW": _mains(ZONES["JTQJ-BF-01LM/BW"]),
    "SGMHM-I1": _mains(ZONES["SGMHM-I1"]),
    "SGPHM-I1": _mains(ZONES["SGPHM-I1"]),
    "HS3CG": _mains(ZONES["HS3CG"]),
    "HS1CG": _mains(ZONES["HS1CG"]),
    "HS1CG-M": _mains(ZONES["HS1CG-M"]),
    "HS1CG_M": _mains(ZONES["HS1CG_M"]),
    "HS1CG_H": _mains(ZONES["HS1CG_H"]),
    "HS1CG-E": _mains(ZONES["HS1CG-E"]),
    "HS1CG-E_3.0": _mains(ZONES["HS1CG-E_3.0"]),
    "SGA01ZB": _mains(ZONES["SGA01ZB"]),
    "ZGA1-EN": _mains(ZONES["ZGA1-EN"]),
    "SM0212": _mains(ZONES["SM0212"]),
    "CR701-YZ": _mains(ZONES["CR701-YZ"]),
    "BSD-2": Quirk(zone=ZONES["BSD-2"]),
    "HS-SEDR00ZB-VNM": Quirk(zone=ZONES["HS-SEDR00ZB-VNM"]),
    # Buttons for help.
    "TS0215A_sos": Quirk(zone=ZONES["generic-button"]),
    "TS0218": Quirk(zone=ZONES["generic-button"]),
    "MIR-SO100": Quirk(zone=ZONES["generic-button"]),
    "ZG-101Z": Quirk(zone=ZONES["generic-button"]),
    "SEB01ZB": Quirk(zone=ZONES["SEB01ZB"]),
    "HS1EB/HS1EB-E": Quirk(zone=ZONES["HS1EB/HS1EB-E"], releases=_STATUS_BUTTON_RELEASE),
    "SE20-O": Quirk(zone=ZONES["SE20-O"], releases=_STATUS_BUTTON_RELEASE, supervision_seconds=None),
    "SE21": Quirk(zone=ZONES["SE21"], releases=_STATUS_BUTTON_RELEASE, supervision_seconds=None),
    # Sends `emergency` without having been pressed, with battery 80 or 0. Nobody can tell such a call from a person's,
    # so it goes out like any other and says that it may be one.
    "TS0601_sos": Quirk(marks=("model_calls_unpressed",)),
    # Remotes and keypads: arming is daily life, their emergency keys are not.
    "TS0215A_remote": _REMOTE,
    "HS1RC-N": _REMOTE,
    "HS1RC-EM": _REMOTE,
    "HM1RC-2-E": _REMOTE,
    "KEYZB-110": _REMOTE,
    "KP-23EL-ZBS-ACE": _REMOTE,
    "3405-L": _REMOTE,
    # Movement told by actions (vibration, tilt, drop).
    "DJT11LM": Quirk(press=Press.ACTIVITY, supervision_seconds=_HOURLY_REPORTER_SECONDS),
    # Under the mattress.
    "TS0601_bed_presence_sensor": Quirk(bed=True),
    "ZG-210Z": Quirk(bed=True),
    # Ceiling radar that tells of falls.
    "FDS315": _mains(),
}

_BY_MAKER: Mapping[tuple[str, str], str] = {
    ("_TZE284_2baujqot", "TS0601"): "TS0601_sos",
    ("_TZE200_seq9cm6u", "TS0601"): "TS0601_bed_presence_sensor",
    ("heiman", "SOS-EM"): "HS1EB/HS1EB-E",
    ("heiman", "SOS-EF-3.0"): "HS1EB/HS1EB-E",
    ("heiman", "RC-N"): "HS1RC-N",
    ("heiman", "RC-EM"): "HS1RC-EM",
    ("heiman", "RC-EF-3.0"): "HM1RC-2-E",
    ("heiman", "GASSensor-N"): "HS3CG",
    ("heiman", "GASSensor-EM"): "HS1CG-E",
    ("lumi", "lumi.sensor_smoke"): "JTYJ-GD-01LM/BW",
    ("lumi", "lumi.sensor_natgas"): "JTQJ-BF-01LM/BW",
}
"""Names that a device gives itself, where they only mean a model together with their maker."""


def name_of(model: str, maker: str | None = None) -> str | None:
    """The table's name for a model as a person or a device writes it; None where it is not in the table."""
    written, _, rest = model.partition(" ")
    for one_maker, one_model in ((maker, model), (written, rest)):
        found = _BY_MAKER.get((one_maker or "", one_model)) or _BY_MAKER.get(((one_maker or "").lower(), one_model))
        if found is not None or one_model in QUIRKS:
            return found or one_model
    return None


# Only what the house's own file says is kept: what messages say may be as long and as manifold as they like.
_name_of_enrolled = lru_cache(maxsize=256)(name_of)


def quirk_of(enrolled: str, reported_model: object = None, reported_maker: object = None) -> Quirk:
    """The ways of an enrolled device. What the message says of its model counts only where nobody chose one."""
    name = _name_of_enrolled(enrolled)
    if name in (None, GENERIC) and isinstance(reported_model, str):
        name = name_of(reported_model, reported_maker if isinstance(reported_maker, str) else None)
    return QUIRKS[name or GENERIC]


MODELS: Mapping[str, Model] = {
    **{
        name: Model(
            name,
            supervised=quirk.supervision_seconds is not None,
            supervision_seconds=quirk.supervision_seconds,
            battery=quirk.battery,
        )
        for name, quirk in QUIRKS.items()
    },
    BRIDGE_MODEL: Model(BRIDGE_MODEL, supervised=True, supervision_seconds=_BRIDGE_SECONDS, battery=False),
}
