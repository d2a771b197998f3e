"""Whether the resident has said that nobody is at home, and since when. It outlives a restart.

It never leaves the house: that a home stands empty is nobody's business but the home's. It holds nothing back either;
what is to be made of it is for those who ask.
"""

from collections.abc import Callable
from datetime import datetime

from gateway.store import jobs
from gateway.store.store import Store


class Away:
    """`since` is None while somebody is at home, as far as anybody said. `show` is told of every change."""

    def __init__(self, store: Store, show: Callable[[bool], None]) -> None:
        self.since: datetime | None = None
        self._store = store
        self._show = show

    async def resume(self) -> None:
        """Take up what was said in an earlier run. Raises StoreError."""
        self.since = await self._store.ask(jobs.away_since)
        self._show(self.since is not None)

    def change(self, since: datetime | None) -> None:
        """Away since then, or None: at home. One who is away stays away since when it began."""
        if (since is None) == (self.since is None):
            return
        self.since = since
        self._show(since is not None)
        self.keep()

    def keep(self) -> None:
        """Have the store keep it."""
        self._store.keep_away_since(lambda: self.since)
