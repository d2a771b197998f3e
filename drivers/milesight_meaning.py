"""What the fields of a Milesight payload mean to the house: signals, most urgent first.

An alarm that a stored record tells of (`history`: what could not be sent when it happened) is raised with its own time
if it is less than a day older than the message. A stored record never ends anything: only the present does.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from drivers.event import ActivityType, AlarmType, Kind, Signal, State, TroubleType
from drivers.milesight_channels import Fields
from drivers.milesight_models import Profile

HISTORY_LIMIT = timedelta(days=1)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a device's clock may be ahead of the network's."""

DEVICE_FAULT = TroubleType.DEVICE_FAULT
_CONDITIONS: Mapping[str, tuple[AlarmType, str, frozenset[str]]] = {
    "gas_status": (AlarmType.GAS, "alarm", frozenset({"normal"})),
    "detection_status": (AlarmType.FALL, "fall", frozenset({"normal", "vacant", "in_bed", "out_of_bed"})),
    "leakage_status": (AlarmType.WATER, "leak", frozenset({"normal"})),
}
"""Field: the alarm it is about, the word that raises it, the words that end it. Any other word is unknown: neither."""

_EVENTS: Mapping[str, AlarmType] = {
    "fall": AlarmType.FALL,
    "lying_down": AlarmType.FALL,
    "motionless": AlarmType.INACTIVITY,
    "dwell": AlarmType.INACTIVITY,
    "out_of_bed": AlarmType.OUT_OF_BED,
    "bradynea": AlarmType.VITAL_SIGN,
    "tachypnea": AlarmType.VITAL_SIGN,
}
"""Alarm events of the fall radar. A long stay is the companion for the fall that was missed."""

_WATER_USE: Mapping[str, tuple[AlarmType, bool]] = {
    "water outage timeout alarm": (AlarmType.INACTIVITY, True),
    "water outage timeout alarm release": (AlarmType.INACTIVITY, False),
    "water flow timeout alarm": (AlarmType.WATER, True),
    "water flow timeout alarm release": (AlarmType.WATER, False),
}
"""A water meter's alarms, which somebody has to have set: nobody drew water for so long, or a tap was left open."""

_ENDED = frozenset({"alarm_deactivated", "alarm_ignored"})
_ACTIVITIES: Mapping[tuple[str, str], ActivityType] = {
    ("magnet_status", "open"): ActivityType.CONTACT_OPEN,
    ("magnet_status", "close"): ActivityType.CONTACT_CLOSED,
    ("pir", "trigger"): ActivityType.MOTION,
    ("pir", "normal"): ActivityType.MOTION_CLEAR,
    ("pir", "idle"): ActivityType.MOTION_CLEAR,
    ("occupancy", "occupied"): ActivityType.PRESENCE,
    ("occupancy", "vacant"): ActivityType.ABSENCE,
    ("detection_status", "normal"): ActivityType.PRESENCE,
    ("detection_status", "vacant"): ActivityType.ABSENCE,
    ("detection_status", "in_bed"): ActivityType.BED_IN,
    ("detection_status", "out_of_bed"): ActivityType.BED_OUT,
}
_MEASUREMENTS = {"temperature": "degC", "humidity": "percent", "respiratory_rate": "bpm"}
_TAMPERED, _IN_PLACE = frozenset({"uninstalled", "uninstall"}), frozenset({"installed", "install"})
_TROUBLES: Mapping[str, str] = {
    "power off": TroubleType.MAINS,
    "device fault": DEVICE_FAULT,
    "device will be invalid soon": DEVICE_FAULT,
    "device invalid": DEVICE_FAULT,
    "failover": DEVICE_FAULT,
}
_TROUBLES_OVER: Mapping[str, str] = {"power on": TroubleType.MAINS, "device fault recovered": DEVICE_FAULT}
_SMOKE_ALARMS = frozenset({"alarm", "silent"})
"""A silenced alarm is still one: somebody pressed the button, nobody said that the smoke is gone."""

_LOW_BATTERY_EVENTS = frozenset({"low battery", "testing alarm with low battery"})
_TESTS = frozenset({"testing alarm with normal battery", "testing alarm with low battery"})


def signals(fields: Fields, common: Signal, profile: Profile, heard_at: datetime | None) -> tuple[Signal, ...]:
    """Every signal of one payload; `common` carries what they share, `heard_at` is when the network received it.

    A payload that says nothing else is a sign of life.
    """
    percent = _battery_percent(fields)
    common = replace(
        common,
        battery_percent=percent,
        battery_low=_battery_low(fields, percent, profile.low_battery_percent),
        silenced=True if _message(fields) == "silent" else None,
    )
    active, over = _conditions(fields)
    found = [
        *(replace(common, kind=Kind.ALARM, type=type_, state=State.ACTIVE) for type_ in active),
        *_press(fields, common, profile),
        *_stored_alarms(fields, common, heard_at),
        *_equipment(fields, common),
        *_daily_life(fields, common),
    ]
    if not found:
        found.append(replace(common, kind=Kind.LOW_BATTERY if common.battery_low else Kind.SUPERVISION))
    found[0] = replace(found[0], not_active=(*over, *_equipment_in_order(fields)))
    return tuple(found)


def _conditions(fields: Fields) -> tuple[list[AlarmType], list[str]]:
    """The alarms that are active and the ones that are over, by what the payload says of the present."""
    judged = [*_states(fields), *(_judge_event(event) for event in fields.get("events", ()))]
    active = list(dict.fromkeys(type_ for type_, is_active in judged if type_ is not None and is_active))
    over = dict.fromkeys(type_.value for type_, is_active in judged if type_ is not None and not is_active)
    return active, [name for name in over if name not in active]


def _states(fields: Fields) -> Iterator[tuple[AlarmType, bool]]:
    for name, (type_, raises, ends) in _CONDITIONS.items():
        if fields.get(name) == raises:
            yield type_, True
        elif fields.get(name) in ends:
            yield type_, False
    if _message(fields) in _SMOKE_ALARMS:
        yield AlarmType.SMOKE, True
    elif _message(fields) == "normal":
        yield AlarmType.SMOKE, False
    if fields.get("detection_status") == "in_bed":
        yield AlarmType.OUT_OF_BED, False
    for said in (str(fields.get("water_alarm")), str(fields.get("alarm"))):
        if said in _WATER_USE:
            yield _WATER_USE[said]
    if fields.get("respiratory_status") == "normal":
        yield AlarmType.VITAL_SIGN, False


def _judge_event(event: Fields) -> tuple[AlarmType | None, bool]:
    """The alarm of a radar's event. One that no document knows is taken for a fall: it is never dropped."""
    name = event.get("alarm_type")
    return AlarmType.FALL if name == "unknown" else _EVENTS.get(str(name)), event.get("alarm_status") not in _ENDED


def _message(fields: Fields) -> str | None:
    """What a smoke detector's message is; None for other devices (a people counter has a list of that name)."""
    event = fields.get("event")
    return event if isinstance(event, str) else None


def _press(fields: Fields, common: Signal, profile: Profile) -> Iterator[Signal]:
    code = _pressed(fields)
    if code is None:
        return
    if profile.presses_are_sos:
        yield replace(common, kind=Kind.ALARM, type=AlarmType.SOS, state=State.ACTIVE, code=code, press=code)
    else:
        yield replace(common, kind=Kind.ACTIVITY, type=ActivityType.BUTTON, code=code, press=code)


def _pressed(fields: Fields) -> str | None:
    """Which press it was, in a word; the word for a press that no document knows is `unknown`."""
    if "button_event" in fields:
        return str(fields["button_event"]["status"])
    if "button" in fields:
        return f"button {fields['button']}"
    return str(fields["press"]) if "press" in fields else None


def _stored_alarms(fields: Fields, common: Signal, heard_at: datetime | None) -> Iterator[Signal]:
    for record in fields.get("history", ()):
        happened_at = datetime.fromtimestamp(record["timestamp"], UTC)
        if heard_at is not None and not -CLOCK_TOLERANCE <= heard_at - happened_at <= HISTORY_LIMIT:
            continue
        judged = _conditions(record | ({"events": [record]} if "alarm_type" in record else {}))[0]
        for type_ in judged:
            yield replace(common, kind=Kind.ALARM, type=type_, state=State.ACTIVE, occurred_at=happened_at)


def _equipment(fields: Fields, common: Signal) -> Iterator[Signal]:
    if _message(fields) in _TESTS:
        yield replace(common, kind=Kind.TEST, type=AlarmType.SMOKE)
    if _message(fields) == "removed" or fields.get("tamper_status") in _TAMPERED:
        yield replace(common, kind=Kind.TAMPER)
    for said in _words_of_the_equipment(fields):
        if said in _TROUBLES:
            yield replace(common, kind=Kind.TROUBLE, type=_TROUBLES[said])


def _equipment_in_order(fields: Fields) -> Iterator[str]:
    """Faults that the payload reports as over."""
    if _message(fields) == "installed" or fields.get("tamper_status") in _IN_PLACE:
        yield Kind.TAMPER.value
    if _message(fields) == "normal":
        yield DEVICE_FAULT
    for said in _words_of_the_equipment(fields):
        if said in _TROUBLES_OVER:
            yield _TROUBLES_OVER[said]


def _words_of_the_equipment(fields: Fields) -> list[str]:
    return [said for said in (fields.get("alarm"), _message(fields)) if said is not None]


def _daily_life(fields: Fields, common: Signal) -> Iterator[Signal]:
    for (name, said), type_ in _ACTIVITIES.items():
        if fields.get(name) == said:
            yield replace(common, kind=Kind.ACTIVITY, type=type_)
    for name, unit in _MEASUREMENTS.items():
        if name in fields:
            yield replace(common, kind=Kind.MEASUREMENT, type=name, value=float(fields[name]), unit=unit)


def _battery_percent(fields: Fields) -> float | None:
    """The emptiest battery of the device, 0 to 100; None where it is unknown."""
    known: list[Any] = [fields.get(name) for name in ("battery", "battery_main", "battery_node")]
    charges = [float(percent) for percent in known if percent is not None and percent <= 100]
    return min(charges, default=None)


def _battery_low(fields: Fields, percent: float | None, low_percent: float) -> bool | None:
    if _message(fields) in _LOW_BATTERY_EVENTS:
        return True
    return None if percent is None else percent <= low_percent
