"""What a restart must know of the home's rhythm: one bounded row of the table `watching`."""

import base64
import binascii
import zlib
from datetime import datetime
from typing import Final

import msgspec

from gateway.contract.times import from_text, to_text
from gateway.store.watching import Watching

RULE: Final = "rhythm"
HOUSE: Final = ""
"""The row is of no device."""
LIMIT_BYTES = 1_000_000


class _Row(msgspec.Struct):
    at: str
    state: str
    sensors: list[tuple[str, str, str]]
    asks: bool = False


class Kept(msgspec.Struct, frozen=True):
    """The watch's own bytes, when they were kept, the sensors (id, room, kind), and whether an answer was awaited."""

    at: datetime
    state: bytes
    sensors: tuple[tuple[str, str, str], ...]
    asks: bool


def to_row(kept: Kept) -> Watching:
    """The row to be kept."""
    packed = base64.b64encode(zlib.compress(kept.state, 6)).decode()
    row = _Row(at=to_text(kept.at), state=packed, sensors=list(kept.sensors), asks=kept.asks)
    return Watching(device=HOUSE, rule=RULE, due=None, details=msgspec.json.encode(row).decode())


def from_row(row: Watching) -> Kept | None:
    """What was kept; None where the row cannot be read, so that the watch begins anew."""
    try:
        read = msgspec.json.decode(row.details, type=_Row)
        unpacking = zlib.decompressobj()
        state = unpacking.decompress(base64.b64decode(read.state, validate=True), LIMIT_BYTES)
        return Kept(at=from_text(read.at), state=state, sensors=tuple(read.sensors), asks=read.asks)
    except (msgspec.MsgspecError, ValueError, binascii.Error, zlib.error):
        return None
