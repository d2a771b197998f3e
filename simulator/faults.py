"""The ways in which a fake device can be broken on order, and what each does to its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.voice import Said
from simulator.world import Radio

EVERY_SECONDS: Mapping[str, float | None] = {
    "half_frame": 10.0,
    "wrong_checksum": 10.0,
    "stuck": 1.0,
    "babbling": 3.0,
    "replaying": 10.0,
    "unplugged": None,
}
"""How often a device that is broken so speaks because of it; None for never. All of them are in `deeds.FAULTS`."""
SPOILS = ("half_frame", "wrong_checksum")
"""These spoil whatever the device says; the others leave no room for anything else."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A device is broken so until then."""

    how: str
    until: float


def spoilt(said: Said, how: str) -> Said:
    """A frame or message as a device that spoils its words sends it; no receiver may believe any of it."""
    what = said.what
    data = what.data if isinstance(what, Radio) else what.payload
    if how == "half_frame":
        data = data[: len(data) // 2]
    elif data:
        # The last byte of a frame is its stop mark; the first of a message is its brace, or the magic of a block.
        at = len(data) - 1 if isinstance(what, Radio) else 0
        data = data[:at] + bytes((data[at] ^ 0x5A,)) + data[at + 1 :]
    return replace(said, what=replace(what, data=data) if isinstance(what, Radio) else replace(what, payload=data))
