"""An MQTT 5 broker in memory, as far as homes and a centre use one: QoS 1, kept sessions, retained messages, wills.

Each connection is a line of its own with a delay; what is said on it keeps its order. The broker can be down, and the
line to it cut: then nothing gets through and nobody is told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache

from drivers.link.endpoint import Endpoint, LinkLostError, RefusedError, SessionOptions, Will
from drivers.link.session import OnMessage
from simulator.driven.kept import Kept, Message
from simulator.driven.session import MemorySession

NO_SUBSCRIBER = 0x10
NOT_AUTHORIZED = 0x87
DELAY_SECONDS = 0.02
"""How long a packet takes one way: a home's line to its district."""


class MemoryBroker:
    """One broker. `watch` is told of every message that it takes: the sender's client id, topic and payload."""

    def __init__(self, delay_seconds: float = DELAY_SECONDS) -> None:
        self.is_up = True
        self.is_cut = False
        self.watch: Callable[[str, str, bytes], object] = lambda _client, _topic, _payload: None
        self.refused: set[str] = set()
        """Client ids that it does not let in, and topics that nobody may publish on."""
        self.beside: set[str] = set()
        """Client ids that sit beside it: no cut of the line is theirs."""
        self._delay_seconds = delay_seconds
        self._retained: dict[str, Message] = {}
        self._kept: dict[str, Kept] = {}

    # -- what befalls it ----------------------------------------------------------------------------------------------

    def go_down(self) -> None:
        """It ends: every connection with it. What it has to keep lies on its disk."""
        self.is_up = False
        for kept in self._kept.values():
            kept.drop("the other side closed it")

    def come_up(self) -> None:
        """It runs again."""
        self.is_up = True

    def cut_line(self) -> None:
        """Nothing gets through from now on, in either direction, and neither side is told."""
        self.is_cut = True
        for session in self._sessions():
            if self.is_cut_off(session.options.client_id):
                session.stall()

    def mend_line(self) -> None:
        """What was under way goes on."""
        self.is_cut = False
        for session in self._sessions():
            session.move()

    # -- for its clients ----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def open_session(
        self, endpoint: Endpoint, options: SessionOptions, on_message: OnMessage
    ) -> AsyncIterator[MemorySession]:
        """As `drivers.link.mqtt.open_session`, with its errors."""
        session = await self._connect(endpoint, options, on_message)
        try:
            yield session
        finally:
            session.close()

    async def _connect(self, endpoint: Endpoint, options: SessionOptions, on_message: OnMessage) -> MemorySession:
        await asyncio.sleep(2 * self._delay_seconds)
        if self.is_cut_off(options.client_id):
            await asyncio.sleep(2 * options.connect_timeout_seconds)
            raise LinkLostError(f"{endpoint} did not answer within {options.connect_timeout_seconds:g} s")
        if not self.is_up:
            raise LinkLostError(f"no connection to {endpoint}: [Errno 111] Connection refused")
        if options.client_id in self.refused:
            raise RefusedError("the connection", NOT_AUTHORIZED, "Not authorized")
        kept = self._kept.get(options.client_id)
        if kept is None or kept.is_expired():
            kept = self._kept[options.client_id] = Kept(self._send_will, covers)
        kept.drop("the broker closed the connection: Session taken over")
        session = MemorySession(self, kept, options, on_message, self._delay_seconds)
        kept.take_up(session)
        return session

    # -- for its sessions ---------------------------------------------------------------------------------------------

    def is_cut_off(self, client: str) -> bool:
        """Whether nothing gets through to or from a client."""
        return self.is_cut and client not in self.beside

    def subscribe(self, kept: Kept, topics: tuple[str, ...], *, retained: bool) -> None:
        """Send these topics to a client, first what is retained of them."""
        for topic in topics:
            kept.subscriptions[topic] = None
            for name in sorted(self._retained) if retained else ():
                if covers(topic, name):
                    kept.deliver(self._retained[name], retain=True)

    def take(self, client: str, message: Message) -> int:
        """Take a message from a client; the reason code of its PUBACK."""
        if message.topic in self.refused:
            return NOT_AUTHORIZED
        self.watch(client, message.topic, message.payload)
        if message.retain and message.payload:
            self._retained[message.topic] = message
        elif message.retain:
            self._retained.pop(message.topic, None)
        heard = [kept for kept in self._kept.values() if kept.wants(message.topic)]
        for kept in heard:
            kept.deliver(message, retain=False)
        return 0 if heard else NO_SUBSCRIBER

    def _sessions(self) -> list[MemorySession]:
        return [kept.session for kept in self._kept.values() if isinstance(kept.session, MemorySession)]

    def _send_will(self, client: str, will: Will) -> None:
        if self.is_up:
            self.take(client, Message(will.topic, will.payload, will.retain))


@lru_cache(maxsize=4_096)
def covers(subscription: str, topic: str) -> bool:
    """Whether a subscription with `+` (one level) and `#` (all that follow) takes in a topic."""
    wanted, levels = subscription.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted.pop()
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))
