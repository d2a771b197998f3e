"""Whether nobody is at home, as far as anybody has said: since when, until when, who said so. It outlives a restart.

A press at the box says that somebody has gone out. An absence with an end, days or months, is declared by the family or
the installer (`anju away`) or by the centre's order; it suspends the watch over the home's rhythm and the circle around
the home. Fire, calls for help and every other alarm take their way as ever.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from gateway.store import absence as kept
from gateway.store.absence import Absence
from gateway.store.store import Store

INSTALLER: Final = "installer"
FAMILY: Final = "family"
CENTRE: Final = "centre"
SAID_AT_THE_BOX: Final = (INSTALLER, FAMILY)
LONGEST = timedelta(days=400)
"""The winter with the children, a year in a nursing home; whoever is away for longer has moved."""
CONFIRM_EVERY = timedelta(days=30)


class Away:
    """`absence` is None while somebody is at home. `show` is told of every change."""

    def __init__(self, store: Store, show: Callable[[bool], None]) -> None:
        self.absence: Absence | None = None
        self._store = store
        self._show = show

    @property
    def since(self) -> datetime | None:
        """Since when nobody is at home; None: somebody is."""
        return self.absence.since if self.absence else None

    @property
    def is_declared(self) -> bool:
        """Whether somebody has said until when nobody will be at home."""
        return self.absence is not None and self.absence.until is not None

    async def resume(self) -> None:
        """Take up what was said in an earlier run. Raises StoreError."""
        self.absence = await self._store.ask(kept.read)
        self._show(self.absence is not None)

    def change(self, since: datetime | None) -> None:
        """A press at the box: out since then, or None: at home. One who is away stays away since when it began."""
        if (since is None) == (self.absence is None):
            return
        self._become(None if since is None else Absence(since=since, asked_at=since))

    def declare(self, now: datetime, until: datetime, by: str) -> str | None:
        """Nobody is at home until then. Returns why that cannot be, None where it holds from now on.

        Said again it holds until the new end, and the district is asked anew a month from now.
        """
        if until <= now:
            return "until is not in the future"
        if until - now > LONGEST:
            return f"until is more than {LONGEST.days} days from now"
        self._become(Absence(since=self.since or now, until=until, by=by, asked_at=now))
        return None

    def look(self, now: datetime) -> bool:
        """End an absence whose end has come. Returns whether the district is to be asked if it still holds."""
        absence = self.absence
        if absence is None or absence.until is None:
            return False
        if now >= absence.until:
            self._become(None)
            return False
        if now - absence.asked_at < CONFIRM_EVERY:
            return False
        self.absence = replace(absence, asked_at=now)
        self.keep()
        return True

    def keep(self) -> None:
        """Have the store keep it."""
        self._store.keep_absence(lambda: self.absence)

    def _become(self, absence: Absence | None) -> None:
        self.absence = absence
        self._show(absence is not None)
        self.keep()
