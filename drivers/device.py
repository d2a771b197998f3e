"""An enrolled device, as far as a driver needs to know it, and what a driver's decoder returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.event import Reject, Signal

BED, CHAIR = "bed", "chair"
ROLES = (BED, CHAIR)
"""What a mat, a strip or a pad may lie on or under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that somebody has enrolled.

    `address` is in the driver's normalised form. `code_map` gives each code of the device its word, for drivers whose
    codes have no meaning of their own. `supervision_seconds` overrides the model's; None leaves it to the model.
    `position` is where on the body a device is worn ("torso", "wrist"), None where nobody said; `cancel_seconds` is how
    long a fall that it tells of can be taken back, 0 where it is raised at once. `bind_key` is the key, 32 hexadecimal
    digits, of a device that seals its messages: a secret that is never printed and never leaves the house. `presses`
    gives kinds of presses (see `drivers.presses`) another meaning. `role` is what somebody lies or sits on (one of
    ROLES), None for a device that is no mat; `is_inverted` where it says the opposite. `out_of_bed_minutes` and
    `door_open_minutes` are how long a bed may be left at night and a door stay open before that is an alarm; None where
    it never is. `is_fenced`: the house holds its fixes against the circle around the home, and the device's own word of
    being back counts not. `activity` is what it senses of everyday life, where its section says so; None leaves it to
    the model.
    """

    id: str
    driver: str
    address: str
    model: str
    room: str
    code_map: Mapping[str, str] = field(default_factory=dict)
    supervision_seconds: int | None = None
    position: str | None = None
    cancel_seconds: int = 0
    bind_key: str | None = field(default=None, repr=False)
    presses: Mapping[str, str] = field(default_factory=dict)
    role: str | None = None
    is_inverted: bool = False
    out_of_bed_minutes: int | None = None
    door_open_minutes: int | None = None
    is_fenced: bool = False
    activity: str | None = None


Lookup = Callable[[str, str], Device | None]
"""(driver, normalised address) to the enrolled device; None for a source that nobody enrolled."""

Decoded = tuple[Signal, ...] | Reject
"""What one message says, most urgent first; an empty tuple where a sound message says nothing about a device."""
