"""Acknowledgements in the order of arrival, as MQTT 5 demands (section 4.6), whatever order the work ends in."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.link.mqtt import Inbound, Session


@dataclass(slots=True, eq=False)
class Arrival:
    """One message that came and is not acknowledged yet. `then` runs right after its acknowledgement."""

    session: Session
    inbound: Inbound
    done: bool = False
    then: Callable[[], None] | None = None


class Arrivals:
    """What one connection brought; bounded by the number of messages the broker may have in flight to us."""

    def __init__(self) -> None:
        self._waiting: deque[Arrival] = deque()
        self.done_ahead = 0
        """How many are done and wait for one before them."""

    def add(self, session: Session, inbound: Inbound) -> Arrival:
        """Note a message as it comes."""
        arrival = Arrival(session, inbound)
        self._waiting.append(arrival)
        return arrival

    def finish(self, arrival: Arrival, then: Callable[[], None] | None = None) -> None:
        """Its work is durably done: acknowledge it as soon as all before it are, and run `then`."""
        arrival.done, arrival.then = True, then
        self.done_ahead += 1
        while self._waiting and self._waiting[0].done:
            first = self._waiting.popleft()
            self.done_ahead -= 1
            first.session.acknowledge(first.inbound)
            if first.then is not None:
                first.then()
