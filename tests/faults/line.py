"""The line between the house and its district, with the faults of a line: cut, half cut, slow, losing packets.

`IpLine` is a real one: a broker in a network namespace of its own, and IP packets carried there by this process, which
drops and delays them; TCP and TLS do the rest. `ProxyLine` stands in for it where no namespace may be made: a TCP
proxy that stalls, throws away and slows down.
"""

import asyncio
import random
from typing import Protocol

from tests.support.proxy import Proxy

_STALL_SECONDS = (0.2, 1.5)


class Line(Protocol):
    """What can be done to a line."""

    def cut(self) -> None:
        """Nothing passes, and nobody is told."""

    def half_cut(self, *, upward: bool) -> None:
        """Nothing passes in one direction."""

    def mend(self) -> None:
        """Everything passes again, whatever was wrong."""

    def slow(self, bytes_per_second: float) -> None:
        """Each direction carries so much."""

    def lose(self, share: float, draw: random.Random) -> None:
        """So many of the packets, from 0 to 1, do not arrive."""


class ProxyLine:
    """A TCP proxy in place of a line."""

    def __init__(self, wire: Proxy) -> None:
        self._wire = wire
        self._torn = False
        self._stalling: asyncio.Task[None] | None = None

    def cut(self) -> None:
        self._wire.stall()

    def half_cut(self, *, upward: bool) -> None:
        # TCP would send again what a proxy throws away: the connection is of no use afterwards.
        self._torn = True
        self._wire.deaf, self._wire.dumb = upward, not upward

    def mend(self) -> None:
        if self._stalling is not None:
            self._stalling.cancel()
        self._wire.deaf = self._wire.dumb = False
        self._wire.bytes_per_second = None
        self._wire.resume()
        if self._torn:
            self._wire.tear()
        self._torn = False

    def slow(self, bytes_per_second: float) -> None:
        self._wire.bytes_per_second = bytes_per_second

    def lose(self, share: float, draw: random.Random) -> None:
        self._stalling = asyncio.get_running_loop().create_task(self._stall(share, draw))

    async def _stall(self, share: float, draw: random.Random) -> None:
        """What TCP makes of lost packets: silence until it has sent them again."""
        while True:
            seconds = draw.uniform(*_STALL_SECONDS)
            self._wire.stall()
            await asyncio.sleep(seconds * share)
            self._wire.resume()
            await asyncio.sleep(seconds * (1 - share))
