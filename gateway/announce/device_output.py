"""An output on one of the house's lines, kept at what the alarms under way ask of it.

Not each change is sent but the difference between what it is to do and what it was last told: after a restart, or when
its line comes back, it is told anew, so that a siren whose end was lost falls silent.
"""

import asyncio
from collections.abc import Callable, Mapping
from math import ceil

from drivers.output import Action, Sounding
from gateway.announce.output import QUIET, Announcement
from gateway.announce.sounding import Deadlines, Wish
from gateway.config_outputs import OutputConfig
from gateway.outlet import Outlet

INTERVAL_SECONDS = 1.0
"""An output is told something at most this often: radio and Zigbee have a narrow air, and an alarm needs it."""
SAME_END_SECONDS = 1.0


class DeviceOutput:
    """A siren, a plug, a buzzer: `clock` gives monotonic seconds, `sentences` the words of each notice state."""

    def __init__(
        self,
        config: OutputConfig,
        action: Action,
        outlet: Outlet,
        clock: Callable[[], float],
        sentences: Mapping[str, str],
    ) -> None:
        self._sentences = sentences
        self.name = f"output {config.name}"
        self._target = config.target
        self._action = action
        self._outlet = outlet
        self._clock = clock
        self._deadlines = Deadlines(config, each_state=action.says)
        self._alarms = QUIET.alarms
        self._opening = 0
        self._is_told = False
        self._told: Wish | None = None
        self._told_at = float("-inf")
        self._changed = asyncio.Event()
        outlet.listen(self._changed.set)

    def show(self, announcement: Announcement) -> None:
        """Take up the alarms under way."""
        self._alarms = announcement.alarms
        self._changed.set()

    async def run(self) -> None:
        """Keep the output at what it is to do, for ever."""
        while True:
            self._changed.clear()
            due = self._look(self._clock())
            try:
                async with asyncio.timeout(None if due is None else max(0.0, due - self._clock())):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _look(self, now: float) -> float | None:
        """Tell the output what it is to do, where it must be told; returns when to look again, None: at a change."""
        if self._opening != self._outlet.openings:
            self._opening, self._is_told = self._outlet.openings, False
        if not self._opening:
            return None
        wish = self._deadlines.wish(self._alarms, now)
        due = self._due(wish)
        if due is not None and due <= now:
            self._tell(wish, now)
            due = self._due(wish)
        return min((time for time in (due, wish.until if wish else None) if time is not None), default=None)

    def _due(self, wish: Wish | None) -> float | None:
        """When it is to be told next, if nothing changes."""
        if not self._is_told or not self._is_same(wish, self._told):
            return self._told_at + INTERVAL_SECONDS
        again = self._action.again_seconds
        return None if wish is None or again is None else self._told_at + again

    def _tell(self, wish: Wish | None, now: float) -> None:
        message = self._action.encode(self._target, None if wish is None else self._sounding(wish, now))
        self._told_at = now
        if message is None or self._outlet.send(message):
            self._is_told, self._told = True, wish

    def _sounding(self, wish: Wish, now: float) -> Sounding:
        seconds = max(1, ceil(wish.until - now))
        return Sounding(seconds=seconds, fire=wish.fire, text=self._sentences[wish.state])

    def _is_same(self, wish: Wish | None, told: Wish | None) -> bool:
        if wish is None or told is None:
            return wish is told
        if self._action.says and wish.state != told.state:
            return False
        return wish.fire == told.fire and abs(wish.until - told.until) < SAME_END_SECONDS
