"""zigbee2mqtt with a button and a smoke detector, as seen on the local broker: its repeats and quirks included.

Quirks, from its issue tracker: an empty action follows each press, a press appears a second time on the /action
sub-topic, and every message of a device repeats all that was last known of it, also on each restart.
"""

import json
from dataclasses import dataclass
from typing import Any

from drivers.link.mqtt import Session

BASE_TOPIC = "zigbee2mqtt"


@dataclass(frozen=True, slots=True)
class Publication:
    """One message to publish."""

    topic: str
    payload: bytes
    retain: bool = False


class ZigbeeDevice:
    """One device under its friendly name, with the state that zigbee2mqtt caches for it. Pure: it makes messages."""

    def __init__(self, name: str, **state: Any) -> None:
        self._topic = f"{BASE_TOPIC}/{name}"
        self._state = {"battery": 100, "linkquality": 92, **state}

    def press(self, action: str) -> list[Publication]:
        """One press of a button: the action, its sub-topic, and the empty action behind it."""
        return [
            self.report(action=action),
            Publication(f"{self._topic}/action", action.encode()),
            self.report(action=""),
        ]

    def report(self, *, retain: bool = False, **news: Any) -> Publication:
        """A message with what is new, and everything known from before. With nothing new: a cached repeat."""
        state = self._state | news
        # An action is an event: zigbee2mqtt does not cache it.
        self._state = {key: value for key, value in state.items() if key != "action"}
        return Publication(self._topic, json.dumps(state).encode(), retain)


async def publish(session: Session, *publications: Publication) -> None:
    """Publish in order and wait until the broker has them. Raises RefusedError, LinkLostError."""
    answers = [session.publish(message.topic, message.payload, retain=message.retain) for message in publications]
    for answer in answers:
        await answer
