"""The task that keeps every output at what the resident is to know."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from drivers.event import Event
from gateway.announce.board import Board
from gateway.announce.output import AWAY, Announcement, Output


class Announcer:
    """Hears of every notice and hands on to the outputs what follows from it. `clock` gives monotonic seconds."""

    def __init__(self, outputs: Sequence[Output], clock: Callable[[], float]) -> None:
        self._outputs = outputs
        self._clock = clock
        self._board = Board()
        self._away = False
        self._changed = asyncio.Event()
        self._changed.set()

    def begin(self, event: Event) -> None:
        """An alarm or test was raised and is ours."""
        self._board.begin(event, self._clock())
        self._changed.set()

    def resume(self, event: Event, state: str, age_seconds: float, *, active: bool) -> None:
        """An alarm of an earlier run is still under way; `active` where its sensor has not said that it is over."""
        self._board.resume(event, state, age_seconds, self._clock(), active=active)
        self._changed.set()

    def rise(self, alarm: str, state: str) -> None:
        """An alarm has reached another state."""
        self._board.rise(alarm, state, self._clock())
        self._changed.set()

    def clear(self, alarm: str) -> None:
        """An alarm's sensor says that it is over."""
        self._board.clear(alarm)
        self._changed.set()

    def silence(self, alarm: str) -> None:
        """Nothing more is sounded or said of an alarm."""
        self._board.silence(alarm)
        self._changed.set()

    def speak(self, sentence: str) -> None:
        """Say one sentence, by its name."""
        self._board.ask(sentence)
        self._changed.set()

    def withdraw(self, sentence: str) -> None:
        """Do not say a sentence any more, where it still waits."""
        self._board.withdraw(sentence)

    def show_away(self, away: bool) -> None:
        """Whether the resident has said that nobody is at home."""
        self._away = away
        self._changed.set()

    async def run(self) -> None:
        """Announce for ever: at once when something changes, and again when the schedule says so."""
        while True:
            self._changed.clear()
            self._hand_on(self._board.look(self._clock()))
            due = self._board.next_look()
            try:
                async with asyncio.timeout(None if due is None else due - self._clock()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _hand_on(self, announcement: Announcement) -> None:
        if announcement.state is None and self._away:
            announcement = replace(announcement, state=AWAY)
        for output in self._outputs:
            output.show(announcement)
