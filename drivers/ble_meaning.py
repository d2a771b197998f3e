"""What the values of a Bluetooth advertisement mean for the house: signals, most urgent first.

Advertisements are repeated for seconds and heard by several gateways: the code of a press is its word and the number of
its message, so that repeats of one press are one and the next press is another.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from drivers.ble_bands import Seen
from drivers.ble_mibeacon_locks import NOT_PRESSED
from drivers.ble_models import Pressed, Profile
from drivers.ble_report import Press, Report
from drivers.event import ActivityType, AlarmType, Kind, Signal, State

LOW_BATTERY_PERCENT = 10
_BATTERY_MV = range(1_000, 5_001)

ALARMS: Mapping[str, AlarmType] = {
    "smoke": AlarmType.SMOKE,
    "heat": AlarmType.HEAT,
    "carbon_monoxide": AlarmType.CO,
    "gas": AlarmType.GAS,
    "moisture": AlarmType.WATER,
    "bottom_submersion": AlarmType.WATER,
    "top_splash": AlarmType.WATER,
    "door_left_open": AlarmType.DOOR_LEFT_OPEN,
}
"""Flags that are true while an alarm's condition lasts, fire first."""

_FORCED = frozenset({"hijacking_alarm"})
_LOCK_TAMPERS = frozenset({"lock_picking", "foreign_body_in_the_keyhole", "the_safe_was_moved"})
_TAMPERS = ("tamper", "pry_the_door", "device_forcibly_removed")

_ACTIVITIES: Mapping[str, tuple[ActivityType, ActivityType]] = {
    **dict.fromkeys(
        ("door", "window", "opening", "garage_door"), (ActivityType.CONTACT_OPEN, ActivityType.CONTACT_CLOSED)
    ),
    **dict.fromkeys(("motion", "moving", "vibration"), (ActivityType.MOTION, ActivityType.MOTION_CLEAR)),
    **dict.fromkeys(("occupancy", "presence"), (ActivityType.PRESENCE, ActivityType.ABSENCE)),
}
"""Flags of daily life: what true and what false means."""
_BED = (ActivityType.BED_IN, ActivityType.BED_OUT)

_MEASURED: Mapping[str, tuple[str, str]] = {
    "temperature": ("temperature", "degC"),
    "humidity": ("humidity", "percent"),
    "carbon_dioxide": ("carbon_dioxide", "ppm"),
}
"""Sensors that become measurements: type and unit."""


def signals(report: Report, profile: Profile, common: Signal) -> tuple[Signal, ...]:
    """Every signal of a report; a sign of life where it says nothing else. `common` is what they share."""
    common = _with_battery(report, common)
    found = [*_alarms(report, common), *_worn(report, profile, common), *_presses(report, profile, common)]
    if _any(report, _TAMPERS):
        found.append(replace(common, kind=Kind.TAMPER))
    if report.binary.get("battery"):
        found.append(replace(common, kind=Kind.LOW_BATTERY))
    found += [*_activities(report, profile, common), *_measurements(report, common)]
    return _told(found, common, _not_active(report, profile))


def band_signals(seen: Seen, common: Signal) -> tuple[Signal, ...]:
    """The heart rate of a band where it is one, else a sign of life."""
    percent = seen.battery_percent
    low = None if percent is None else percent <= LOW_BATTERY_PERCENT
    common = replace(common, battery_percent=percent, battery_low=low)
    rate = seen.heart_rate_bpm
    found: list[Signal] = []
    if rate is not None:
        found.append(replace(common, kind=Kind.MEASUREMENT, type="heart_rate", value=float(rate), unit="bpm"))
    return _told(found, common, ())


def _told(found: list[Signal], common: Signal, over: tuple[str, ...]) -> tuple[Signal, ...]:
    if not found:
        found = [replace(common, kind=Kind.LOW_BATTERY if common.battery_low else Kind.SUPERVISION)]
    found[0] = replace(found[0], not_active=over)
    return tuple(found)


def _with_battery(report: Report, common: Signal) -> Signal:
    percent, volts = report.sensors.get("battery"), report.sensors.get("voltage")
    flag = report.binary.get("battery")
    known = percent if isinstance(percent, (int, float)) and 0 <= percent <= 100 else None
    millivolts = round(volts * 1000) if isinstance(volts, (int, float)) else 0
    return replace(
        common,
        battery_percent=known,
        battery_mv=millivolts if millivolts in _BATTERY_MV else None,
        battery_low=flag if flag is not None or known is None else known <= LOW_BATTERY_PERCENT,
    )


def _alarms(report: Report, common: Signal) -> list[Signal]:
    active = dict.fromkeys(type_ for name, type_ in ALARMS.items() if report.binary.get(name))
    return [replace(common, kind=Kind.ALARM, type=type_, state=State.ACTIVE) for type_ in active]


def _worn(report: Report, profile: Profile, common: Signal) -> list[Signal]:
    if not profile.is_worn or report.binary.get("wearing") is not False:
        return []
    return [replace(common, kind=Kind.ALARM, type=AlarmType.REMOVED_FROM_BODY, state=State.ACTIVE)]


def _presses(report: Report, profile: Profile, common: Signal) -> list[Signal]:
    found: list[Signal] = []
    for name, press in report.events.items():
        if name in NOT_PRESSED:
            found += _from_lock(press, common)
            continue
        code = f"{name}:{press.word}" if report.counter is None else f"{name}:{press.word}:{report.counter}"
        said = replace(common, code=code, press=f"{name}:{press.word}")
        pressed = Pressed.BUTTON if name.startswith("dimmer") and "rotate" in press.word else profile.pressed
        if pressed is Pressed.SOS:
            found.append(replace(said, kind=Kind.ALARM, type=AlarmType.SOS, state=State.ACTIVE))
        elif pressed is Pressed.TEST:
            found.append(replace(common, kind=Kind.TEST, type=profile.tests))
        else:
            found.append(replace(said, kind=Kind.ACTIVITY, type=ActivityType.BUTTON))
    return found


def _from_lock(event: Press, common: Signal) -> list[Signal]:
    """Whoever forces the door is an intruder; whatever else a lock does is a sign of life."""
    if event.word in _FORCED:
        return [replace(common, kind=Kind.ALARM, type=AlarmType.INTRUSION, state=State.ACTIVE, code=event.word)]
    return [replace(common, kind=Kind.TAMPER)] if event.word in _LOCK_TAMPERS else []


def _activities(report: Report, profile: Profile, common: Signal) -> list[Signal]:
    known: dict[tuple[ActivityType, ActivityType], bool] = {}
    for name, pair in _ACTIVITIES.items():
        said = report.binary.get(name)
        if said is not None:
            meant = _BED if profile.is_bed and pair[0] is ActivityType.PRESENCE else pair
            known[meant] = known.get(meant, False) or said
    return [
        replace(common, kind=Kind.ACTIVITY, type=when_true if said else when_false)
        for (when_true, when_false), said in known.items()
    ]


def _measurements(report: Report, common: Signal) -> list[Signal]:
    return [
        replace(common, kind=Kind.MEASUREMENT, type=type_, value=float(value), unit=unit)
        for name, (type_, unit) in _MEASURED.items()
        if isinstance(value := report.sensors.get(name), (int, float))
    ]


def _not_active(report: Report, profile: Profile) -> tuple[str, ...]:
    known: dict[AlarmType, list[bool]] = {type_: [] for type_ in ALARMS.values()}
    for name, type_ in ALARMS.items():
        known[type_] += [report.binary[name]] if name in report.binary else []
    over = [type_.value for type_, said in known.items() if said and not any(said)]
    if _any(report, _TAMPERS) is False:
        over.append(Kind.TAMPER.value)
    if profile.is_worn and report.binary.get("wearing"):
        over.append(AlarmType.REMOVED_FROM_BODY.value)
    return tuple(over)


def _any(report: Report, names: tuple[str, ...]) -> bool | None:
    said = [report.binary[name] for name in names if name in report.binary]
    return any(said) if said else None
