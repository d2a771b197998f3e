"""Rows of 32-bit floats: what is counted is kept small, and comes back from a restart as it was."""

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Counts = array[float]
else:
    Counts = array


def zeros(cells: int) -> "Counts":
    """So many zeros."""
    return array("f", bytes(4 * cells))
