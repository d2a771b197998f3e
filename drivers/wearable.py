"""Accelerometer blocks of a band or pendant on the local broker, topic `wearable/ADDRESS/accel`.

On a serial line the same blocks are those of `drivers.wearable_serial`. What a band says by itself, its own fall flag,
is read by `drivers.wearable_event`.

A block is little-endian: `"AB"`, version 1, rate in Hz, range in g, count (one byte each), sequence (two bytes), the
device's clock in milliseconds at the first sample (four), battery in percent (one; above 100 is unknown), a zero, then
count times x, y, z (two bytes each, signed, 32767 is the range). A later header byte may get a meaning, so the zero is
not checked. This layout is our own: gateways for BLE or serial bands produce it, so there are no captures of others.

A block is a sign of life with the battery; its samples are for the watcher of falls (`parse_block`, and
`wearable_stream` to put blocks in order). A block without samples is sound: a heartbeat of a band that rests.
Supervised: 15 minutes without a block is a fault, as a band in its charger or out of reach guards nobody.
"""

import struct
from dataclasses import dataclass

from msgspec.structs import replace

from drivers.device import Decoded, Lookup
from drivers.event import Kind, Reject, Signal
from drivers.registry import Driver, Model, MqttDriver

NAME = "wearable"
BASE_TOPIC = "wearable"
VERSION = 1
FULL_SCALE = 32_767
LOW_BATTERY_PERCENT = 15

_HEADER = struct.Struct("<2sBBBBHIBB")
_UNKNOWN_BATTERY = 255
MAGIC = b"AB"
HEADER_BYTES = _HEADER.size
SAMPLE_BYTES = 6
MESSAGE_LIMIT_BYTES = HEADER_BYTES + 255 * SAMPLE_BYTES
_SUPERVISION_SECONDS = 900
_STATE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBlock:
    """One block. `samples` are (x, y, z) in counts, 32767 is `range_g`; `clock_ms` is the device's at the first."""

    rate_hz: int
    range_g: int
    sequence: int
    clock_ms: int
    battery_percent: int | None
    samples: tuple[tuple[int, int, int], ...]

    @property
    def g_per_count(self) -> float:
        """What one count is in g."""
        return self.range_g / FULL_SCALE


def normalise_address(text: str) -> str:
    """The band's address as it stands in its topic. Raises ValueError with the remedy."""
    name = text.strip()
    if not name or any(sign in name for sign in "/+#"):
        raise ValueError(f"{text!r} is no band: write ADDRESS as in its topic {BASE_TOPIC}/ADDRESS/accel")
    return name


def address_of(topic: str) -> str | None:
    """The band's address in a topic; None where it is no topic of a band's samples."""
    levels = topic.split("/")
    if len(levels) != 3 or levels[0] != BASE_TOPIC or levels[2] != "accel":
        return None
    return levels[1] if levels[1] and levels[1] == levels[1].strip() else None


def parse_block(payload: bytes) -> SampleBlock | str:
    """The block in a payload, or the reason why there is none. Never raises."""
    if len(payload) > MESSAGE_LIMIT_BYTES:
        return "oversize"
    if len(payload) < HEADER_BYTES:
        return "incomplete"
    magic, version, rate_hz, range_g, count, sequence, clock_ms, battery, _ = _HEADER.unpack_from(payload)
    if magic != MAGIC or not rate_hz or not range_g:
        return "bad_header"
    if version != VERSION:
        return "unknown_version"
    body = payload[HEADER_BYTES:]
    if len(body) != count * SAMPLE_BYTES:
        return "bad_length"
    return SampleBlock(
        rate_hz=rate_hz,
        range_g=range_g,
        sequence=sequence,
        clock_ms=clock_ms,
        battery_percent=battery if battery <= 100 else None,
        samples=tuple(struct.iter_unpack("<3h", body)),
    )


def encode_block(block: SampleBlock) -> bytes:
    """The payload of a block. Raises struct.error where a number has no room in the layout."""
    battery = _UNKNOWN_BATTERY if block.battery_percent is None else block.battery_percent
    header = _HEADER.pack(
        MAGIC, VERSION, block.rate_hz, block.range_g, len(block.samples), block.sequence, block.clock_ms, battery, 0
    )
    return header + b"".join(struct.pack("<3h", *sample) for sample in block.samples)


def topic_of(address: str) -> str:
    """Where the blocks of a band are published."""
    return f"{BASE_TOPIC}/{address}/accel"


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What a block says apart from its samples: the band lives, and how its battery is. Never raises."""
    block = parse_block(payload)
    if isinstance(block, str):
        return Reject(driver=NAME, reason=block)
    address = address_of(topic)
    if address is None:
        return Reject(driver=NAME, reason="bad_topic")
    return (replace(sign_of_life(block, address, payload, lookup), retained=retained),)


def sign_of_life(block: SampleBlock, address: str, payload: bytes, lookup: Lookup) -> Signal:
    """The device lives, and how its battery is; an offer where nobody enrolled it."""
    charge = block.battery_percent
    return Signal(
        driver=NAME,
        address=address,
        kind=Kind.ENROLMENT if lookup(NAME, address) is None else Kind.SUPERVISION,
        battery_percent=charge,
        battery_low=None if charge is None else charge <= LOW_BATTERY_PERCENT,
        raw=payload[:HEADER_BYTES],
    )


DRIVER = Driver(
    name=NAME,
    protocols=(),
    models={"generic": Model("generic", supervised=True, supervision_seconds=_SUPERVISION_SECONDS, battery=True)},
    generic_model="generic",
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    state_seconds=_STATE_SECONDS,
    is_worn=True,
)

MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=(f"{BASE_TOPIC}/+/accel",), decode=decode, is_stream=True)
