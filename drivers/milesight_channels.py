"""The channels of Milesight payloads: what all models share, and the readers that the models' tables are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]
Read = Callable[[bytes], Fields]
Add = Callable[[Fields], Fields]


def _nothing(said: Fields) -> Fields:  # noqa: ARG001 - the shape of an addition
    return {}


@dataclass(frozen=True, slots=True)
class Channel:
    """How long a channel's data is and what it says.

    `lengths` gives the length by the byte at `kind_at`, for data whose length depends on its kind. With `list_name`
    each record is an item of that list, and `also` says what it adds beside the list.
    """

    length: int
    read: Read
    list_name: str | None = None
    also: Add = _nothing
    kind_at: int = 0
    lengths: Mapping[int, int] | None = None

    def length_of(self, rest: bytes) -> int | None:
        """How many bytes of `rest` are this channel's; None for a kind that is not known."""
        if self.lengths is None or len(rest) <= self.kind_at:
            return self.length
        return self.lengths.get(rest[self.kind_at])


Channels = Mapping[tuple[int, int], Channel]


def u16(data: bytes, at: int = 0) -> int:
    """Two bytes, little endian."""
    return int.from_bytes(data[at : at + 2], "little")


def i16(data: bytes, at: int = 0) -> int:
    """Two bytes, little endian, signed."""
    return int.from_bytes(data[at : at + 2], "little", signed=True)


def u24(data: bytes, at: int = 0) -> int:
    """Three bytes, little endian."""
    return int.from_bytes(data[at : at + 3], "little")


def u32(data: bytes, at: int = 0) -> int:
    """Four bytes, little endian."""
    return int.from_bytes(data[at : at + 4], "little")


def word(words: Mapping[int, str], value: int) -> str:
    """The word for a value, `unknown` where the documents have none."""
    return words.get(value, "unknown")


def byte(name: str) -> Channel:
    """One byte that is a number."""
    return Channel(1, lambda data: {name: data[0]})


def words(name: str, *of: str) -> Channel:
    """One byte that is one of these words, counted from 0."""
    table = dict(enumerate(of))
    return Channel(1, lambda data: {name: word(table, data[0])})


def words_by(name: str, table: Mapping[int, str]) -> Channel:
    """One byte that is a word of this table."""
    return Channel(1, lambda data: {name: word(table, data[0])})


def number(name: str, length: int) -> Channel:
    """A number without a sign."""
    return Channel(length, lambda data: {name: int.from_bytes(data, "little")})


def numbers(*names: str) -> Channel:
    """Numbers of two bytes without a sign."""
    return Channel(2 * len(names), lambda data: {name: u16(data, 2 * at) for at, name in enumerate(names)})


def temperature(data: bytes) -> Fields:
    """Tenths of a degree."""
    return {"temperature": i16(data) / 10}


def alarmed(name: str, channel: Channel, table: Mapping[int, str]) -> Channel:
    """A channel whose values are followed by the word of an alarm."""
    return Channel(
        channel.length + 1, lambda data: channel.read(data[:-1]) | {name: word(table, data[-1])}, channel.list_name
    )


def history(length: int, read: Read) -> Channel:
    """A stored record: when it was (seconds since 1970), and `read` of what follows."""
    return Channel(length, lambda data: {"timestamp": u32(data), **read(data[4:])}, "history")


TEMPERATURE = Channel(2, temperature)
HUMIDITY = Channel(1, lambda data: {"humidity": data[0] / 2})
LEAK = words("leakage_status", "normal", "leak")
MAGNET = words("magnet_status", "close", "open")
OCCUPANCY = words("occupancy", "vacant", "occupied")


def _version(data: bytes) -> str:
    return f"v{data[0]:x}.{data[1]:x}"


def _reply(type_: int, length: int) -> Channel:
    return Channel(length, lambda data: {"type": f"{type_:02X}", "data": data.hex().upper()}, "replies")


_REPLY_BYTES: Mapping[int, int] = {
    0x02: 2,
    0x04: 1,
    0x06: 9,
    0x10: 1,
    0x11: 4,
    0x12: 2,
    0x17: 2,
    0x27: 1,
    0x28: 1,
    0x2F: 1,
    0x35: 8,
    0x3B: 1,
    0x3D: 1,
    0x3E: 1,
    0x40: 1,
    0x42: 1,
    0x4A: 1,
    0x61: 2,
    0x64: 1,
    0x66: 2,
    0x68: 1,
    0x69: 1,
    0x6A: 3,
    0x6D: 1,
    0x74: 1,
    0x79: 6,
    0x84: 1,
    0x8E: 3,
    0x95: 2,
    0x96: 8,
    0xBD: 2,
    0xEA: 3,
}
"""Answers to a command, by type, as long in every model of ours that has them (exceptions in the models' tables)."""


def replies(of: Mapping[int, int], *channels: int) -> dict[tuple[int, int], Channel]:
    """Channels of answers to commands: they say nothing of a person and are only stepped over."""
    return {(channel, type_): _reply(type_, length) for channel in channels for type_, length in of.items()}


_PRESSES = {1: "short press", 2: "long press", 3: "double press"}

COMMON: Channels = {
    **replies(_REPLY_BYTES, 0xFE, 0xFF),
    (0xFE, 0x03): number("report_interval", 2),
    (0xFF, 0x03): number("report_interval", 2),
    (0xFF, 0x01): Channel(1, lambda data: {"ipso_version": f"v{data[0] >> 4}.{data[0] & 0xF}"}),
    (0xFF, 0x08): Channel(6, lambda data: {"sn": data.hex()}),
    (0xFF, 0x09): Channel(2, lambda data: {"hardware_version": f"v{data[0]:x}.{data[1] >> 4}"}),
    (0xFF, 0x0A): Channel(2, lambda data: {"firmware_version": _version(data)}),
    (0xFF, 0x0B): Channel(1, lambda data: {"device_status": "on" if data[0] else "off"}),
    (0xFF, 0x0F): words("lorawan_class", "Class A", "Class B", "Class C", "Class CtoB"),
    (0xFF, 0x16): Channel(8, lambda data: {"sn": data.hex()}),
    (0xFF, 0xFE): Channel(1, lambda data: {"reset_event": "reset"}),  # noqa: ARG005 - any value is a reset
    (0xFF, 0xFF): Channel(2, lambda data: {"tsl_version": f"v{data[0]}.{data[1]}"}),
    (0x01, 0x75): byte("battery"),
    # A press is the same channel in every model that has it: a button enrolled under a wrong model is still heard.
    (0xFF, 0x2E): Channel(1, lambda data: {"button_event": {"status": word(_PRESSES, data[0])}}),
}
