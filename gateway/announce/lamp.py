"""A lamp that shows what is known of the alarms under way: by its rhythm, since a colour says nothing to many eyes."""

import asyncio
from dataclasses import dataclass
from typing import Final

from gateway.announce.output import AWAY, QUIET, Announcement
from gateway.announce.switch import Switch, SwitchError
from gateway.problems import Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Lit for so long, then dark for so long, over and over; 0 leaves that half out."""

    lit_seconds: float
    dark_seconds: float


REFRESH_SECONDS = 60.0
"""A lamp that stands still is set again so often: it may have been away, and its trouble may be over."""

DARK = Pattern(lit_seconds=0, dark_seconds=REFRESH_SECONDS)
STEADY = Pattern(lit_seconds=REFRESH_SECONDS, dark_seconds=0)
PATTERNS: Final[dict[str | None, Pattern]] = {
    None: DARK,
    AWAY: Pattern(lit_seconds=0.1, dark_seconds=4.9),
    "calling": Pattern(lit_seconds=1.0, dark_seconds=1.0),
    "not_reached": Pattern(lit_seconds=0.2, dark_seconds=0.2),
    "received": Pattern(lit_seconds=1.8, dark_seconds=0.2),
    "accepted": STEADY,
    "dispatched": STEADY,
    "arrived": STEADY,
    "resolved": STEADY,
}


class Lamp:
    """Blinks until a person has the alarm, then burns steadily."""

    def __init__(self, switch: Switch, problems: Problems, name: str = "lamp") -> None:
        self.name = name
        self._switch = switch
        self._problems = problems
        self._state = QUIET.state
        self._changed = asyncio.Event()

    def show(self, announcement: Announcement) -> None:
        """Blink as the newest announcement says; the same state goes on in its rhythm."""
        if announcement.state != self._state:
            self._state = announcement.state
            self._changed.set()

    async def run(self) -> None:
        """Blink for ever. The lamp is dark before and after: a light without a gateway behind it would be a lie."""
        await self._set(lit=False)
        try:
            while True:
                self._changed.clear()
                await self._blink(PATTERNS[self._state])
        finally:
            await self._set(lit=False)

    async def _blink(self, pattern: Pattern) -> None:
        for lit, seconds in ((True, pattern.lit_seconds), (False, pattern.dark_seconds)):
            if seconds and not self._changed.is_set():
                await self._set(lit=lit)
                await self._pause(seconds)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return  # its time is over: the next half of the rhythm

    async def _set(self, *, lit: bool) -> None:
        try:
            await self._switch.set(on=lit)
        except SwitchError as error:
            self._problems.report(self.name, str(error))
        else:
            self._problems.over(self.name)
