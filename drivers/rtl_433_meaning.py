"""What a line of rtl_433 says of an enrolled device: rtl_433's keys and words into signals.

rtl_433's model is the name of a protocol, not of a kind of device: what an alarm bit means comes from the model under
which the device is enrolled, and only where that is the generic one from what the protocol's devices usually are.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from drivers.event import ActivityType, AlarmType, Kind, Signal, State
from drivers.json_object import number, truth

ALARM = "alarm"
"""The word for an alarm whose type is that of the device."""

PRESENCE_ONLY = frozenset({"Kidde-Smoke"})
"""Protocols of which only the message "I am here" is understood, whatever else their devices send."""
LINE_IS_ALARM = frozenset({"Smoke-GS558"})
"""Protocols whose message has no content: it comes for an alarm and for the test button alike."""

USUAL_TYPE: Mapping[str, AlarmType] = {
    "Smoke-GS558": AlarmType.SMOKE,
    "Cavius-Security": AlarmType.SMOKE,
    "Fineoffset-WH55": AlarmType.WATER,
    "Bresser-Leakage": AlarmType.WATER,
    "Govee-Water": AlarmType.WATER,
}
"""What an alarm of a protocol's devices is about where the enrolled model does not say."""

TYPE_OF_MODEL: Mapping[str, AlarmType] = {
    f"generic-{type_.value}": type_
    for type_ in (AlarmType.SMOKE, AlarmType.HEAT, AlarmType.CO, AlarmType.GAS, AlarmType.WATER)
} | {"generic-button": AlarmType.SOS}

_Meaning = tuple[Kind, str | None]
_PANIC: _Meaning = (Kind.ALARM, AlarmType.SOS)
WORDS: Mapping[str, _Meaning] = {
    "open": (Kind.ACTIVITY, ActivityType.CONTACT_OPEN),
    "door/window open": (Kind.ACTIVITY, ActivityType.CONTACT_OPEN),
    "close": (Kind.ACTIVITY, ActivityType.CONTACT_CLOSED),
    "closed": (Kind.ACTIVITY, ActivityType.CONTACT_CLOSED),
    "door/window closed": (Kind.ACTIVITY, ActivityType.CONTACT_CLOSED),
    "motion": (Kind.ACTIVITY, ActivityType.MOTION),
    "motion tripped": (Kind.ACTIVITY, ActivityType.MOTION),
    "motion ready": (Kind.ACTIVITY, ActivityType.MOTION_CLEAR),
    "water": (Kind.ALARM, AlarmType.WATER),
    "water leak": (Kind.ALARM, AlarmType.WATER),
    "fire alarm": (Kind.ALARM, ALARM),
    "alarm muted": (Kind.ALARM, ALARM),
    "warning/water detected": (Kind.ALARM, ALARM),
    "test alarm": (Kind.TEST, ALARM),
    "panic": _PANIC,
    "kr15 panic": _PANIC,
    "kr15 panic-3second": _PANIC,
    "kr18 panic": _PANIC,
    "tamper": (Kind.TAMPER, None),
    "battery": (Kind.LOW_BATTERY, None),
    "low battery": (Kind.LOW_BATTERY, None),
}
"""What rtl_433's decoders write under `event`, `state`, `text` and `subtype`, in lower case."""
_WORD_KEYS = ("event", "text", "state", "subtype")
_MUTED = "alarm muted"

_BITS: Mapping[str, tuple[_Meaning | None, _Meaning | None]] = {
    "contact_open": (WORDS["open"], WORDS["closed"]),
    "opened": (WORDS["open"], WORDS["closed"]),
    "closed": (WORDS["closed"], WORDS["open"]),
    "motion": (WORDS["motion"], None),
    "water": (WORDS["water"], None),
    "detect_wet": (WORDS["water"], None),
    "tamper": (WORDS["tamper"], None),
    "alarm": ((Kind.ALARM, ALARM), None),
}
"""Keys that are 0 or 1: what one and what zero means."""
_ENDS: Mapping[str, str] = {"detect_wet": AlarmType.WATER, "tamper": "tamper", "alarm": ALARM}
"""Keys whose zero says that something is over."""
_URGENCY = (Kind.ALARM, Kind.TEST, Kind.TAMPER, Kind.ACTIVITY, Kind.LOW_BATTERY)
_LOW_BATTERY_LEVEL = 0.1


def signals(line: Mapping[str, Any], common: Signal, model: str) -> tuple[Signal, ...]:
    """Every signal of one line, most urgent first; `model` is that of the enrolled device, `common` what they share.

    A line that says nothing else is a sign of life. A heartbeat repeats the state, so its state is no news.
    """
    protocol = str(line.get("model"))
    common = replace(common, **_battery(line))
    if protocol in PRESENCE_ONLY or (protocol in LINE_IS_ALARM and truth(line.get("learn"))):
        return (replace(common, kind=Kind.SUPERVISION),)
    type_ = TYPE_OF_MODEL.get(model, USUAL_TYPE.get(protocol))
    said = {_typed(meaning, type_) for meaning in _meanings(line, protocol, is_button=type_ is AlarmType.SOS)}
    if truth(line.get("heartbeat")):
        said = {meaning for meaning in said if meaning[0] is not Kind.ACTIVITY}
    tells_ends = any(truth(line.get(key)) is not None for key in _ENDS)
    found = [_signal(meaning, common, tells_ends=tells_ends) for meaning in sorted(said, key=_order)]
    if not found:
        found.append(replace(common, kind=Kind.LOW_BATTERY if common.battery_low else Kind.SUPERVISION))
    over = _over(line, type_, {signal.type or signal.kind.value for signal in found})
    silenced = True if _MUTED in _words(line) else None
    found[0] = replace(found[0], not_active=over, silenced=silenced)
    return tuple(found)


def _meanings(line: Mapping[str, Any], protocol: str, *, is_button: bool) -> set[_Meaning]:
    said = {WORDS[word] for word in _words(line) if word in WORDS}
    for key, (when_one, when_zero) in _BITS.items():
        bit = truth(line.get(key))
        meaning = None if bit is None else when_one if bit else when_zero
        if meaning is not None:
            said.add(meaning)
    if protocol in LINE_IS_ALARM or (is_button and _is_press(line)):
        said.add((Kind.ALARM, ALARM))
    return said


def _is_press(line: Mapping[str, Any]) -> bool:
    """A button's line is a press unless it is the report that it sends by itself."""
    return not any(truth(line.get(key)) for key in ("heartbeat", "supervised", "restore"))


def _words(line: Mapping[str, Any]) -> list[str]:
    return [value.strip().lower() for value in map(line.get, _WORD_KEYS) if isinstance(value, str)]


def _typed(meaning: _Meaning, type_: AlarmType | None) -> _Meaning:
    """The device's own type for an alarm without one; without either it is some press of some button."""
    kind, said = meaning
    if said != ALARM:
        return meaning
    if type_ is None:
        return (Kind.ACTIVITY, ActivityType.BUTTON) if kind is Kind.ALARM else (kind, None)
    return kind, type_


def _order(meaning: _Meaning) -> tuple[int, str]:
    return _URGENCY.index(meaning[0]), meaning[1] or ""


def _signal(meaning: _Meaning, common: Signal, *, tells_ends: bool) -> Signal:
    """A press, a movement, an alarm of who never tells its end bears a code, so that its repeats fold.

    A condition that lasts folds by itself.
    """
    kind, type_ = meaning
    is_press = kind is Kind.ACTIVITY or type_ == AlarmType.SOS or (kind is Kind.ALARM and not tells_ends)
    return replace(
        common,
        kind=kind,
        type=type_,
        code=str(type_) if is_press else None,
        state=State.ACTIVE if kind is Kind.ALARM else None,
        battery_low=True if kind is Kind.LOW_BATTERY else common.battery_low,
    )


def _over(line: Mapping[str, Any], type_: AlarmType | None, active: set[str]) -> tuple[str, ...]:
    ended = [type_ if name == ALARM else name for key, name in _ENDS.items() if truth(line.get(key)) is False]
    return tuple(dict.fromkeys(str(name) for name in ended if name is not None and name not in active))


def _battery(line: Mapping[str, Any]) -> dict[str, Any]:
    """`battery_ok` is 0 or 1, or the charge between them; old releases write OK or LOW, one decoder `battery_low`."""
    level, millivolts = number(line.get("battery_ok")), number(line.get("battery_mV"))
    word = line.get("battery")
    low = truth(line.get("battery_low"))
    if level is not None and 0 <= level <= 1:
        low = level <= _LOW_BATTERY_LEVEL
    elif isinstance(word, str) and word.upper() in ("OK", "LOW"):
        low = word.upper() == "LOW"
    is_charge = isinstance(line.get("battery_ok"), float) and level is not None and 0 < level < 1
    return {
        "battery_low": low,
        "battery_percent": round(100 * level, 1) if is_charge and level is not None else None,
        "battery_mv": int(millivolts) if millivolts is not None and 0 < millivolts < 20_000 else None,
    }
