"""From the level of a push button to its presses. Pure: levels and monotonic seconds in, what happened out.

A contact bounces, a worn one rattles for as long as a finger is on it, a long cable catches sparks, and the kernel
drops edges when too many come at once. So no edge is believed by itself. Time down fills a measure, time up empties it
at half the speed; full means down, empty means up. A spark is too short to fill it, a rattle does not empty it.
"""

from enum import Enum, auto

FULL_SECONDS = 1 / 32
"""Down for so long is a press. Fingers take 50 ms and more, clean contacts bounce for less than 10 ms."""
EMPTYING = 0.5
"""Seconds of the measure lost in a second up: a contact that is closed a third of the time still counts as down."""
STUCK_SECONDS = 60.0
"""Nobody holds a button for so long: it is jammed, something stands on it, or its cable has a short circuit."""


class Standing(Enum):
    """What is known of a button. UNSURE: it was down already when the gateway first looked."""

    UNSURE = auto()
    UP = auto()
    DOWN = auto()
    STUCK = auto()


class Turn(Enum):
    """What can happen to the measure: it is full, it is empty, or it has not been empty for too long."""

    FULL = auto()
    EMPTY = auto()
    LONG = auto()


class Said(Enum):
    """What a button tells: it was pressed, it is stuck, it is free again."""

    PRESSED = auto()
    STUCK = auto()
    FREED = auto()


TABLE: dict[tuple[Standing, Turn], tuple[Standing, Said | None]] = {
    (Standing.UP, Turn.FULL): (Standing.DOWN, Said.PRESSED),  # at once: who needs help need not let go first
    (Standing.DOWN, Turn.EMPTY): (Standing.UP, None),
    (Standing.DOWN, Turn.LONG): (Standing.STUCK, Said.STUCK),
    # A press that began while the gateway started counts when it ends; a button wired the wrong way never ends one.
    (Standing.UNSURE, Turn.EMPTY): (Standing.UP, Said.PRESSED),
    (Standing.UNSURE, Turn.LONG): (Standing.STUCK, Said.STUCK),
    (Standing.STUCK, Turn.EMPTY): (Standing.UP, Said.FREED),
}
"""What is not listed changes nothing. Held or tapped, a press is one press; it can only follow a release."""


class Button:
    """One button, from the first look at it."""

    def __init__(self, *, down: bool, now: float) -> None:
        self.standing = Standing.UNSURE if down else Standing.UP
        self._since = now
        self._down = down
        self._measure = FULL_SECONDS if down else 0.0
        self._at = now

    def look(self, *, down: bool, now: float) -> list[Said]:
        """The level from `now` on; until then the one before held. A time before the last one counts as the last."""
        now = max(now, self._at)
        said: list[Said] = []
        while (due := self._due()) is not None and due[0] <= now:
            said += self._take(*due)
        self._advance(now)
        self._down = down
        return said

    def next_look(self) -> float | None:
        """When something happens by itself unless the level changes before; None where nothing will."""
        due = self._due()
        return None if due is None else due[0]

    def _due(self) -> tuple[float, Turn] | None:
        turns = [(self._since + STUCK_SECONDS, Turn.LONG)]
        if self._down:
            turns.append((self._at + FULL_SECONDS - self._measure, Turn.FULL))
        else:
            turns.append((self._at + self._measure / EMPTYING, Turn.EMPTY))
        possible = [(at, turn) for at, turn in turns if (self.standing, turn) in TABLE]
        return min(possible, key=lambda due: due[0], default=None)

    def _take(self, at: float, turn: Turn) -> list[Said]:
        self._advance(at)
        if turn is not Turn.LONG:
            self._measure = FULL_SECONDS if turn is Turn.FULL else 0.0
        self.standing, said = TABLE[(self.standing, turn)]
        self._since = at
        return [] if said is None else [said]

    def _advance(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        if self._down:
            self._measure = min(FULL_SECONDS, self._measure + passed)
        else:
            self._measure = max(0.0, self._measure - passed * EMPTYING)
        self._at = max(self._at, now)
