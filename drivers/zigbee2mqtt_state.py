"""What the state of a Zigbee device means: one message's values into signals, most urgent first.

A message repeats the device's whole cached state, so a condition (`smoke: true`) may be an old one: each message says
what is and what is not active, and the house compares. A press is different: every non-empty `action` is one.
"""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace

from drivers.event import ActivityType, AlarmType, Kind, Signal, State, TroubleType
from drivers.json_object import State as Values
from drivers.json_object import truth
from drivers.zigbee2mqtt_json import action, battery_low
from drivers.zigbee2mqtt_quirks import Press, Quirk

ALARM_KEYS: Mapping[str, AlarmType] = {
    "smoke": AlarmType.SMOKE,
    "heat": AlarmType.HEAT,
    "carbon_monoxide": AlarmType.CO,
    "co": AlarmType.CO,
    "gas": AlarmType.GAS,
    "sos": AlarmType.SOS,
    "fall": AlarmType.FALL,
    "water_leak": AlarmType.WATER,
}
"""Keys that are true while an alarm's condition lasts, fire first."""

ACTIVITY_KEYS: Mapping[str, tuple[ActivityType, ActivityType]] = {
    "contact": (ActivityType.CONTACT_CLOSED, ActivityType.CONTACT_OPEN),
    "occupancy": (ActivityType.MOTION, ActivityType.MOTION_CLEAR),
    "vibration": (ActivityType.MOTION, ActivityType.MOTION_CLEAR),
    "presence": (ActivityType.PRESENCE, ActivityType.ABSENCE),
    "bed": (ActivityType.BED_IN, ActivityType.BED_OUT),
}
"""Keys of daily life: what true and what false means."""

Say = Callable[..., Signal]
"""Makes a signal out of what is its own (kind, type, state, code)."""

_TEST_KEYS = frozenset({"test", "self_test", "preheat"})
_SILENCE_KEYS = frozenset({"silence", "mute", "muted", "buzzer_manual_mute"})
_NUMBERS_OF_GAS = frozenset({"co"})
"""Keys that some models use for a concentration: there a number says nothing about an alarm."""
_SAYS_NOTHING = frozenset({"action", "click", "linkquality", "last_seen", "elapsed", "device", "update"})
_OF_FAULTS = frozenset({"tamper", "battery_low", "trouble", "ac_status"})
_OF_CONDITIONS = _OF_FAULTS | ALARM_KEYS.keys() | _TEST_KEYS
"""Keys that tell of something that lasts."""
_EMERGENCY_WORDS = frozenset({"emergency", "sos", "panic", "fire", "medical"})


def conditions(values: Values) -> dict[AlarmType, bool]:
    """Which alarm conditions the message knows, and whether each is active."""
    known: dict[AlarmType, bool] = {}
    if ALARM_KEYS.keys().isdisjoint(values):
        return known
    for key, type_ in ALARM_KEYS.items():
        value = values.get(key)
        if key in _NUMBERS_OF_GAS and not isinstance(value, (bool, str)):
            continue
        active = truth(value)
        if active is not None:
            known[type_] = known.get(type_, False) or active
    return known


def signals(values: Values, say: Say, quirk: Quirk) -> tuple[Signal, ...]:
    """Every signal of one message in shared keys; `say` makes one of them and knows what they share.

    A message that says nothing else is a sign of life, except the empty action that follows each press.
    """
    silenced = _any(values, _SILENCE_KEYS)
    if silenced is not None:
        say = partial(say, silenced=silenced)
    found: list[Signal] = []
    if not _OF_CONDITIONS.isdisjoint(values):  # most messages are of daily life: not worth asking for each key
        found += _alarms(values, say)
    found += _press(values, say, quirk)
    if not _OF_FAULTS.isdisjoint(values):
        found += _faults(values, say, quirk)
    if quirk.marks:
        found = [replace(one, marks=quirk.marks) if one.kind is Kind.ALARM else one for one in found]
    found += _activities(values, say)
    if not found:
        if _is_bare_release(values):
            return ()
        kind = Kind.LOW_BATTERY if battery_low(values) else Kind.SUPERVISION
        found.append(say(kind=kind))
    over = () if _OF_CONDITIONS.isdisjoint(values) else _not_active(values, quirk)
    if over:
        found[0] = replace(found[0], not_active=over)
    return tuple(found)


def _alarms(values: Values, say: Say) -> list[Signal]:
    known = conditions(values)
    active = [type_ for type_, is_active in known.items() if is_active]
    if _any(values, _TEST_KEYS) and active:
        return [say(kind=Kind.TEST, type=type_) for type_ in active]
    found = [say(kind=Kind.ALARM, type=type_, state=State.ACTIVE) for type_ in active]
    if not found and truth(values.get("test")):
        found.append(say(kind=Kind.TEST, type=next(iter(known), None)))
    return found


def _press(values: Values, say: Say, quirk: Quirk) -> list[Signal]:
    code = action(values)
    if code is None or code in quirk.releases:
        return []
    words = set(code.lower().replace("-", "_").split("_"))
    if quirk.press is Press.SOS or (quirk.press is Press.WORD and words & _EMERGENCY_WORDS):
        return [say(kind=Kind.ALARM, type=AlarmType.SOS, state=State.ACTIVE, code=code, press=code)]
    return [say(kind=Kind.ACTIVITY, type=ActivityType.BUTTON, code=code, press=code)]


def _faults(values: Values, say: Say, quirk: Quirk) -> list[Signal]:
    found = [
        say(kind=kind)
        for key, kind in (("tamper", Kind.TAMPER), ("battery_low", Kind.LOW_BATTERY))
        if truth(values.get(key))
    ]
    if truth(values.get("trouble")):
        found.append(say(kind=Kind.TROUBLE, type=TroubleType.DEVICE_FAULT))
    if quirk.tells_mains and truth(values.get("ac_status")):
        found.append(say(kind=Kind.TROUBLE, type=TroubleType.MAINS))
    return found


def _activities(values: Values, say: Say) -> list[Signal]:
    """Each pair once, though several keys may tell of it: any that is true makes it true."""
    known: dict[tuple[ActivityType, ActivityType], bool] = {}
    for key, pair in ACTIVITY_KEYS.items():
        if key in values and (value := truth(values[key])) is not None:
            known[pair] = known.get(pair, False) or value
    return [
        say(kind=Kind.ACTIVITY, type=when_true if value else when_false)
        for (when_true, when_false), value in known.items()
    ]


def _not_active(values: Values, quirk: Quirk) -> tuple[str, ...]:
    over = [type_.value for type_, active in conditions(values).items() if not active]
    if truth(values.get("tamper")) is False:
        over.append(Kind.TAMPER.value)
    if truth(values.get("trouble")) is False:
        over.append(TroubleType.DEVICE_FAULT.value)
    if quirk.tells_mains and truth(values.get("ac_status")) is False:
        over.append(TroubleType.MAINS.value)
    return tuple(over)


def _is_bare_release(values: Values) -> bool:
    told = [key for key, value in values.items() if value is not None and key not in _SAYS_NOTHING]
    return values.get("action") == "" and not told


def _any(values: Values, keys: frozenset[str]) -> bool | None:
    """True where any of the keys is, None where none is known."""
    if keys.isdisjoint(values):
        return None
    known = [value for value in (truth(values.get(key)) for key in keys) if value is not None]
    return any(known) if known else None
