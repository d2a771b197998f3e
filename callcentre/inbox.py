"""The inbox: read, store durably, acknowledge to the broker, answer the house. In this order, always."""

import asyncio
import functools
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime

from callcentre.hub import Hub
from callcentre.metrics import DeskMetrics
from callcentre.post import Post
from callcentre.reading import read, unstorable
from callcentre.reports import (
    AlarmReport,
    DigestReport,
    EventReport,
    Fileable,
    Refusal,
    StatusReport,
    UnreadableReport,
)
from callcentre.store.events import file_event
from callcentre.store.filing import Filed, file_alarm
from callcentre.store.homes import file_digest, file_status
from callcentre.store.store import Store
from callcentre.store.unreadable import file_unreadable
from callcentre.store.writer import UnstorableError
from drivers.link.in_order import Arrival, Arrivals
from drivers.link.mqtt import Inbound, Session
from gateway.contract import topics

Clock = Callable[[], datetime]
_log = logging.getLogger(__name__)


class Inbox:
    """Takes messages off a session. What cannot be stored is not acknowledged: the broker keeps it for us."""

    def __init__(self, district: str, store: Store, post: Post, hub: Hub, metrics: DeskMetrics, now: Clock) -> None:
        self._district = district
        self._store = store
        self._post = post
        self._hub = hub
        self._metrics = metrics
        self._now = now
        self._arrivals = Arrivals()
        self._trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        """Forget an earlier connection; call it before the next one is opened."""
        self._arrivals = Arrivals()
        if self._trouble.done():
            self._trouble = asyncio.get_running_loop().create_future()

    async def trouble(self) -> None:
        """Wait until something of this connection could not be stored. Raises StoreError."""
        await asyncio.shield(self._trouble)

    def on_message(self, session: Session, inbound: Inbound) -> None:
        """Take one message; returns at once."""
        arrivals = self._arrivals
        arrival = arrivals.add(session, inbound)
        if inbound.topic == topics.centre_status(self._district):  # our own, seen through the houses' subscription
            arrivals.finish(arrival)
            return
        now = self._now()
        report = read(self._district, inbound.topic, inbound.payload, retained=inbound.retain, now=now)
        if isinstance(report, Refusal):
            self._metrics.rejects.labels(reason=report.reason).inc()
            arrivals.finish(arrival)
            return
        self._file(arrivals, arrival, report, now)

    def _file(self, arrivals: Arrivals, arrival: Arrival, report: Fileable, now: datetime) -> None:
        stored = self._store.write(_job(report, now))
        stored.add_done_callback(functools.partial(self._stored, arrivals, arrival, report))

    def _stored(self, arrivals: Arrivals, arrival: Arrival, report: Fileable, stored: "asyncio.Future[Filed]") -> None:
        error = None if stored.cancelled() else stored.exception()
        if isinstance(error, UnstorableError) and not isinstance(report, UnreadableReport):
            self._keep_raw(arrivals, arrival, str(error))
        elif error is not None:
            if not self._trouble.done():
                self._trouble.set_exception(error)
        elif not stored.cancelled():
            arrivals.finish(arrival, functools.partial(self._tell, arrival.inbound, report, stored.result()))

    def _tell(self, inbound: Inbound, report: Fileable, filed: Filed) -> None:
        for answer in filed.answers:
            self._post.answer(answer)
        if filed.changed is not None:
            self._hub.publish(filed.changed)
        if filed.duplicate:
            self._metrics.duplicates.inc()
        elif isinstance(report, UnreadableReport):
            self._metrics.rejects.labels(reason=report.reason).inc()
        else:
            self._metrics.messages.labels(branch=inbound.topic.rsplit("/", 1)[-1]).inc()

    def _keep_raw(self, arrivals: Arrivals, arrival: Arrival, why: str) -> None:
        """A message whose words the database cannot take is shown as unreadable instead of blocking all others."""
        _log.error("a message was read but not storable as such: %s", why)
        report = unstorable(arrival.inbound.topic, arrival.inbound.payload)
        if isinstance(report, Refusal):
            self._metrics.rejects.labels(reason=report.reason).inc()
            arrivals.finish(arrival)
        else:
            self._file(arrivals, arrival, report, self._now())


def _job(report: Fileable, now: datetime) -> Callable[[sqlite3.Connection], Filed]:
    """What is done in the database for one report."""

    def job(connection: sqlite3.Connection) -> Filed:
        match report:
            case AlarmReport():
                return file_alarm(connection, report, now)
            case EventReport():
                return file_event(connection, report, now)
            case UnreadableReport():
                return file_unreadable(connection, report, now)
            case StatusReport():
                return file_status(connection, report, now)
            case DigestReport():
                return file_digest(connection, report.gateway, now)

    return job
