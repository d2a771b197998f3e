"""A buzzer for a home where no voice can be heard: each thing that is said has a signal of its own, told by its length.

It sounds when the voice would speak, no oftener, so that nobody pulls its plug.
"""

import asyncio
from collections import deque
from typing import Final

from gateway.announce.output import Announcement
from gateway.announce.switch import Switch, SwitchError
from gateway.problems import Problems

SHORT, LONG, GAP = 0.1, 0.8, 0.2
"""Seconds. A long tone is clearly longer than a short one, and a gap clearly heard."""
REFRESH_SECONDS = 60.0
"""A silent buzzer is switched off again so often: it may have been away, and its trouble may be over."""
WAITING_LIMIT = 2

SIGNALS: Final[dict[str, tuple[float, ...]]] = {
    "calling": (SHORT, SHORT),
    "not_reached": (SHORT,) * 8,
    "received": (SHORT, SHORT, SHORT),
    "accepted": (LONG,),
    "dispatched": (LONG, LONG),
    "arrived": (LONG, LONG, LONG),
    "resolved": (LONG, SHORT, LONG),
    "well": (SHORT,),
    "visit": (SHORT, LONG, SHORT),
    "away": (SHORT, LONG),
    "home": (LONG, SHORT),
    "fall_prompt": (SHORT, SHORT, LONG),
    "fall_prompt_no_button": (SHORT, SHORT, LONG, SHORT),
    "not_calling": (SHORT, LONG, LONG),
    "are_you_all_right": (LONG, SHORT, SHORT),
}
"""Tones by what is announced. Short tones: nobody has it yet. Long ones: the more of them, the nearer is help."""


class Buzzer:
    """Sounds the last word of each announcement."""

    name = "box buzzer"

    def __init__(self, switch: Switch, problems: Problems) -> None:
        self._switch = switch
        self._problems = problems
        self._waiting: deque[tuple[float, ...]] = deque(maxlen=WAITING_LIMIT)
        self._asked = asyncio.Event()
        self._cut = asyncio.Event()

    def show(self, announcement: Announcement) -> None:
        """Sound the newest word; what is sounding is cut off where the word is more urgent, else finished."""
        signal = SIGNALS.get(announcement.words[-1]) if announcement.words else None
        if signal is None:
            return
        if announcement.cuts_in:
            self._waiting.clear()
            self._cut.set()
        self._waiting.append(signal)
        self._asked.set()

    async def run(self) -> None:
        """Sound for ever; silent before and after."""
        await self._set(on=False)
        try:
            while True:
                self._asked.clear()
                if not self._waiting and not await _within(REFRESH_SECONDS, self._asked):
                    await self._set(on=False)
                if self._waiting:
                    self._cut.clear()
                    await self._sound(self._waiting.popleft())
        finally:
            await self._set(on=False)

    async def _sound(self, signal: tuple[float, ...]) -> None:
        for seconds in signal:
            await self._set(on=True)
            cut = await _within(seconds, self._cut)
            await self._set(on=False)
            if cut or await _within(GAP, self._cut):
                return

    async def _set(self, *, on: bool) -> None:
        try:
            await self._switch.set(on=on)
        except SwitchError as error:
            self._problems.report(self.name, str(error))
        else:
            self._problems.over(self.name)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event is set within so long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
