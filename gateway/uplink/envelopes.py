"""Messages as bytes. The newest is written while the disk still works at it: it leaves right after its commit."""

from datetime import datetime, timedelta

import msgspec

from gateway.contract.envelope import Attempt, Sender, encode
from gateway.store.rows import Stored

STALE_AFTER = timedelta(seconds=0.1)
"""What was written longer ago is written anew: `sent_at` must say when a message left."""


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    event: str
    sequence: int
    sent_at: datetime
    payload: bytes


class Envelopes:
    """Writes what one route sends; keeps one message that was written ahead."""

    def __init__(self, sender: Sender, route: str) -> None:
        self._sender = sender
        self._route = route
        self._ahead: _Written | None = None

    def write_ahead(self, stored: Stored, now: datetime) -> None:
        """Write the first attempt at a message that will be sent in a moment."""
        payload = self._write(stored, 1, now)
        self._ahead = _Written(event=stored.event.id, sequence=stored.sequence, sent_at=now, payload=payload)

    def written(self, stored: Stored, attempt: int, now: datetime) -> bytes:
        """The message as it leaves now."""
        ahead = self._ahead
        if ahead is not None and attempt == 1 and ahead.event == stored.event.id and ahead.sequence == stored.sequence:
            self._ahead = None
            if timedelta(0) <= now - ahead.sent_at <= STALE_AFTER:
                return ahead.payload
        return self._write(stored, attempt, now)

    def _write(self, stored: Stored, attempt: int, now: datetime) -> bytes:
        sent = Attempt(boot=stored.boot, sequence=stored.sequence, number=attempt, route=self._route, sent_at=now)
        return encode(stored.event, stored.priority, self._sender, sent)
