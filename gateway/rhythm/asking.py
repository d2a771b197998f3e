"""The question before the alarm: "are you all right?", aloud, a few times, unless it is the quiet hours."""

from collections.abc import Callable
from typing import Protocol

from gateway.announce.words import ARE_YOU_ALL_RIGHT
from gateway.intake.outcomes import Moment
from gateway.rules.night import Night

AGAIN_SECONDS = 60.0
TIMES = 5


class Voice(Protocol):
    """Who says sentences, by their names."""

    def speak(self, sentence: str) -> None:
        """Say one once."""

    def withdraw(self, sentence: str) -> None:
        """Do not say one any more, where it still waits."""


class Asking:
    """Asks and falls silent. `asked` is whether the resident could hear it since the question was put.

    Who cannot be asked aloud (quiet hours, no loudspeaker) still has the time of the question to move or to press.
    """

    def __init__(self, voice: Voice, can_speak: Callable[[], bool], quiet: Night | None) -> None:
        self.asked = False
        self._voice = voice
        self._can_speak = can_speak
        self._quiet = quiet
        self._times = 0
        self._next: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is awaited."""
        return self._next is not None

    def begin(self, moment: Moment) -> None:
        """Put the question."""
        self.asked, self._times, self._next = False, 0, moment.monotonic
        self.look(moment)

    def look(self, moment: Moment) -> None:
        """Ask again where it is time to."""
        if self._next is None or moment.monotonic < self._next or self._times >= TIMES:
            return
        self._next = moment.monotonic + AGAIN_SECONDS
        self._times += 1
        if self._can_speak() and not (self._quiet and self._quiet.end_of(moment.wall)):
            self.asked = True
            self._voice.speak(ARE_YOU_ALL_RIGHT)

    def end(self) -> None:
        """It is answered, or the alarm is raised."""
        if self._next is not None:
            self._voice.withdraw(ARE_YOU_ALL_RIGHT)
        self._next = None
