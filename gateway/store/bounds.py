"""The store's bounds: how old each class may grow, and how large everything together. What is open is never deleted.

By age only while the clock is known: a clock that jumps ahead must not empty the store. By size whatever the clock
says: the oldest telemetry first, then what was answered, then alarms that people have resolved, each from its oldest.
"""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from gateway.contract.times import to_text
from gateway.store.database import StoreError
from gateway.store.excerpts import forget_old

log = logging.getLogger(__name__)
T = TypeVar("T")

SLICE = 500
"""Rows deleted in one commit: an alarm never waits behind more."""
DEFAULT_LIMIT_BYTES = 256 * 1_024 * 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClass:
    """One class of events, by the condition that its rows meet, and how long it is kept."""

    name: str
    kept: timedelta
    rows: str


_NOT_NOW = "e.id NOT IN (SELECT event FROM condition)"
CLASSES = (
    EventClass(name="telemetry", kept=timedelta(days=30), rows="e.priority = 'telemetry'"),
    EventClass(
        name="answered",
        kept=timedelta(days=365),
        rows=f"o.raised = 0 AND o.received IS NOT NULL AND {_NOT_NOW}",
    ),
    EventClass(
        name="resolved",
        kept=timedelta(days=3 * 365),
        rows=f"o.raised = 1 AND o.resolved IS NOT NULL AND {_NOT_NOW}",
    ),
)
"""In the order in which they make room. Unanswered events, unresolved alarms and what is so now are in none."""


class Asked(Protocol):
    """A store that runs jobs."""

    limit_bytes: int

    async def ask(self, job: Callable[..., T], *arguments: object) -> T:
        """Run a job. Raises StoreError."""


def delete(connection: sqlite3.Connection, of: EventClass, before: datetime | None) -> int:
    """Delete one slice of a class: what is from `before`, or where that is None the oldest. How many events went.

    The newest event stays whatever it is: the next boot counts on from its sequence number.
    """
    which = "ORDER BY e.sequence" if before is None else "AND e.received_at < ?"
    values = [] if before is None else [to_text(before)]
    query = (
        f"SELECT e.sequence, e.id FROM event AS e LEFT JOIN outbox AS o USING (sequence) WHERE {of.rows} "  # noqa: S608
        f"AND e.sequence < (SELECT max(sequence) FROM event) {which} LIMIT ?"
    )
    found = connection.execute(query, (*values, SLICE)).fetchall()
    connection.executemany("DELETE FROM outbox WHERE sequence = ?", [(sequence,) for sequence, _ in found])
    connection.executemany("DELETE FROM delivery WHERE event = ?", [(event,) for _, event in found])
    connection.executemany("DELETE FROM event WHERE sequence = ?", [(sequence,) for sequence, _ in found])
    return len(found)


def used_bytes(connection: sqlite3.Connection) -> int:
    """What the rows take; pages that are free are used again before the file grows."""
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


async def keep_within(store: Asked, now: datetime | None) -> None:
    """Delete what is too old, excerpts too (`now` None: nothing is), then what is too much, slice by slice."""
    try:
        if now is not None:
            await store.ask(forget_old, now)
        for of in CLASSES if now is not None else ():
            while await store.ask(delete, of, now - of.kept if now else None):
                pass
        for of in CLASSES:
            deleted = 1
            while deleted and await store.ask(used_bytes) > store.limit_bytes:
                deleted = await store.ask(delete, of, None)
                if deleted:
                    log.info("the store is full: the %d oldest events of the class %s were deleted", deleted, of.name)
    except StoreError as error:
        log.debug("the store could not be thinned: %s", error)
