"""Answers to the houses: `received` straight from memory, handling from the outbox, both inside the broker's window."""

import asyncio
import functools
import logging
from collections import deque

from callcentre.answers import Addressed
from callcentre.metrics import DeskMetrics
from callcentre.store.outbox import Unsent, sent, unsent
from callcentre.store.store import Store
from drivers.link.group import Group
from drivers.link.mqtt import RefusedError, Session
from gateway.contract import topics

ANSWERS_WAITING_LIMIT = 20_000
WINDOW_LIMIT = 100
_BATCH = 50
_log = logging.getLogger(__name__)


class Post:
    """What waits to be sent to the houses; `deliver` runs once per connection."""

    def __init__(self, district: str, store: Store, metrics: DeskMetrics) -> None:
        self._district = district
        self._store = store
        self._metrics = metrics
        self._answers: deque[Addressed] = deque()
        self._answers_wait = asyncio.Event()
        self._outbox_waits = asyncio.Event()

    def answer(self, answer: Addressed) -> None:
        """Send a `received` or `hold` soon. Lost ones do not matter: the house sends again until it has one."""
        if len(self._answers) >= ANSWERS_WAITING_LIMIT:
            self._answers.popleft()
            self._metrics.answers_dropped.inc()
        self._answers.append(answer)
        self._answers_wait.set()

    def wake(self) -> None:
        """Say that the outbox has something new."""
        self._outbox_waits.set()

    async def deliver(self, session: Session) -> None:
        """Send what waits and what comes until the session is gone. Raises MqttError, StoreError."""
        window = asyncio.Semaphore(min(session.receive_maximum, WINDOW_LIMIT))
        async with Group() as tasks:
            tasks.create_task(self._deliver_answers(session, window))
            tasks.create_task(self._deliver_outbox(session, window))

    async def _publish(self, session: Session, window: asyncio.Semaphore, answer: Addressed) -> "asyncio.Future[int]":
        await window.acquire()
        topic = topics.house(self._district, answer.gateway, topics.ANSWER)
        acknowledged = session.publish(topic, answer.payload, content_type="application/json")
        acknowledged.add_done_callback(lambda future: self._acknowledged(window, future))
        return acknowledged

    def _acknowledged(self, window: asyncio.Semaphore, future: "asyncio.Future[int]") -> None:
        window.release()
        error = None if future.cancelled() else future.exception()
        if isinstance(error, RefusedError):
            self._metrics.answers_refused.labels(reason_code=f"0x{error.reason_code:02X}").inc()

    async def _deliver_answers(self, session: Session, window: asyncio.Semaphore) -> None:
        while True:
            while self._answers:
                await self._publish(session, window, self._answers.popleft())
            self._answers_wait.clear()
            await self._answers_wait.wait()

    async def _deliver_outbox(self, session: Session, window: asyncio.Semaphore) -> None:
        """In order. A refused one stays for the next connection and holds up nobody."""
        after = 0
        while True:
            self._outbox_waits.clear()
            while batch := await self._store.read(functools.partial(unsent, after=after, limit=_BATCH)):
                await self._send_batch(session, window, batch)
                after = batch[-1].seq
            await self._outbox_waits.wait()

    async def _send_batch(self, session: Session, window: asyncio.Semaphore, batch: list[Unsent]) -> None:
        flying = [(unsent.seq, await self._publish(session, window, unsent.answer)) for unsent in batch]
        done: list[int] = []
        refused = 0
        for seq, acknowledged in flying:
            try:
                await acknowledged
                done.append(seq)
            except RefusedError:
                refused += 1
        if refused:
            _log.warning("the broker refused %d answers; they are sent again at the next connection", refused)
        await self._store.write(lambda connection: sent(connection, done))
