"""What the resident is to hear about each alarm: calling, received, accepted … or that nobody could be reached.

Each notice is one log line that holds `notice` and the state, and goes to an audience: the lamp and the voice.
"""

import logging
from typing import Protocol

from drivers.event import Event

log = logging.getLogger("anju.notice")

RANKS = {
    "calling": 0,
    "not_reached": 1,
    "received": 2,
    "accepted": 3,
    "dispatched": 4,
    "arrived": 5,
    "resolved": 6,
}
"""A notice only ever rises: what the resident has heard is not taken back by a late or repeated answer."""
LIMIT = 1_000


class Audience(Protocol):
    """Who makes notices heard and seen in the home."""

    def begin(self, event: Event) -> None:
        """An alarm or test was raised and is ours."""

    def rise(self, alarm: str, state: str) -> None:
        """An alarm has reached another state."""

    def clear(self, alarm: str) -> None:
        """An alarm's sensor says that it is over; the centre still has to close it."""


class Notices:
    """The latest notice of each alarm that is under way. Without an audience the log alone says it."""

    def __init__(self, audience: Audience | None = None) -> None:
        self._audience = audience
        self._state: dict[str, str] = {}

    def begin(self, event: Event) -> None:
        """The alarm is ours from here: the resident hears that it is calling."""
        self._remember(event.id, "calling")
        log.warning("notice state=calling alarm=%s type=%s device=%s test=%s",
                    event.id, event.type, event.device, event.is_test)  # fmt: skip
        if self._audience is not None:
            self._audience.begin(event)

    def resume(self, alarm: str, state: str) -> None:
        """An alarm of an earlier boot is still under way: remember where it stood, say nothing."""
        self._remember(alarm, state)

    def rise(self, alarm: str, state: str, role: str | None = None, minutes: float | None = None) -> None:
        """Say a higher state; a state at or below the last one is not said again.

        Only the centre's own word can bring up an alarm that is not under way here.
        """
        if state == "not_reached" and not self.knows(alarm):
            return
        if RANKS[state] <= RANKS.get(self._state.get(alarm, ""), -1):
            return
        self._remember(alarm, state)
        log.warning("notice state=%s alarm=%s role=%s minutes=%s", state, alarm, role, minutes)
        if self._audience is not None:
            self._audience.rise(alarm, state)
        if state == "resolved":
            del self._state[alarm]

    def clear(self, alarm: str) -> None:
        """The sensor says that it is over: what to do about it is said no more."""
        if self._audience is not None:
            self._audience.clear(alarm)

    def knows(self, alarm: str) -> bool:
        """Whether the alarm is under way: raised or resumed, and not yet resolved."""
        return alarm in self._state

    def is_open(self) -> bool:
        """Whether any alarm is under way."""
        return bool(self._state)

    def _remember(self, alarm: str, state: str) -> None:
        if alarm not in self._state and len(self._state) >= LIMIT:
            del self._state[next(iter(self._state))]
        self._state[alarm] = state
