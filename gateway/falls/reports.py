"""What the thread that judges samples tells the house. Plain values: whoever reads them loads no numerics."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The seconds around an impact as the device sent them: x, y, z as signed 16-bit little-endian counts.

    32767 counts are `range_g`; the impact is `impact_ms` after the first sample.
    """

    rate_hz: float
    range_g: float
    impact_ms: int
    samples: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """An impact that is a fall. `before_newest` is how many seconds it lies before the newest sample."""

    device: str
    at: float
    before_newest: float
    probability: float
    peak_g: float
    still_seconds: float
    turned_degrees: float
    model: str
    excerpt: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the wearer is since an impact, up to the newest second. Unknown is None."""

    device: str
    seconds: int
    still_seconds: int
    still_in_all: int
    turned_degrees: float | None
    walking_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailing:
    """What is wrong with a device's samples: what began now, what is on, and whether it is worn at all."""

    device: str
    began: tuple[str, ...]
    lasting: frozenset[str]
    is_off_body: bool


Report = Fallen | Standing | Ailing
