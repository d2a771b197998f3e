"""Changed alarms to whoever watches: bounded per watcher, and a watcher that cannot follow is let go."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BACKLOG_LIMIT = 256
WATCHER_LIMIT = 200


class Watcher:
    """One client's backlog. It ends when the client falls behind or the desk stops: the client then reads anew."""

    def __init__(self) -> None:
        self._backlog: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(BACKLOG_LIMIT)
        self.ended = False

    async def next(self, timeout_seconds: float) -> dict[str, Any] | None:
        """The next changed row. Raises TimeoutError; None once it has ended."""
        if self.ended:
            return None
        async with asyncio.timeout(timeout_seconds):
            return await self._backlog.get()

    def offer(self, row: dict[str, Any]) -> None:
        """Add a row, or end where there is no room."""
        try:
            self._backlog.put_nowait(row)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Wake whoever waits with the end."""
        self.ended = True
        if self._backlog.empty():
            self._backlog.put_nowait(None)


class Hub:
    """All watchers of one desk."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    @property
    def full(self) -> bool:
        """Whether one more watcher would be too many."""
        return len(self._watchers) >= WATCHER_LIMIT

    @contextmanager
    def watcher(self) -> Iterator[Watcher]:
        """A watcher for as long as the block runs."""
        watcher = Watcher()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def publish(self, row: dict[str, Any]) -> None:
        """Tell every watcher of a changed alarm."""
        for watcher in list(self._watchers):
            watcher.offer(row)

    def close(self) -> None:
        """End every watcher: the desk stops."""
        for watcher in list(self._watchers):
            watcher.end()
