"""One model's message into the words that all models share: enumerations, alarm bits, inverted contacts, bed pads.

Where a message contradicts itself (a cached `smoke: false` beside `smoke_state: alarm`) the graver word counts.
"""

from collections.abc import Mapping

from drivers.json_object import State, truth
from drivers.zigbee2mqtt_quirks import Quirk
from drivers.zigbee_ias_zones import meant_by

WORD_KEYS: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "smoke_state": {"alarm": ("smoke", True), "normal": ("smoke", False), "none": ("smoke", False)},
    "gas_state": {"alarm": ("gas", True), "normal": ("gas", False), "none": ("gas", False)},
    "co_state": {"alarm": ("carbon_monoxide", True), "normal": ("carbon_monoxide", False)},
    "water_leakage_state": {"water_leakage_yes": ("water_leak", True), "water_leakage_no": ("water_leak", False)},
    # A warning is not yet a fall: the radar still watches whether the person gets up.
    "fall_status": {"fall_alarm": ("fall", True), "normal": ("fall", False)},
    "fall_down_status": {"fall": ("fall", True), "none": ("fall", False)},
    "pressure_state": {"none": ("bed", False), "sit": ("bed", True), "sedentary": ("bed", True)},
    "presence_state": {
        "none": ("presence", False),
        "absence": ("presence", False),
        "presence": ("presence", True),
        "motion": ("presence", True),
        "move": ("presence", True),
        "stationary": ("presence", True),
        "peaceful": ("presence", True),
        "small_movement": ("presence", True),
        "large_movement": ("presence", True),
    },
    "opening_state": {"open": ("contact", False), "tilted": ("contact", False), "closed": ("contact", True)},
    "window_state": {"open": ("contact", False), "closed": ("contact", True), "close": ("contact", True)},
    "battery_state": {"low": ("battery_low", True), "middle": ("battery_low", False), "high": ("battery_low", False)},
    "battery_level": {"low": ("battery_low", True), "middle": ("battery_low", False), "high": ("battery_low", False)},
    "self_test": {"checking": ("test", True)},
    "checking_result": {"checking": ("test", True)},
    "test_alarm_result": {"checking": ("test", True)},
}
"""What the words of keys that are no booleans mean, in the keys that are. Words that say neither are left out."""

_ROOM_STATUS: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "unoccupied": (("presence", False), ("fall", False)),
    "occupied": (("presence", True), ("fall", False)),
    "sitting": (("presence", True), ("fall", False)),
    "on_the_bed": (("bed", True), ("fall", False)),
    "low_posture": (("presence", True),),
    "falling": (("fall", True),),
}
"""`status` of an OWON FDS315. A low posture may be somebody who has fallen: it ends no fall."""

_OTHER_NAMES: Mapping[str, str] = {
    "sos_alarm": "sos",
    "tamper_alarm": "tamper",
    "co_alarm": "carbon_monoxide",
    "active_water_leak": "water_leak",
    "self_checking": "self_test",
    "test_in_progress": "test",
    "battery_defect": "battery_low",
    "moving": "vibration",
}
_BED_KEYS = ("contact", "occupancy", "presence")
_BITS = ("alarm_1", "alarm_2")
_ZONE_KEYS = ("smoke", "heat", "carbon_monoxide", "gas", "sos", "water_leak", "contact", "occupancy", "vibration")
"""Kinds of zone that zigbee2mqtt names the bits after, where a model uses both (`gas_alarm_2`)."""


_TRANSLATED = frozenset(
    {"status", *WORD_KEYS, *_OTHER_NAMES, *_BITS, *(f"{key}_{bit}" for key in _ZONE_KEYS for bit in _BITS)}
)


def shared(values: State, quirk: Quirk) -> State:
    """The message in shared keys; what it says beyond these is kept."""
    known = dict(values)
    if _TRANSLATED.isdisjoint(values):  # most messages: not worth asking for each key
        return _bed(known, quirk) if quirk.bed else _turned(known, quirk)
    for key, said in (*_from_words(values), *_from_other_names(values), *_from_bits(values, quirk)):
        before = truth(known.get(key))
        known[key] = said if before is None else _graver(key, before, said)
    return _bed(known, quirk) if quirk.bed else _turned(known, quirk)


def _graver(key: str, one: bool, other: bool) -> bool:
    """Where two keys contradict each other: the alarm, the fault, the open door."""
    return (one and other) if key == "contact" else (one or other)


def _from_words(values: State) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for key, words in WORD_KEYS.items():
        value = values.get(key)
        meant = words.get(value.strip().lower()) if isinstance(value, str) else None
        if meant is not None:
            found.append(meant)
    status = values.get("status")
    return [*found, *_ROOM_STATUS.get(status, ())] if isinstance(status, str) else found


def _from_other_names(values: State) -> list[tuple[str, bool]]:
    said = ((key, truth(values.get(name))) for name, key in _OTHER_NAMES.items())
    return [(key, value) for key, value in said if value is not None]


def _from_bits(values: State, quirk: Quirk) -> list[tuple[str, bool]]:
    """Alarm bits that zigbee2mqtt hands on: `alarm_1` as the model means it, `gas_alarm_1` by its name."""
    bits = {bit: said for bit in _BITS if (said := truth(values.get(bit))) is not None}
    named = ((key, truth(values.get(f"{key}_{bit}"))) for key in _ZONE_KEYS for bit in _BITS)
    return [*meant_by(bits, quirk.zone).items(), *((key, value) for key, value in named if value is not None)]


def _turned(known: State, quirk: Quirk) -> State:
    contact = truth(known.get("contact"))
    return {**known, "contact": not contact} if quirk.inverted and contact is not None else known


def _bed(known: State, quirk: Quirk) -> State:
    """A bed pad's report: whatever key it uses, somebody is in bed or nobody is."""
    said = [truth(known.get(key)) for key in _BED_KEYS]
    in_bed = next((value for value in said if value is not None), None)
    rest = {key: value for key, value in known.items() if key not in _BED_KEYS}
    return rest if in_bed is None else {**rest, "bed": in_bed != quirk.inverted}
