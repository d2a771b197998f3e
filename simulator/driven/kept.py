"""What a broker keeps of one client between its connections: subscriptions, what is not acknowledged, its will."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.link.endpoint import SessionOptions, Will

QUEUE_LIMIT = 10_000
"""What waits for a client that is away; the oldest goes first, as every broker's own limit has it."""
_MIDS = 65_535


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a client published it."""

    topic: str
    payload: bytes
    retain: bool = False
    correlation: bytes | None = None


class Connected(Protocol):
    """A client's line as its broker sees it."""

    options: SessionOptions
    session_present: bool

    def send(self, message: Message, mid: int, *, retain: bool, redelivered: bool) -> None:
        """Put a message on the line."""

    def lose(self, reason: str) -> None:
        """The line is gone."""


class Kept:
    """One client. `send_will` is told client id and will when its time has come."""

    def __init__(self, send_will: Callable[[str, Will], None], covers: Callable[[str, str], bool]) -> None:
        self.subscriptions: dict[str, None] = {}
        self.session: Connected | None = None
        self._send_will = send_will
        self._covers = covers
        self._options: SessionOptions | None = None
        self._waiting: deque[tuple[Message, bool]] = deque(maxlen=QUEUE_LIMIT)
        self._flying: dict[int, tuple[Message, bool]] = {}
        self._mid = 0
        self._left_at = 0.0
        self._will: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def is_expired(self) -> bool:
        """Whether the client stayed away for too long: nothing of it is kept then."""
        if self.session is not None or self._options is None:
            return False
        return self._loop.time() - self._left_at > self._options.session_expiry_seconds

    def wants(self, topic: str) -> bool:
        """Whether a message is for this client, connected or not."""
        return any(self._covers(one, topic) for one in self.subscriptions) and not self.is_expired()

    def take_up(self, session: Connected) -> None:
        """The client is here: first what it did not acknowledge, then what came meanwhile."""
        session.session_present = self._options is not None
        self.session, self._options = session, session.options
        if self._will is not None:
            self._will.cancel()
        again, self._flying = self._flying, {}
        for mid, (message, retain) in again.items():
            self._flying[mid] = message, retain
            session.send(message, mid, retain=retain, redelivered=True)
        self._send_waiting()

    def deliver(self, message: Message, *, retain: bool) -> None:
        """Send a message, or keep it until there is a line and room on it."""
        self._waiting.append((message, retain))
        self._send_waiting()

    def acknowledged(self, mid: int) -> None:
        """The client has it."""
        self._flying.pop(mid, None)
        self._send_waiting()

    def drop(self, reason: str) -> None:
        """The connection is gone without a word of the client: its will is sent after its delay."""
        if self.session is None:
            return
        session = self._leave()
        will = session.options.will
        if will is not None:
            self._will = self._loop.call_later(will.delay_seconds, self._send_will, session.options.client_id, will)
        session.lose(reason)

    def goodbye(self) -> None:
        """The client disconnects in order: there is no will."""
        if self.session is not None:
            self._leave().lose("closed")

    def _leave(self) -> Connected:
        session, self.session = self.session, None
        assert session is not None, "only who is connected leaves"
        self._left_at = self._loop.time()
        return session

    def _send_waiting(self) -> None:
        while self._waiting and self.session is not None and len(self._flying) < self.session.options.receive_maximum:
            message, retain = self._waiting.popleft()
            mid = self._next_mid()
            self._flying[mid] = message, retain
            self.session.send(message, mid, retain=retain, redelivered=False)

    def _next_mid(self) -> int:
        self._mid = self._mid % _MIDS + 1
        while self._mid in self._flying:
            self._mid = self._mid % _MIDS + 1
        return self._mid
