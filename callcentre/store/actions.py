"""An operator's step: the state, the answer to the house and the audit entry in one transaction."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from callcentre import answers
from callcentre.handling import Handling, Person, Verdict, judge
from callcentre.store.filing import find, progress_of
from callcentre.store.people import note_action
from callcentre.store.queue import Row, alarm
from gateway.contract.messages import Result
from gateway.contract.times import to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What somebody does to one alarm. `minutes` to arrival goes to the house, `note` stays in the centre."""

    key: str
    actor: Person
    target: Handling
    minutes: float | None = None
    result: Result | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict (None: no such alarm) and the alarm as it now stands."""

    verdict: Verdict | None
    row: Row | None


def act(connection: sqlite3.Connection, action: Action, now: datetime) -> Outcome:
    """Judge one step and, where it is allowed, carry it out."""
    row = connection.execute("SELECT * FROM alarm WHERE key = ?", (action.key,)).fetchone()
    if row is None:
        return Outcome(None, None)
    verdict = judge(Handling(row["handling"]), row["owner"], action.actor, action.target)
    if verdict is Verdict.APPLY:
        _apply(connection, row, action, now)
    elif verdict is Verdict.TAKE_OVER:
        _own(connection, row, action, now)
        note_action(connection, action.actor, "take_over", now, alarm=action.key, detail=row["owner"])
    return Outcome(verdict, alarm(connection, action.key))


def _own(connection: sqlite3.Connection, row: sqlite3.Row, action: Action, now: datetime) -> None:
    connection.execute(
        "UPDATE alarm SET owner = ?, owner_role = ?, updated_at = ? WHERE seq = ?",
        (action.actor.name, action.actor.role.value, to_text(now), row["seq"]),
    )


def _apply(connection: sqlite3.Connection, row: sqlite3.Row, action: Action, now: datetime) -> None:
    _own(connection, row, action, now)
    connection.execute(
        """UPDATE alarm SET handling = ?, minutes = coalesce(?, minutes), result = ?, note = coalesce(?, note)
        WHERE seq = ?""",
        (action.target, action.minutes, action.result, action.note, row["seq"]),
    )
    note_action(
        connection, action.actor, action.target.word, now, alarm=action.key, detail=action.result or action.note
    )
    changed = find(connection, row["gateway"], row["id"])
    # An unreadable alarm without an id is known to the desk alone: there is nothing the house could match.
    if changed is not None and row["bears_id"]:
        answer = answers.handled(row["gateway"], row["id"], progress_of(changed), now)
        connection.execute(
            "INSERT INTO answer_outbox (gateway, payload, created_at) VALUES (?, ?, ?)",
            (answer.gateway, answer.payload, to_text(now)),
        )
