"""What a model of a Modbus head says where: one file per model in `modbus_maps`, checked when it is read. Pure.

No two makers agree on a register, a polarity or a scale, so nothing is guessed: what a map does not name means nothing.

A file holds `about`, `source`, `supervision_seconds`, `poll_seconds` and one `[[read]]` per question (`function`,
`address`, `count`), each with its `[[read.point]]`s. A point is one bit, one register, one `bit` of a register, or two
`registers` as a number of 32 bits (`low_word_first`, `signed`), `at` so many places behind the read's address. It says:

- `words`: what exact raw values mean; polarity is nothing but which value means `alarm`. Other values mean nothing.
- `alarm_at`, `clear_at`: thresholds of the scaled value; a smaller `clear_at` is an alarm of too much, a greater one of
  too little. Between the two the state stays as it is: that is the hysteresis.
- `measures`, `unit`: the scaled value as a measurement, apart from any alarm.

An exact word goes before thresholds and measurement: 0xFFFF of a broken sensor is no concentration.
"""

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from drivers.event import AlarmType
from drivers.modbus_frame import COILS, DISCRETE_INPUTS, HOLDING_REGISTERS, INPUT_REGISTERS

FUNCTIONS: dict[str, int] = {
    "coils": COILS,
    "discrete_inputs": DISCRETE_INPUTS,
    "holding_registers": HOLDING_REGISTERS,
    "input_registers": INPUT_REGISTERS,
}
_COUNT_LIMIT = 64


class Word(StrEnum):
    """What an exact value of a point means. `warming_up` is alive and says neither alarm nor all clear."""

    NORMAL = "normal"
    ALARM = "alarm"
    TEST = "test"
    FAULT = "fault"
    MAINS = "mains"
    TAMPER = "tamper"
    LOW_BATTERY = "low_battery"
    WARMING_UP = "warming_up"
    CONTACT_OPEN = "contact_open"
    CONTACT_CLOSED = "contact_closed"


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that a head says; see the module for its keys."""

    at: int
    quantity: str
    registers: Literal[1, 2] = 1
    bit: int | None = None
    low_word_first: bool = False
    signed: bool = False
    scale: float = 1.0
    alarm: AlarmType | None = None
    words: dict[str, Word] = {}
    alarm_at: float | None = None
    clear_at: float | None = None
    measures: str | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what could never be meant."""
        self._check_place()
        self._check_meaning()

    def _check_place(self) -> None:
        if not 0 <= self.at <= self.at + self.registers <= _COUNT_LIMIT:
            raise ValueError(f"at is {self.at}; a read holds at most {_COUNT_LIMIT} places")
        if self.bit is not None and (not 0 <= self.bit <= 15 or self.registers == 2):
            raise ValueError("bit is one of 0 to 15 of a single register")
        if not all(raw.lstrip("-").isascii() and raw.lstrip("-").isdecimal() for raw in self.words):
            raise ValueError("the keys of words are whole numbers")

    def _check_meaning(self) -> None:
        if (self.alarm_at is None) != (self.clear_at is None) or (
            self.alarm_at is not None and self.alarm_at == self.clear_at
        ):
            raise ValueError("alarm_at and clear_at stand together and differ")
        says_alarm = self.alarm_at is not None or not {Word.ALARM, Word.TEST}.isdisjoint(self.words.values())
        if says_alarm != (self.alarm is not None):
            raise ValueError("alarm, and a word or threshold that tells of it, stand together")
        if (self.measures is None) != (self.unit is None):
            raise ValueError("measures and unit stand together")

    def raw(self, values: tuple[int, ...]) -> int | None:
        """The raw number in the values of a read; None where they are too few."""
        found = values[self.at : self.at + self.registers]
        if len(found) < self.registers:
            return None
        if self.bit is not None:
            return found[0] >> self.bit & 1
        high_first = found[::-1] if self.low_word_first else found
        return int.from_bytes(b"".join(word.to_bytes(2, "big") for word in high_first), "big", signed=self.signed)


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question to the head, and what its answer says."""

    function: Literal["coils", "discrete_inputs", "holding_registers", "input_registers"]
    address: int
    count: int
    point: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a question that cannot be asked."""
        if not 0 <= self.address <= 0xFFFF or not 1 <= self.count <= _COUNT_LIMIT:
            raise ValueError(f"address is 0 to 65535, count 1 to {_COUNT_LIMIT}")
        if any(point.at + point.registers > self.count for point in self.point):
            raise ValueError("a point lies behind the end of its read")


class Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model."""

    about: str
    source: str
    read: tuple[Read, ...]
    supervision_seconds: int
    poll_seconds: float = 2.0

    def __post_init__(self) -> None:
        """Raise ValueError for reads that contradict each other."""
        if not 1.0 <= self.poll_seconds <= 5.0 or self.supervision_seconds < 3 * self.poll_seconds:
            raise ValueError("poll_seconds is 1 to 5, supervision_seconds at least three polls")
        # What one answer reports as over must not be what another one reports as on.
        alarms = [alarm for read in self.read for alarm in {point.alarm for point in read.point if point.alarm}]
        if len(alarms) != len(set(alarms)):
            raise ValueError("the points of one alarm stand in one read")


def parse(text: str) -> Map:
    """Read a map file. Raises msgspec.ValidationError or msgspec.DecodeError naming the place."""
    read: Map = msgspec.convert(msgspec.toml.decode(text, type=dict[str, Any]), Map)
    return read


@cache
def maps() -> dict[str, Map]:
    """Every map that comes with the gateway, by model."""
    folder = resources.files("drivers") / "modbus_maps"
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return {entry.name.removesuffix(".toml"): parse(entry.read_text(encoding="utf-8")) for entry in files}
