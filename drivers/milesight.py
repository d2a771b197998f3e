"""Milesight LoRaWAN payloads: records of channel (1 byte), type (1 byte), data; little endian; no length, no checksum.

Because a record does not say how long it is, a channel outside the model's table ends the reading: what was read
stays, the rest is marked as unread, and a length is never guessed. GS524N has a frame of its own (`milesight_gs524n`).
The network has authenticated every payload, so none can be noise.

Source: tables, examples and decoders of Milesight's SensorDecoders (e79c9d8, 2026-07-30) and the makers' guides, as
facts. Evidence: the maker's own examples; no payload here was captured from a device in the field.

Where the maker contradicts itself the safe meaning is taken:
- VS373 alarm event: see `milesight_vs373`.
- WS301 tamper: one example calls 1 "installed"; its own table and decoder say 1 is "uninstalled". 1 is a tamper, so
  `tamper_status` differs from that example.
- WS202 light: the table's words (dark, light) are used, the decoder says dim and bright. It has no part in any alarm.
- WS136 and WS156 press: FF 2E by the example, FF 34 by the table (number, mode, press) and by the decoder (number,
  command). All of them are a press.
- EM300-MLD leak: channel 06 by the table, 05 by example and decoder. EM300-DI-HALL water: 05 by table and decoder, 06
  by the example. Both are read.

Application port: 85 as delivered, but it can be set, so every application port is read.
Supervision, batteries: `milesight_models`. Which alarm a field is: `milesight_meaning`.
Unknown: which firmware sends which of two layouts; GS601 has another format and is not read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drivers.milesight_channels import COMMON, Channel, Channels, Fields

PAYLOAD_LIMIT_BYTES = 256
"""LoRaWAN carries at most 242."""

_HEAD_BYTES = 2


@dataclass(frozen=True, slots=True)
class Record:
    """One channel's data."""

    channel: int
    type: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a payload says, by the names of the maker's documents, and what of it could not be read, with the reason.

    Temperatures are in degC, humidity and battery in percent, distance in mm, times of use in minutes.
    """

    fields: Fields
    unread: bytes = b""
    reason: str | None = None


def split(payload: bytes, channels: Channels) -> tuple[list[Record], bytes, str | None]:
    """The records of a payload, the bytes behind them that cannot be read, and why. Never raises."""
    records: list[Record] = []
    at = 0
    while at < len(payload):
        head = payload[at : at + _HEAD_BYTES]
        if len(head) < _HEAD_BYTES:
            return records, payload[at:], "incomplete"
        channel = find(channels, head[0], head[1])
        start = at + _HEAD_BYTES
        length = None if channel is None else channel.length_of(payload[start:])
        if length is None:
            return records, payload[at:], "unknown_channel"
        if start + length > len(payload):
            return records, payload[at:], "incomplete"
        records.append(Record(head[0], head[1], payload[start : start + length]))
        at = start + length
    return records, b"", None


def encode(records: Iterable[Record]) -> bytes:
    """The payload that holds these records."""
    return b"".join(bytes((record.channel, record.type)) + record.data for record in records)


def decode(payload: bytes, channels: Channels) -> Reading:
    """Read a payload by a model's table of channels. Never raises; a later record of a channel replaces the earlier."""
    records, unread, reason = split(payload, channels)
    fields: dict[str, Any] = {}
    for record in records:
        channel = find(channels, record.channel, record.type)
        if channel is not None:
            _merge(fields, channel, channel.read(record.data))
    return Reading(fields, unread, reason)


def find(channels: Channels, channel: int, type_: int) -> Channel | None:
    """The channel as the model has it, else as all models have it."""
    return channels.get((channel, type_)) or COMMON.get((channel, type_))


def _merge(fields: Fields, channel: Channel, said: Fields) -> None:
    if channel.list_name is None:
        fields.update(said)
    else:
        fields.setdefault(channel.list_name, []).append(said)
        fields.update(channel.also(said))
