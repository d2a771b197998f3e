"""Which messages became events a short while ago, so that the broker's redelivery of one is no second press."""

from collections import deque

from drivers.event import Event, Kind, Signal

LIMIT = 256
"""More than a broker keeps in flight towards us."""
EXCUSE_SECONDS = 120.0
"""An event older than this excuses no redelivery: it was acknowledged long ago, so an equal message that comes again
is a press that was never stored. Long enough for a restart of the gateway or of the broker."""
_Key = tuple[str | None, str, Kind, str | None]
TELEMETRY = frozenset({Kind.SUPERVISION, Kind.ACTIVITY, Kind.MEASUREMENT, Kind.LOCATION})
"""Of these nobody asks whether they came before."""


class Minted:
    """The newest messages that answered events were made of; a message may bear several, of different kinds."""

    def __init__(self) -> None:
        self._events: deque[tuple[_Key, int | None, float]] = deque(maxlen=LIMIT)

    def add(self, event: Event, now: float) -> None:
        """An event was made of a message."""
        if event.kind not in TELEMETRY:
            self._events.append(((event.device, event.raw, event.kind, event.type), event.delivery, now))

    def take(self, device: str, signal: Signal, now: float) -> bool:
        """Whether an event was made of this very message; each event excuses one redelivery.

        Two presses of one button are the same to the letter: what tells them apart is the broker's number, which a
        redelivery keeps (MQTT 5, 4.4).
        """
        key = (device, signal.raw.hex(), signal.kind, signal.type)
        for entry in self._events:
            made_of, delivery, at = entry
            same = None in (delivery, signal.delivery) or delivery == signal.delivery
            if made_of == key and same and now - at <= EXCUSE_SECONDS:
                self._events.remove(entry)
                return True
        return False
