"""What stands in a GPS watch's messages: the position report (`UD…`, `AL…`, `WT…`) and readings of the body.

A report is date, time, A or V (fix or none), latitude, N/S, longitude, E/W, speed in km/h, course, altitude in metres,
satellites, signal in percent, battery in percent, steps, tumbles, status (hexadecimal bits), then cells and networks.
Seen in captures: signed degrees with and without a fitting letter, a missing E/W, spaces before numbers, a status of
four digits (no upper half). The date is day first in all captures, but not trusted: some makers are said to put the
year first.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_VALUES = 16
_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)
_STATUS = re.compile(r"[0-9A-Fa-f]{1,8}")
NO_TIME = "no_time"
"""Stands in the place of the time of a watch that has none: zeros, nothing, or no date at all."""
_UPPER_HALF_DIGITS = 4
"""A status of no more digits has no room for the alarm bits of the upper half."""

ALARM_BITS: Mapping[int, str] = {
    0: "low_battery",
    1: "geofence_exit",
    2: "geofence_enter",
    14: "power_cut",
    16: "sos",
    17: "low_battery",
    18: "geofence_exit",
    19: "geofence_enter",
    20: "removing",
    21: "fall_down",
    22: "fall_down",
}
"""Status bits with a known meaning. Bits 3 and 4 are states (strap, motion) that nothing here relies on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One position report; None where a value is missing or no number. Degrees are WGS-84, south and west negative."""

    date_and_time: tuple[str, str]
    fix_valid: bool
    latitude: float | None
    longitude: float | None
    hemisphere_missing: bool
    speed_kmh: float | None
    course_deg: float | None
    altitude_m: float | None
    satellites: int | None
    signal_percent: int | None
    battery_percent: int | None
    steps: int | None
    status: str | None

    @property
    def stamp(self) -> str:
        """The watch's own time as it stands, to tell one press from another; no word on whether it is right."""
        is_written = all(_SIX_DIGITS.fullmatch(part) for part in self.date_and_time)
        return "-".join(self.date_and_time) if is_written and self.time is not None else NO_TIME

    @property
    def time(self) -> datetime | None:
        """The watch's own time in UTC: day first; year first where day first is no date."""
        for form in ("%d%m%y%H%M%S", "%y%m%d%H%M%S"):
            try:
                return datetime.strptime("".join(self.date_and_time), form).replace(tzinfo=UTC)
            except ValueError:
                continue
        return None

    @property
    def bits(self) -> frozenset[int]:
        """The status bits that are set."""
        number = int(self.status or "0", 16)
        return frozenset(bit for bit in range(32) if number >> bit & 1)

    @property
    def has_alarm_half(self) -> bool:
        """Whether the status has room for the bits 16 and above."""
        return self.status is not None and len(self.status) > _UPPER_HALF_DIGITS

    @property
    def has_position(self) -> bool:
        """Whether the watch knows where it is: a fix that is not the empty 0, 0."""
        return (
            self.fix_valid and None not in (self.latitude, self.longitude) and (self.latitude, self.longitude) != (0, 0)
        )


def parse_report(values: tuple[str, ...]) -> Report | None:
    """The report in a message's values; None where they are too few to hold a status."""
    if len(values) < _VALUES:
        return None
    text = [value.strip() for value in values[:_VALUES]]
    return Report(
        date_and_time=(text[0], text[1]),
        fix_valid=text[2] == "A",
        latitude=_degrees(text[3], text[4], 90),
        longitude=_degrees(text[5], text[6], 180),
        hemisphere_missing=not (text[4] and text[6]),
        speed_kmh=number(text[7]),
        course_deg=number(text[8]),
        altitude_m=number(text[9]),
        satellites=_whole(text[10]),
        signal_percent=_whole(text[11]),
        battery_percent=percent(text[12]),
        steps=_whole(text[13]),
        status=text[15] if _STATUS.fullmatch(text[15]) else None,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the body: its field in words of the trade, its type as a measurement, the value, its unit."""

    field: str
    type: str
    value: float
    unit: str


_HEART = ("heart_rate_bpm", "heart_rate", "bpm")
_PRESSURE = (
    ("bp_systolic_mmhg", "blood_pressure_systolic", "mmHg"),
    ("bp_diastolic_mmhg", "blood_pressure_diastolic", "mmHg"),
)
_OXYGEN = ("spo2_pct", "blood_oxygen", "percent")
_TEMPERATURE = ("body_temp_c", "body_temperature", "degC")
_SKIPPED = None

_READINGS: Mapping[str, tuple[tuple[str, str, str] | None, ...]] = {
    "heart": (_HEART,),
    "pulse": (_HEART,),
    "blood": (*_PRESSURE, _HEART),
    "bphrt": (*_PRESSURE, _HEART),
    "oxygen": (_SKIPPED, _OXYGEN),
    "temp": (_TEMPERATURE,),
    "btemp2": (_SKIPPED, _TEMPERATURE),
}
"""What the values of each type of message are, in order; the skipped ones say how it was measured."""


def readings(type_: str, values: tuple[str, ...]) -> tuple[Reading, ...]:
    """The readings in a message, as they stand: a 0 is what a watch says that measured nothing."""
    meanings = _READINGS.get(type_.lower(), ())
    found = ((meaning, number(value)) for meaning, value in zip(meanings, values, strict=False))
    return tuple(Reading(*meaning[:2], value, meaning[2]) for meaning, value in found if meaning and value is not None)


def number(text: str) -> float | None:
    """A finite number; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def percent(text: str) -> int | None:
    """A whole number from 0 to 100; None for anything else."""
    value = _whole(text)
    return value if value is not None and 0 <= value <= 100 else None


def _whole(text: str) -> int | None:
    value = number(text)
    return None if value is None else int(value)


def _degrees(text: str, letter: str, limit: int) -> float | None:
    value = number(text)
    if value is None or abs(value) > limit:
        return None
    return -abs(value) if letter in ("S", "W") and value else value
