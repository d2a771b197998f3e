"""Who may use the desk, and who did what. Of tokens and sessions only a SHA-256 is kept."""

import hashlib
import secrets
import sqlite3
from datetime import datetime, timedelta

from callcentre.handling import Person, Role
from gateway.contract.times import to_text

SESSION_LIFE = timedelta(hours=12)
SESSION_LIMIT = 2_000
_SECRET_BYTES = 32


def issue_token(connection: sqlite3.Connection, person: Person, now: datetime) -> str:
    """A new bearer token for somebody; earlier ones of the same name keep working until revoked."""
    token = _new_secret(connection, person, now, expires_at=None)
    note_action(connection, person, "token_issued", now)
    return token


def open_session(connection: sqlite3.Connection, person: Person, now: datetime) -> str:
    """A session secret for the browser's cookie, good for one shift; the oldest gives way where there are too many."""
    connection.execute("DELETE FROM credential WHERE session = 1 AND expires_at <= ?", (to_text(now),))
    connection.execute(
        """DELETE FROM credential WHERE digest IN (SELECT digest FROM credential WHERE session = 1
            ORDER BY created_at DESC LIMIT -1 OFFSET ?)""",
        (SESSION_LIMIT - 1,),
    )
    session = _new_secret(connection, person, now, expires_at=to_text(now + SESSION_LIFE))
    note_action(connection, person, "signed_in", now)
    return session


def close_session(connection: sqlite3.Connection, session: str) -> None:
    """End a session."""
    connection.execute("DELETE FROM credential WHERE digest = ? AND session = 1", (_digest(session),))


def revoke(connection: sqlite3.Connection, name: str, now: datetime) -> int:
    """End every token and session of a name; how many there were."""
    ended = connection.execute("DELETE FROM credential WHERE name = ? RETURNING role", (name,)).fetchall()
    if ended:
        note_action(connection, Person(name, Role(ended[0]["role"])), "revoked", now)
    return len(ended)


def person_by(connection: sqlite3.Connection, secret: str, now: datetime, *, session: bool) -> Person | None:
    """Whose token or session this is; None where it is nobody's (any more)."""
    row = connection.execute(
        "SELECT name, role FROM credential WHERE digest = ? AND session = ? AND (expires_at IS NULL OR expires_at > ?)",
        (_digest(secret), session, to_text(now)),
    ).fetchone()
    return Person(row["name"], Role(row["role"])) if row else None


def note_action(
    connection: sqlite3.Connection,
    person: Person,
    action: str,
    now: datetime,
    *,
    alarm: str | None = None,
    detail: str | None = None,
) -> None:
    """Write who did what and when."""
    connection.execute(
        "INSERT INTO audit (at, name, role, action, alarm, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (to_text(now), person.name, person.role.value, action, alarm, detail),
    )


def _new_secret(connection: sqlite3.Connection, person: Person, now: datetime, expires_at: str | None) -> str:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    connection.execute(
        "INSERT INTO credential (digest, name, role, session, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        (_digest(secret), person.name, person.role.value, expires_at is not None, to_text(now), expires_at),
    )
    return secret


def _digest(secret: str) -> str:
    # A plain hash is enough: the secret is 32 random bytes, there is nothing to guess.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
