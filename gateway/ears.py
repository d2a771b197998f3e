"""Who listens along on one of the house's lines, while somebody learns what its devices send."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.device import Decoded

Ear = Callable[[bytes, Decoded], None]
"""Takes a whole frame and what it says of a source that nobody enrolled; must not block."""


class Ears:
    """The ears on one line."""

    def __init__(self) -> None:
        self._ears: list[Ear] = []

    @property
    def wanted(self) -> bool:
        """Whether anybody listens along."""
        return bool(self._ears)

    @contextmanager
    def listening(self, ear: Ear) -> Iterator[None]:
        """Listen along for the block."""
        self._ears.append(ear)
        try:
            yield
        finally:
            self._ears.remove(ear)

    def hear(self, frame: bytes, decoded: Decoded) -> None:
        """A whole frame was heard, and the house has dealt with it."""
        for ear in self._ears:
            ear(frame, decoded)
