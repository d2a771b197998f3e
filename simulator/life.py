"""The days of the residents, as the sensors of their home see them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """What one sensor has to say of somebody's life, `at` seconds after the first day's midnight.

    `kind` and `type` are words of `drivers.event`.
    """

    at: float
    device: str
    kind: str
    type: str
