"""Readings that cannot be true: counted and left out, and a fault of the sensor where one follows the other. Pure."""

from dataclasses import dataclass, field

from drivers.measurements import QUANTITIES, is_plausible

PERSISTS = 5
"""So many impossible readings in a row are no accident of one measurement."""


@dataclass(slots=True)
class Implausible:
    """How many impossible readings each device has given in a row, by quantity: bounded by what they measure."""

    _in_a_row: dict[tuple[str, str], int] = field(default_factory=dict)

    def count(self, device: str, quantity: str, value: float | None) -> int:
        """The number of impossible readings in a row with this one; 0 where it can be true."""
        known = QUANTITIES.get(quantity)
        if known is None or value is None or is_plausible(known, value):
            self._in_a_row.pop((device, quantity), None)
            return 0
        count = self._in_a_row.get((device, quantity), 0) + 1
        self._in_a_row[(device, quantity)] = count
        return count
