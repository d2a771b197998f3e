"""An event on its way to the disk, and the one moment in which it is told what became of it."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from gateway.store.rows import Stored

Told = Callable[[Stored], None]


def hush(_stored: Stored) -> None:
    """Nobody wants to know."""


class Keeping:
    """Tells once: `kept` and `then`, which is called a turn of the loop before whoever waits for `kept`."""

    def __init__(self, stored: Stored, then: Told) -> None:
        self.kept: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._stored = stored
        self._then = then
        self._is_told = False

    def tell(self, *, is_on_disk: bool) -> None:
        """The disk has it, or only memory has; the first word counts."""
        if self._is_told:
            return
        self._is_told = True
        stored = self._stored if is_on_disk else replace(self._stored, durable=False)
        if not self.kept.done():  # whoever waited may have been cancelled; the event leaves all the same
            self.kept.set_result(stored)
        self._then(stored)
