"""A lamp of Linux's LED class: one folder with `brightness` and `max_brightness`, such as /sys/class/leds/ACT.

The kernel only notes the wanted brightness and returns, whatever the lamp is made of: a write holds nothing up.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.announce.output import QUIET, Announcement
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

    name = "lamp"

    def __init__(self, folder: Path, problems: Problems) -> None:
        self._brightness = folder / "brightness"
        self._highest = folder / "max_brightness"
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
        self._set(lit=False)
        try:
            while True:
                self._changed.clear()
                await self._blink(PATTERNS[self._state])
        finally:
            self._set(lit=False)

    async def _blink(self, pattern: Pattern) -> None:
        for lit, seconds in ((True, pattern.lit_seconds), (False, pattern.dark_seconds)):
            if seconds and not self._changed.is_set():
                self._set(lit=lit)
                await self._pause(seconds)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return  # its time is over: the next half of the rhythm

    def _set(self, *, lit: bool) -> None:
        try:
            self._brightness.write_text(self._highest.read_text() if lit else "0")
        except OSError as error:
            self._problems.report(
                self.name, f"the lamp {self._brightness.parent} cannot be switched: {error.strerror}; see [notice] lamp"
            )
        else:
            self._problems.over(self.name)
