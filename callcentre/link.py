"""The desk's own link to the broker: connect, listen, say so; and again, for ever, when it is lost."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import msgspec

from callcentre.config import DeskConfig
from callcentre.inbox import Inbox
from callcentre.metrics import DeskMetrics
from callcentre.post import Post
from callcentre.store.schema import StoreError
from drivers.link.group import Group
from drivers.link.mqtt import MqttError, RefusedError, Session, SessionOptions, Will, open_session
from gateway.contract import topics
from gateway.contract.messages import CentreStatus
from gateway.contract.times import to_text

SESSION_EXPIRY_SECONDS = 7 * 24 * 3_600
PACKET_LIMIT_BYTES = 256 * 1_024
WILL_DELAY_SECONDS = 5
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0
_FAREWELL_SECONDS = 1.0
_BRANCHES = (topics.ALARM, topics.EVENT, topics.STATUS, topics.TELEMETRY)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class LinkState:
    """Whether the desk hears the houses. `since` is the last change; `reason` why not, for the operators' page."""

    connected: bool
    since: datetime
    reason: str | None


class BrokerLink:
    """Owns the reconnect policy; everything that happens inside one connection is in `_listen`."""

    def __init__(
        self, config: DeskConfig, inbox: Inbox, post: Post, metrics: DeskMetrics, now: Callable[[], datetime]
    ) -> None:
        self.state = LinkState(connected=False, since=now(), reason="not connected yet")
        self._config = config
        self._inbox = inbox
        self._post = post
        self._metrics = metrics
        self._now = now
        self._said: str | None = None

    async def run(self) -> NoReturn:
        """Keep listening until cancelled; then say goodbye in order."""
        failures = 0
        while True:
            try:
                await self._listen()
            except* (MqttError, StoreError) as group:
                failures = 0 if self.state.connected else failures + 1
                self._lost(_first(group))
            ceiling = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(failures, 10))
            await asyncio.sleep(random.uniform(_FIRST_PAUSE_SECONDS, ceiling))

    async def _listen(self) -> None:
        district = self._config.district
        options = SessionOptions(
            client_id=f"anju-desk-{district}",
            will=Will(
                topic=topics.centre_status(district), payload=self._status("offline"), delay_seconds=WILL_DELAY_SECONDS
            ),
            session_expiry_seconds=SESSION_EXPIRY_SECONDS,
            maximum_packet_bytes=PACKET_LIMIT_BYTES,
        )
        self._inbox.begin()
        async with open_session(self._config.broker, options, self._inbox.on_message) as session:
            await session.subscribe(*(topics.all_houses(district, branch) for branch in _BRANCHES))
            await session.publish(topics.centre_status(district), self._status("online"), retain=True)
            self._heard()
            try:
                async with Group() as tasks:
                    tasks.create_task(session.lost())
                    tasks.create_task(self._inbox.trouble())
                    tasks.create_task(self._post.deliver(session))
            except asyncio.CancelledError:
                await self._farewell(session)
                raise

    async def _farewell(self, session: Session) -> None:
        with suppress(MqttError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                topic = topics.centre_status(self._config.district)
                await session.publish(topic, self._status("offline"), retain=True)

    def _status(self, state: str) -> bytes:
        return msgspec.json.encode(msgspec.convert({"state": state, "at": to_text(self._now())}, CentreStatus))

    def _heard(self) -> None:
        self.state = LinkState(connected=True, since=self._now(), reason=None)
        self._metrics.broker_connected.set(1)
        self._said = None
        _log.info("listening at the broker %s", self._config.broker)

    def _lost(self, error: BaseException) -> None:
        """Log once per change: a broker that stays away for a day is one line."""
        since = self._now() if self.state.connected else self.state.since
        self.state = LinkState(connected=False, since=since, reason=str(error))
        self._metrics.broker_connected.set(0)
        said = f"{type(error).__name__} {error.reason_code if isinstance(error, RefusedError) else ''}"
        if said != self._said:
            _log.warning("no alarm can arrive: %s; trying again until it works", error)
            self._said = said


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
