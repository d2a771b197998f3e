"""What the house asks of its database about further routes, as functions of a connection."""

import sqlite3
from dataclasses import dataclass

from gateway.store.rows import SELECT, Stored, from_row


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
