"""What a stop leaves of the watch over falls: a row of the table `watching` for each worn device, gone once it is read.

Only a stop in order writes it, so it wears no card. It holds how the detector stands and the blocks of the last
seconds, and stays in the home as the excerpts do.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from drivers.event import ClockQuality
from drivers.wearable import SampleBlock, encode_block, parse_block
from gateway.contract.times import from_text, to_text
from gateway.falls.rule import LEFT
from gateway.intake.outcomes import Moment
from gateway.store.watching import Watching

KEPT_SECONDS = 600.0
"""What was said so long ago is judged no more: a fall of yesterday is no news when a box is plugged in again."""
LIMIT_BYTES = 1_000_000
"""Of one device, unpacked; a minute of samples at 100 Hz is below."""
Blocks = Iterable[tuple[float, SampleBlock]]


class Left(msgspec.Struct, frozen=True):
    """Of one device: `detector` as `FallDetector.state` gave it, and the newest blocks by their start in seconds."""

    rate_hz: int
    range_g: int
    detector: dict[str, Any]
    blocks: list[tuple[float, bytes]]

    def read_blocks(self) -> list[tuple[float, SampleBlock]]:
        """The blocks; those that cannot be read are left out."""
        parsed = ((start, parse_block(payload)) for start, payload in self.blocks)
        return [(start, block) for start, block in parsed if not isinstance(block, str)]


class _Row(msgspec.Struct):
    at: str
    left: str


def left_of(rate_hz: int, range_g: int, detector: dict[str, Any], blocks: Blocks) -> Left:
    """What is to be kept of one device."""
    packed = [(start, encode_block(block)) for start, block in blocks]
    return Left(rate_hz=rate_hz, range_g=range_g, detector=detector, blocks=packed)


def to_row(device: str, left: Left, at: datetime) -> Watching:
    """The row to be kept."""
    packed = base64.b64encode(zlib.compress(msgspec.json.encode(left), 1)).decode()
    details = msgspec.json.encode(_Row(at=to_text(at), left=packed)).decode()
    return Watching(device=device, rule=LEFT, due=None, details=details)


def from_row(row: Watching, moment: Moment) -> Left | None:
    """What was kept; None where it cannot be read or is too old to be judged.

    A clock that is not known yet may be behind: what seems to come from the future is taken as fresh then, and the
    device's own clock tells of a long hole.
    """
    try:
        read = msgspec.json.decode(row.details, type=_Row)
        age = moment.wall - from_text(read.at)
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(base64.b64decode(read.left, validate=True), LIMIT_BYTES)
        left = msgspec.json.decode(unpacked, type=Left)
    except (msgspec.MsgspecError, ValueError, binascii.Error, zlib.error):
        return None
    is_future = age < timedelta(0) and moment.quality is ClockQuality.SYNCHRONISED
    return None if is_future or age > timedelta(seconds=KEPT_SECONDS) else left
