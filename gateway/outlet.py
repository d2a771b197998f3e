"""The way out of one of the house's inner lines. Whoever sends never waits: the line takes it now or not at all."""

import asyncio
from collections.abc import Callable
from functools import partial

from drivers.link.mqtt import RefusedError, Session
from drivers.output import Message
from gateway.metrics import Metrics
from gateway.problems import Problems

WAITING_LIMIT = 16
"""Messages that a slow line has not taken yet; the oldest gives way, for the newest says what is wanted now."""
NO_SUBSCRIBER = 0x10


class Outlet:
    """One line's way out. `openings` grows each time the line comes up: what was said before may not have arrived."""

    def __init__(self, metrics: Metrics, problems: Problems) -> None:
        self.openings = 0
        self._metrics = metrics
        self._problems = problems
        self._send: Callable[[Message], bool] | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_open(self) -> bool:
        """Whether the line is up."""
        return self._send is not None

    def listen(self, opened: Callable[[], None]) -> None:
        """Have `opened` called each time the line comes up."""
        self._listeners.append(opened)

    def send(self, message: Message) -> bool:
        """Hand a message to the line. False where it is down or has no room: say it again later."""
        sent = self._send is not None and self._send(message)
        self._metrics.output_message("sent" if sent else "not_sent")
        return sent

    def open_serial(self, waiting: "asyncio.Queue[bytes]") -> None:
        """The line is a serial port, and `waiting` is what a task of its own writes to it."""
        self._open(partial(self._queue, waiting))

    def open_broker(self, session: Session) -> None:
        """The line is a session with the local broker."""
        self._open(partial(self._publish, session))

    def open_listener(self, send: Callable[[Message], bool]) -> None:
        """The line is a port that devices dial, or one of them has just dialled."""
        self._open(send)

    def close(self) -> None:
        """The line is down."""
        self._send = None

    def _open(self, send: Callable[[Message], bool]) -> None:
        self._send = send
        self.openings += 1
        for opened in self._listeners:
            opened()

    def _queue(self, waiting: "asyncio.Queue[bytes]", message: Message) -> bool:
        if waiting.full():
            waiting.get_nowait()
            self._metrics.output_message("dropped")
        waiting.put_nowait(message.payload)
        return True

    def _publish(self, session: Session, message: Message) -> bool:
        if session.unacknowledged >= WAITING_LIMIT:
            return False
        published = session.publish(message.topic, message.payload)
        published.add_done_callback(partial(self._settle, message.topic))
        return True

    def _settle(self, topic: str, published: "asyncio.Future[int]") -> None:
        name, error = f"output {topic}", published.exception()
        if isinstance(error, RefusedError):
            self._problems.report(name, f"the local broker did not take {topic}: {error}")
        elif error is None and published.result() == NO_SUBSCRIBER:
            self._problems.report(name, f"nobody listens to {topic}: is zigbee2mqtt or the device itself running?")
        elif error is None:
            self._problems.over(name)
