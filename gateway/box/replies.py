"""What the house says and remembers at a press of its box: a table. Calls for help and tests speak for themselves.

Being away changes what is said and shown, and nothing else: every alarm takes its way as ever.
"""

from collections.abc import Callable
from typing import Final

from drivers import box
from drivers.event import Event
from gateway.announce.words import HOME, NOTED_AWAY, NOTED_VISIT, NOTED_WELL
from gateway.away import Away

TABLE: Final[dict[tuple[str, bool], tuple[bool, str | None]]] = {
    (box.AWAY, False): (True, NOTED_AWAY),
    (box.AWAY, True): (False, HOME),
    (box.WELL, False): (False, NOTED_WELL),
    (box.WELL, True): (False, HOME),
    # Whoever calls for help or tests the call at the box is at home, whatever was pressed in the morning.
    (box.SOS, False): (False, None),
    (box.SOS, True): (False, None),
    (box.TEST, False): (False, None),
    (box.TEST, True): (False, None),
    # A visitor may come while the resident is away.
    (box.VISIT, False): (False, NOTED_VISIT),
    (box.VISIT, True): (True, NOTED_VISIT),
}
"""(button, away before) → (away after, the sentence to be said)."""


class Replies:
    """Follows the house's events; only presses of the box concern it."""

    def __init__(self, away: Away, speak: Callable[[str], None]) -> None:
        self._away = away
        self._speak = speak

    def take(self, event: Event) -> None:
        """An event was kept."""
        button = box.pressed(event)
        if button is None:
            return
        is_away, sentence = TABLE[(button, self._away.since is not None)]
        self._away.change(event.received_at if is_away else None)
        if sentence is not None:
            self._speak(sentence)
