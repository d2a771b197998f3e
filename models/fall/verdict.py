"""What the detector says: of an impact, and of a sensor that cannot be trusted."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FallVerdict:
    """One impact, judged."""

    at: float
    """When it hit, in seconds, on the clock of the samples' `start`."""
    probability: float
    is_fall: bool
    """At the shipped threshold; a fall is told once, what follows it within seconds is part of it."""
    explanation: str
    peak_g: float
    still_seconds: float
    """How long, at the end of what was seen (3.5 s after the impact), nothing moved."""
    posture_change_degrees: float
    """The angle between gravity before the event and after it, as the sensor felt it."""


class FaultKind(StrEnum):
    """What can be wrong with the samples."""

    NOT_A_NUMBER = "not_a_number"
    STUCK = "stuck"
    SATURATED = "saturated"
    WRONG_UNIT = "wrong_unit"
    GAP = "gap"
    CLOCK_JUMP = "clock_jump"
    DUPLICATE = "duplicate"
    REORDERED = "reordered"
    WRONG_RATE = "wrong_rate"


MOST_FAULTS = 64
"""The newest of each kind of check are kept for whoever asks; nobody has to."""


@dataclass(frozen=True, slots=True)
class SensorFault:
    """A fault as it begins. One that lasts is told again only after it was over, one of single blocks with each."""

    kind: FaultKind
    at: float
    """Seconds, on the clock of the samples."""
    text: str
