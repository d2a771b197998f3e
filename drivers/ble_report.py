"""What one Bluetooth advertisement says, whatever format it is in, and the seal that some of them bear."""

from collections.abc import Mapping
from dataclasses import dataclass, field

KEY_BYTES = 16
TAG_BYTES = 4


@dataclass(frozen=True, slots=True)
class Press:
    """A press or a turn: its word (`press`, `long_press`, `rotate_left`) and how far, in what unit."""

    word: str
    properties: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The values of one advertisement.

    `counter` numbers the messages of a device: while an advertisement is repeated it stays the same. `model` is what
    the maker calls this one device where the message tells it, `product` the name of the model alone. `sensors` have
    units by name: battery and humidity percent, temperature °C, voltage V, illuminance lux, pressure hPa, distance mm,
    duration s, mass kg.
    """

    is_sealed: bool = False
    counter: int | None = None
    model: str | None = None
    product: str = ""
    sensors: Mapping[str, float | str] = field(default_factory=dict)
    binary: Mapping[str, bool] = field(default_factory=dict)
    events: Mapping[str, Press] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the message says nothing but that the device is there."""
        return not (self.sensors or self.binary or self.events)


def address_bytes(address: str) -> bytes:
    """The six bytes of a normalised address, in the order of writing."""
    return bytes.fromhex(address.replace(":", ""))


def open_seal(key: str, nonce: bytes, sealed: bytes, associated: bytes | None) -> bytes | None:
    """The content of a message sealed with AES-CCM and a tag of four bytes; None where the tag is not the key's."""
    # Most houses have no sealed device: the library is loaded with the first message of one.
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM

    try:
        return AESCCM(bytes.fromhex(key), tag_length=TAG_BYTES).decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError):
        return None


def close_seal(key: str, nonce: bytes, content: bytes, associated: bytes | None) -> bytes:
    """The content sealed, its tag at the end."""
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM

    return AESCCM(bytes.fromhex(key), tag_length=TAG_BYTES).encrypt(nonce, content, associated)
