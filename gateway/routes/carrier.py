"""What every further route can do: carry one event to the other end, and try whether the other end is there."""

from enum import StrEnum
from typing import Protocol

from drivers.event import Event
from gateway.store.rows import Stored


class Outcome(StrEnum):
    """How far one event came. `RECEIVED` is said by the far end itself; `SENT` only that it has left the house."""

    SENT = "sent"
    RECEIVED = "received"


class CarryError(Exception):
    """The event did not get through this time. The text names the place and the remedy."""


class Carrier(Protocol):
    """One route's own way; one call at a time."""

    @property
    def test_seconds(self) -> float:
        """How long after the last sign of life the route is tried again."""

    def can_carry(self, event: Event) -> bool:
        """Whether the route has words for it."""

    async def carry(self, stored: Stored) -> Outcome:
        """Bring one event to the other end. Raises CarryError."""

    async def test(self) -> None:
        """Try whether an event would get through. Raises CarryError."""
