"""What the house asks of its database about further routes, as functions of a connection."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from gateway.contract.times import from_text, to_text
from gateway.store.rows import SELECT, Stored, from_row

_TESTED = "tested route "


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message on one route. Times are RFC 3339; `received` is None until the far end said that it has it."""

    event: str
    route: str
    attempts: int
    sent: str
    received: str | None = None


def note(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Keep how far a message came; what was received once stays received."""
    connection.execute(
        "INSERT INTO delivery VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET attempts = max(attempts, excluded.attempts), received = coalesce(received, excluded.received)",
        (delivery.event, delivery.route, delivery.attempts, delivery.sent, delivery.received),
    )


def newest(connection: sqlite3.Connection, limit: int) -> list[Delivery]:
    """The deliveries of the newest messages that left by a further route."""
    rows = connection.execute(
        "SELECT event, route, attempts, sent, received FROM delivery ORDER BY event DESC, route LIMIT ?", (limit,)
    )
    return [
        Delivery(event=event, route=route, attempts=attempts, sent=sent, received=received)
        for event, route, attempts, sent, received in rows
    ]


def unaccepted(connection: sqlite3.Connection, limit: int) -> list[Stored]:
    """The newest alarms that the centre has received and nobody has taken."""
    rows = connection.execute(
        SELECT + "WHERE o.raised = 1 AND o.resolved IS NULL AND o.received IS NOT NULL AND o.accepted IS NULL "
        "ORDER BY o.sequence DESC LIMIT ?",
        (limit,),
    )
    return [from_row(row) for row in rows]


def note_test(connection: sqlite3.Connection, route: str, at: datetime) -> None:
    """Keep when a route last proved the whole way."""
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_TESTED + route, to_text(at)))


def tests(connection: sqlite3.Connection) -> dict[str, datetime]:
    """When each route last proved the whole way."""
    rows = connection.execute("SELECT name, value FROM setting WHERE name LIKE ?", (_TESTED + "%",))
    return {name.removeprefix(_TESTED): from_text(at) for name, at in rows}
