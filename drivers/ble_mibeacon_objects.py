"""What the objects of a MiBeacon message mean, by object id. Sources: the maker's object definitions, public decoders.

0x1001 is a button of older products: which one, how often, and the kind of press. Ids from 0x4800 on are properties of
single products, whose meaning is alike wherever it was seen. Locks are
`ble_mibeacon_locks`. Objects of toothbrushes and scales are left unread.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from drivers.ble_mibeacon_locks import LOCK_IDS, Said, read_lock
from drivers.ble_report import Press, Report


class _Part(Enum):
    SENSOR = "sensor"
    BINARY = "binary"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class _Number:
    """A number: its `struct` format and what it is divided by."""

    name: str
    format: str
    divisor: int = 1


_Found = tuple[_Part, str, float | str | bool | Press]

_BUTTON = 0x1001
_MOTION_SECONDS = 30
"""A sensor that saw nobody for so short a time still counts as having seen somebody, as in the maker's app."""
_BRIGHT_LUX = 100
_LUX_MODEL = "CGPR1"
"""The motion sensor that tells the brightness itself where others only tell light from dark."""

_NUMBERS: Mapping[int, tuple[_Number, ...]] = {
    0x000A: (_Number("temperature", "<h", 100),),
    0x1004: (_Number("temperature", "<h", 10),),
    0x1006: (_Number("humidity", "<H", 10),),
    0x1008: (_Number("moisture", "<B"),),
    0x1009: (_Number("conductivity", "<H"),),
    0x100A: (_Number("battery", "<B"),),
    0x100D: (_Number("temperature", "<h", 10), _Number("humidity", "<H", 10)),
    0x1010: (_Number("formaldehyde", "<H", 100),),
    0x1013: (_Number("consumable", "<B"),),
    0x4801: (_Number("temperature", "<f"),),
    0x4802: (_Number("humidity", "<B"),),
    0x4803: (_Number("battery", "<B"),),
    0x4805: (_Number("illuminance", "<f"),),
    0x4808: (_Number("humidity", "<f"),),
    0x483D: (_Number("pressure_present_duration", "<I"),),
    0x483E: (_Number("pressure_not_present_duration", "<I"),),
    0x4851: (_Number("duration_detected", "<B"),),
    0x4852: (_Number("duration_cleared", "<B"),),
    0x4A08: (_Number("illuminance", "<f"),),
    0x4C01: (_Number("temperature", "<f"),),
    0x4C02: (_Number("humidity", "<B"),),
    0x4C03: (_Number("battery", "<B"),),
    0x4C08: (_Number("humidity", "<f"),),
    0x5003: (_Number("battery", "<B"),),
}
"""Objects that are numbers, one after the other.

Formaldehyde is in mg/m³; the two durations of 0x4851 and 0x4852 are minutes, others seconds.
"""

_FLAGS: Mapping[int, str] = {
    0x1012: "power",
    0x1014: "moisture",
    0x1015: "smoke",
    0x1018: "light",
    0x483C: "occupancy",
    0x484E: "occupancy",
    0x4806: "moisture",
    0x487B: "top_splash",
    0x4A01: "battery",
    0x4E01: "battery",
    0x5413: "occupancy_close_range",
}
"""Objects of one byte that are true where it is not 0."""

_STATES: Mapping[int, Mapping[int, Mapping[str, bool]]] = {
    0x0007: {
        0: {"door": True, "door_stuck": False, "knock_on_the_door": False},
        1: {"door": False, "door_left_open": False, "pry_the_door": False},
        2: {"door": True, "door_left_open": True},
        3: {"door": False, "knock_on_the_door": True},
        4: {"door": True, "pry_the_door": True},
        5: {"door": False, "door_stuck": True},
    },
    0x1019: {
        0: {"opening": True},
        1: {"opening": False, "door_left_open": False},
        2: {"opening": True, "door_left_open": True},
    },
    0x4804: {
        1: {"opening": True},
        2: {"opening": False, "door_left_open": False, "device_forcibly_removed": False},
    },
    0x480C: {0: {"opening": True}, 1: {"opening": False}},
    0x4A0F: {1: {"opening": True, "device_forcibly_removed": True}},
    0x4A12: {
        1: {"opening": True},
        2: {"opening": False, "door_left_open": False, "device_forcibly_removed": False},
    },
    0x4A1A: {1: {"opening": True, "door_left_open": True}},
    0x4A68: {
        0: {"bottom_submersion": True},
        1: {"bottom_submersion": False},
        2: {"top_splash": True},
        3: {"top_splash": False},
    },
    0x5810: {0: {"asleep": True}, 1: {"asleep": False}},
    0x6461: {0: {"wearing": True}, 1: {"wearing": False}},
}
"""Objects of one byte that name a state."""

_PRESSES: Mapping[int, str] = {
    0x4A0C: "press",
    0x4A0D: "double_press",
    0x4A0E: "long_press",
    0x4A13: "press",
    0x4E0C: "press",
    0x4E0D: "double_press",
    0x4E0E: "long_press",
    0x560C: "press",
    0x560D: "double_press",
    0x560E: "long_press",
}
"""Objects that are presses. Where a product has several buttons their value says which."""

_BUTTON_NAMES: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "XMWS01XS": {0: ("left",), 1: ("right",)},
    "XMWXKG01YL": {1: ("left",), 2: ("right",), 3: ("left", "right")},
    "KS1": {1: ("left",), 2: ("mid_left",), 3: ("mid_right",), 4: ("right",)},
    "KS1BP": {1: ("left",), 2: ("mid_left",), 3: ("mid_right",), 4: ("right",)},
    "K9B-2BTN": {0: ("left",), 1: ("right",), 2: ("left", "right")},
    "K9B-3BTN": {
        0: ("left",),
        1: ("middle",),
        2: ("right",),
        3: ("left", "middle"),
        4: ("middle", "right"),
        5: ("left", "right"),
        6: ("left", "middle", "right"),
    },
    "YLYK01YL": {0: ("on",), 1: ("off",), 2: ("brightness",), 3: ("plus",), 4: ("M",), 5: ("min",)},
}
"""Which button a value means, by product; of other products the number counts for nothing."""

_PRESS_WORDS: Mapping[int, str] = {0: "press", 1: "double_press", 2: "long_press", 5: "press", 6: "long_press"}
_SWITCH_PRESS_WORDS: Mapping[int, str] = {0: "press", 1: "long_press", 2: "double_press"}
_SWITCHES = frozenset({"K9B-1BTN", "K9B-2BTN", "K9B-3BTN"})
_ONE_BYTE_PRESSES: Mapping[str, Mapping[int, str]] = {"K9BB-1BTN": {1: "press", 8: "long_press", 15: "double_press"}}


def read(objects: list[tuple[int, bytes]], model: str, report: Report) -> Report:
    """The report with the values of these objects, of which later ones replace earlier. Never raises."""
    found: dict[_Part, dict[str, float | str | bool | Press]] = {part: {} for part in _Part}
    for id_, value in objects:
        for part, name, said in _values(id_, value, model):
            found[part][name] = said
    return replace(
        report,
        sensors={name: said for name, said in found[_Part.SENSOR].items() if not isinstance(said, (bool, Press))},
        binary={name: said for name, said in found[_Part.BINARY].items() if isinstance(said, bool)},
        events={name: said for name, said in found[_Part.EVENT].items() if isinstance(said, Press)},
    )


def _values(id_: int, value: bytes, model: str) -> Iterator[_Found]:
    if id_ in _NUMBERS:
        yield from _numbers(_NUMBERS[id_], value)
    if id_ == 0x000F and model == _LUX_MODEL and len(value) == 3:
        yield _Part.SENSOR, "illuminance", int.from_bytes(value, "little")
    if id_ in LOCK_IDS:
        yield from _lock(read_lock(id_, value, model))
    elif id_ == _BUTTON:
        yield from _button(value, model)
    elif id_ in _PRESSES:
        yield from _presses(id_, value, model)
    else:
        for name, said in _truths(id_, value, model).items():
            yield _Part.BINARY, name, said


def _lock(said: Said) -> Iterator[_Found]:
    yield from ((_Part.SENSOR, name, word) for name, word in said.sensors.items())
    yield from ((_Part.BINARY, name, flag) for name, flag in said.binary.items())
    yield from ((_Part.EVENT, name, event) for name, event in said.events.items())


def _numbers(numbers: tuple[_Number, ...], value: bytes) -> Iterator[_Found]:
    if len(value) != sum(struct.calcsize(number.format) for number in numbers):
        return
    at = 0
    for number in numbers:
        (raw,) = struct.unpack_from(number.format, value, at)
        at += struct.calcsize(number.format)
        if math.isfinite(raw):
            said = round(raw, 2) if isinstance(raw, float) else raw
            yield _Part.SENSOR, number.name, said if number.divisor == 1 else said / number.divisor


def _truths(id_: int, value: bytes, model: str) -> Mapping[str, bool]:
    if id_ == 0x0003:
        return {"motion": True}
    if id_ == 0x101B or (id_ == 0x4818 and len(value) == 2) or (id_ == 0x1017 and len(value) == 4):
        return {"motion": id_ != 0x101B and int.from_bytes(value, "little") <= _MOTION_SECONDS}
    if id_ == 0x000F and len(value) == 3:
        bright = int.from_bytes(value, "little") >= _BRIGHT_LUX
        return {"motion": True, "light": bright} if model in ("MJYD02YL", "RTCGQ02LM") else {"motion": True}
    if id_ == 0x4A08:
        return {"motion": True}
    if not value:
        return {}
    if id_ in _FLAGS:
        return {_flag_name(id_, model): _flag(id_, value[0], model)}
    return _STATES.get(id_, {}).get(value[0], {})


def _flag_name(id_: int, model: str) -> str:
    return "bottom_submersion" if id_ == 0x4806 and model == "SJWS02LM" else _FLAGS[id_]


def _flag(id_: int, said: int, model: str) -> bool:
    # 2 is "left" with this one product.
    return said == 1 if id_ == 0x484E and model == "XMOSB01XS" else said > 0


def _presses(id_: int, value: bytes, model: str) -> Iterator[_Found]:
    which = value[0] if value else None
    words = _ONE_BYTE_PRESSES.get(model)
    word = _PRESSES[id_] if words is None or which is None else words.get(which, _PRESSES[id_])
    for name in _names(which, model):
        yield _Part.EVENT, name, Press(word)


def _button(value: bytes, model: str) -> Iterator[_Found]:
    if len(value) != 3:
        return
    which, steps, kind = value
    words = _SWITCH_PRESS_WORDS if model in _SWITCHES else _PRESS_WORDS
    if model.startswith("YLKG07YL"):
        yield _Part.EVENT, "dimmer", _turn(which, steps, kind)
        return
    # A kind that nobody has described is a press all the same: a call for help must never say nothing.
    for name in _names(which, model):
        yield _Part.EVENT, name, Press(words.get(kind, f"press_0x{kind:02x}"))


def _turn(which: int, steps: int, kind: int) -> Press:
    if kind == 3:
        return Press("long_press", {"duration": steps}) if which else Press("press", {"number_of_presses": steps})
    word, count = ("rotate", steps) if which == 0 else ("rotate_pressed", which)
    way = "left" if count > 127 else "right"
    return Press(word.replace("rotate", f"rotate_{way}"), {"steps": 256 - count if count > 127 else count})


def _names(which: int | None, model: str) -> list[str]:
    sides = _BUTTON_NAMES.get(model, {}).get(-1 if which is None else which)
    return ["button"] if sides is None else [f"button_{side}" for side in sides]
