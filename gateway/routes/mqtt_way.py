"""A broker of the district as one of the ways to the centre: whether it is any use now, and how to load it."""

from gateway.clock import Clock
from gateway.routes.hold import Hold
from gateway.store.rows import Stored
from gateway.uplink.centre import CentrePresence
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Uplink

AWAY_AFTER_SECONDS = 10.0
"""A broker that is back within this time (it restarts, the line hiccups) was not away."""
BACK_AFTER_SECONDS = 30.0
"""A line must hold so long to be trusted again: one that comes and goes would put off the next route each time."""


class MqttWay:
    """One uplink. `hand` gives it a message of its own; the first one has all of them already."""

    def __init__(self, uplink: Uplink, ledger: Ledger, presence: CentrePresence, clock: Clock) -> None:
        self.name = uplink.name
        self._uplink = uplink
        self._ledger = ledger
        self._presence = presence
        self._clock = clock
        self._line = Hold(lost_after_seconds=AWAY_AFTER_SECONDS, back_after_seconds=BACK_AFTER_SECONDS)

    def hand(self, stored: Stored) -> None:
        """Send this by it until the centre answers."""
        self._uplink.offer(stored)

    def withdraw(self, event: str) -> None:
        """The centre has it."""
        self._ledger.received(event)

    @property
    def away(self) -> bool:
        """Whether it is known to be no use: no line, nobody subscribed, or the centre's own word."""
        lost = self._line.tell(good=self._uplink.connected, now=self._clock.monotonic())
        return lost or self._uplink.unheard or self._presence.away
