"""Any reader's side of the envelope.

A reader never drops an alarm: what it cannot understand comes back as `Unreadable` with whatever id it bears.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from drivers.nesting import is_too_deep
from gateway.contract.limits import OTHER_LIMIT_BYTES
from gateway.contract.times import from_text

_ID_LIMIT = 64
_ID = re.compile(rb'"id"\s*:\s*"([0-9A-Za-z-]{1,64})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A message that cannot be understood. `id` is its own where it bears one, else a digest of its bytes.

    `reason` is one of `bad_json`, `bad_utf8`, `too_deep`, `too_large`, `bad_shape`, `bad_id`, `no_kind`.
    """

    id: str
    reason: str
    bears_id: bool


class _Loose(Struct, kw_only=True):
    """The least that makes a message an alarm: readers ask for no more."""

    id: str
    type: str
    data: dict[str, Any]
    time: Any = None
    subject: Any = None


class _Bearer(Struct):
    """Any JSON object that bears an id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as a reader sees it: unknown words are kept as they came, what is malformed at the rim is None."""

    id: str
    type: str
    time: datetime | None
    subject: str | None
    data: dict[str, Any]

    @property
    def alarm(self) -> str:
        """The id of the raised event that this message belongs to."""
        alarm = self.data.get("alarm")
        return alarm if isinstance(alarm, str) else self.id


def decode(payload: bytes) -> Message | Unreadable:
    """Read an alarm or event message; never raises, whatever the bytes."""
    if len(payload) > OTHER_LIMIT_BYTES:
        return _unreadable(payload, "too_large")
    try:
        loose = msgspec.json.decode(payload, type=_Loose)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _unreadable(payload, _reason(error))
    if is_too_deep(loose.data):
        return _unreadable(payload, "too_deep")
    if not _is_id(loose.id):
        return _unreadable(payload, "bad_id")
    if not isinstance(loose.data.get("kind"), str):
        return Unreadable(id=loose.id, reason="no_kind", bears_id=True)
    subject = loose.subject if isinstance(loose.subject, str) else None
    return Message(id=loose.id, type=loose.type, time=_time(loose.time), subject=subject, data=loose.data)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _ID_LIMIT and text.isprintable()


def _time(text: object) -> datetime | None:
    try:
        return from_text(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "too_deep"
    if isinstance(error, msgspec.ValidationError):
        return "bad_shape"
    return "bad_utf8" if isinstance(error, UnicodeDecodeError) else "bad_json"


def _unreadable(payload: bytes, reason: str) -> Unreadable:
    own_id = _id_of(payload[:OTHER_LIMIT_BYTES])
    if own_id is not None and _is_id(own_id):
        return Unreadable(id=own_id, reason=reason, bears_id=True)
    return Unreadable(id=hashlib.sha256(payload).hexdigest()[:32], reason=reason, bears_id=False)


def _id_of(payload: bytes) -> str | None:
    try:
        # Where the JSON is sound, only the outermost id is the message's own, whatever stands deeper inside.
        return msgspec.json.decode(payload, type=_Bearer).id
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _ID.search(payload)
        return found.group(1).decode("ascii") if found else None
