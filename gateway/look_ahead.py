"""What the house's broker has brought and nobody has dealt with yet: an alarm overtakes the movements before it.

A gateway that comes back finds hours of movements in front of a press. Everything is read and decoded as it comes;
plain signs of daily life wait in their order, all else is dealt with at once, behind what waits of the same device.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from drivers.device import Decoded
from drivers.event import Kind, Reject

WAITING_LIMIT = 10_000
"""Messages that wait: what the broker inside the home keeps for a gateway that is away. Ten megabytes at most."""
WAITING_LIMIT_BYTES = 4 * 1_024 * 1_024
TURN_SECONDS = 0.005
SHORT_TURN_SECONDS = 0.001
"""How long one turn of the loop works at what waits; the shorter one while the line still brings more."""

HELD_LIMIT = 5_000
HELD_SECONDS = 2.0
"""So many messages, and none of them longer, wait for a store that falls behind. The broker would still send an alarm:
no more than half of what it may have under way is held; and no sign of life comes late to whoever watches for it."""
_HOLD_SECONDS = 0.01

_PLAIN = frozenset({Kind.ACTIVITY, Kind.SUPERVISION})

Source = tuple[str, str]
"""A device, by its driver and its address."""


@dataclass(slots=True)
class _Waiting:
    sources: tuple[Source, ...]
    size_bytes: int
    deal: Callable[[], None]
    came: float
    is_done: bool = False


def is_plain(decoded: Decoded) -> bool:
    """Whether a message only says that somebody moved or that a device lives: no press, no state of an alarm begins."""
    return not isinstance(decoded, Reject) and all(said.kind in _PLAIN and said.code is None for said in decoded)


class LookAhead:
    """The messages of one line that wait. For the loop's thread; make it inside a running loop.

    `is_behind` tells whether the store has more telemetry than it has written: then plain messages wait here a moment,
    unacknowledged, instead of pushing older ones out.
    """

    def __init__(self, is_behind: Callable[[], bool]) -> None:
        self._is_behind = is_behind
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Waiting] = deque()
        self._by_source: dict[Source, int] = {}
        self._size_bytes = 0
        self._is_due = False
        self._came_more = False

    def wait(self, sources: Collection[Source], size_bytes: int, deal: Callable[[], None]) -> None:
        """Deal with a plain message once nothing more urgent is there; where too many wait, with the oldest now."""
        one = _Waiting(tuple(sources), size_bytes, deal, time.monotonic())
        self._waiting.append(one)
        for source in one.sources:
            self._by_source[source] = self._by_source.get(source, 0) + 1
        self._size_bytes += size_bytes
        self._came_more = True
        while len(self._waiting) > WAITING_LIMIT or self._size_bytes > WAITING_LIMIT_BYTES:
            self._deal(self._waiting.popleft())
        self._work_soon()

    def catch_up(self, sources: Collection[Source]) -> None:
        """Deal now with what waits of these devices: what comes next of them is newer."""
        wanted = self._by_source.keys() & sources
        if not wanted:
            return
        found: list[_Waiting] = []
        for one in reversed(self._waiting):
            if not wanted.isdisjoint(one.sources):
                found.append(one)
                wanted.update(one.sources)  # what a message says of two devices comes behind what waits of both
        for one in reversed(found):
            self._deal(one)

    def finish(self) -> None:
        """Deal with all that waits."""
        while self._waiting:
            self._deal(self._waiting.popleft())

    def _work_soon(self) -> None:
        if not self._is_due and self._waiting:
            self._is_due = True
            self._loop.call_soon(self._work)

    def _work(self) -> None:
        until = time.monotonic() + (SHORT_TURN_SECONDS if self._came_more else TURN_SECONDS)
        self._is_due = self._came_more = False
        if self._may_hold() and self._is_behind():
            self._is_due = True
            self._loop.call_later(_HOLD_SECONDS, self._work)
            return
        try:
            while self._waiting and time.monotonic() < until:
                self._deal(self._waiting.popleft())
        finally:
            self._work_soon()

    def _may_hold(self) -> bool:
        waiting = self._waiting
        return bool(waiting) and len(waiting) <= HELD_LIMIT and time.monotonic() - waiting[0].came < HELD_SECONDS

    def _deal(self, one: _Waiting) -> None:
        if one.is_done:
            return
        one.is_done = True
        self._size_bytes -= one.size_bytes
        for source in one.sources:
            left = self._by_source.pop(source) - 1
            if left:
                self._by_source[source] = left
        one.deal()
