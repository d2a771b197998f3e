"""One direction of a line in memory: what is sent arrives in order, each after the line's delay; nothing while cut."""

import asyncio
from collections import deque
from collections.abc import Callable


class Lane:
    """`is_cut` is asked whenever something is due."""

    def __init__(self, delay_seconds: float, is_cut: Callable[[], bool]) -> None:
        self._delay_seconds = delay_seconds
        self._is_cut = is_cut
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def send(self, arrive: Callable[[], None]) -> None:
        """Call `arrive` at the far end."""
        self._under_way.append((self._loop.time() + self._delay_seconds, arrive))
        if self._timer is None:
            self._wait()

    def move(self) -> None:
        """Go on after a cut."""
        if self._timer is None and self._under_way:
            self._wait()

    def close(self) -> None:
        """Nothing arrives any more."""
        self._under_way.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        self._timer = self._loop.call_at(self._under_way[0][0], self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        if self._is_cut():
            return
        now = self._loop.time()
        while self._under_way and self._under_way[0][0] <= now:
            self._under_way.popleft()[1]()
        if self._under_way and self._timer is None:
            self._wait()
