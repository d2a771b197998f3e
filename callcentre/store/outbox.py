"""Handling answers that the broker has not acknowledged yet, in the order in which they were given."""

import sqlite3
from dataclasses import dataclass

from callcentre.answers import Addressed


@dataclass(frozen=True, slots=True)
class Unsent:
    """One answer and its place in the order."""

    seq: int
    answer: Addressed


def unsent(connection: sqlite3.Connection, after: int, limit: int) -> list[Unsent]:
    """The next answers after place `after`."""
    rows = connection.execute(
        "SELECT seq, gateway, payload FROM answer_outbox WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
    )
    return [Unsent(row["seq"], Addressed(row["gateway"], row["payload"])) for row in rows]


def sent(connection: sqlite3.Connection, seqs: list[int]) -> None:
    """Forget answers that the broker has acknowledged; a birth asks again for what got lost after it."""
    connection.executemany("DELETE FROM answer_outbox WHERE seq = ?", [(seq,) for seq in seqs])
