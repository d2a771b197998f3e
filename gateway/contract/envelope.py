"""Events to CloudEvents and back: `encode` is the gateway's side, `decode` is any reader's.

A reader never drops an alarm: what it cannot understand comes back as `Unreadable` with whatever id it bears.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from drivers.event import AlarmType, Event, Kind, State
from gateway.contract import topics
from gateway.contract.codes import codes_of
from gateway.contract.messages import CloudEvent, Data, Priority
from gateway.contract.times import from_text, to_text

CONTENT_TYPE = "application/cloudevents+json"
LATE_AFTER = timedelta(hours=24)
ALARM_LIMIT_BYTES = 2_048
OTHER_LIMIT_BYTES = 16_384
_ALARM_NAMES = frozenset(AlarmType)
_ID = re.compile(rb'"id"\s*:\s*"([0-9A-Za-z-]{1,64})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends: the parts of every envelope that are the house's, not the event's."""

    gateway: str
    district: str
    resident: str | None
    store: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at sending one event. `boot` and `sequence` are the event's own, from the store."""

    boot: int
    sequence: int
    number: int
    route: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A message that cannot be understood. `id` is its own where it bears one, else a digest of its bytes."""

    id: str
    reason: str
    bears_id: bool


class _Loose(Struct, kw_only=True):
    """The least that makes a message an alarm: readers ask for no more."""

    id: str
    type: str
    data: dict[str, Any]
    time: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as a reader sees it: unknown words are kept as they came."""

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


def branch_of(event: Event) -> str:
    """Which of the house's topics an event leaves on."""
    if event.kind in (Kind.ALARM, Kind.TEST) or _clears_alarm(event):
        return topics.ALARM
    return topics.EVENT


def type_of(event: Event) -> str:
    """The CloudEvents type of an event."""
    if event.kind is Kind.TEST:
        return "anju.test.raised"
    if _clears_alarm(event):
        return "anju.alarm.cleared"
    if event.kind is not Kind.ALARM:
        return f"anju.event.{event.kind}"
    if event.state is State.CANCELLED:
        return "anju.alarm.cancelled"
    return "anju.alarm.raised" if event.raises_alarm else "anju.alarm.updated"


def encode(event: Event, priority: Priority, sender: Sender, attempt: Attempt) -> bytes:
    """Write one event as a CloudEvent in structured JSON (UTF-8), within the contract's size limits."""
    contact_id, scaip = codes_of(event)
    happened = event.occurred_at or event.received_at
    data = Data(
        alarm=event.alarm,
        kind=Kind.ALARM if _clears_alarm(event) else event.kind,
        type=event.type,
        priority=priority,
        device=event.device,
        model=event.model,
        room=event.room,
        supervised=event.supervised,
        state=State.CLEARED.value if _clears_alarm(event) else event.state.value if event.state else None,
        test=event.is_test,
        late=attempt.sent_at - event.received_at > LATE_AFTER,
        store=sender.store,
        boot=attempt.boot,
        sequence=attempt.sequence,
        clock_quality=event.clock_quality.value,
        received_at=to_text(event.received_at),
        sent_at=to_text(attempt.sent_at),
        attempt=attempt.number,
        route=attempt.route,
        battery_percent=event.battery_percent,
        battery_mv=event.battery_mv,
        battery_low=event.battery_low,
        rssi_dbm=event.rssi_dbm,
        link_quality=event.link_quality,
        silenced=event.silenced,
        evidence={"repeat_count": event.repeat_count, **event.evidence},
        scaip=list(scaip) if scaip else None,
        contact_id=contact_id,
    )
    body = CloudEvent(
        specversion="1.0",
        id=event.id,
        source=f"/gateways/{sender.gateway}",
        type=type_of(event),
        time=to_text(happened),
        datacontenttype="application/json",
        data=data,
        subject=sender.resident or UNSET,
    )
    encoded = msgspec.json.encode(body)
    if len(encoded) > (ALARM_LIMIT_BYTES if branch_of(event) == topics.ALARM else OTHER_LIMIT_BYTES):
        # The evidence is the only part without a bound of its own: an alarm without it beats no alarm.
        data.evidence = {"repeat_count": event.repeat_count, "shortened": True}
        encoded = msgspec.json.encode(body)
    return encoded


def decode(payload: bytes) -> Message | Unreadable:
    """Read an alarm or event message; never raises, whatever the bytes."""
    try:
        loose = msgspec.json.decode(payload, type=_Loose)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _unreadable(payload, _reason(error))
    if not loose.id or len(loose.id) > 64:
        return _unreadable(payload, "bad_id")
    if not isinstance(loose.data.get("kind"), str):
        return Unreadable(id=loose.id, reason="no_kind", bears_id=True)
    return Message(id=loose.id, type=loose.type, time=_time(loose.time), subject=loose.subject, data=loose.data)


def _clears_alarm(event: Event) -> bool:
    return event.kind is Kind.RESTORE and event.alarm is not None and event.type in _ALARM_NAMES


def _time(text: str | None) -> datetime | None:
    try:
        return from_text(text) if text else None
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "too_deep"
    if isinstance(error, msgspec.ValidationError):
        return "bad_shape"
    return "bad_utf8" if isinstance(error, UnicodeDecodeError) else "bad_json"


def _unreadable(payload: bytes, reason: str) -> Unreadable:
    found = _ID.search(payload[:OTHER_LIMIT_BYTES])
    if found:
        return Unreadable(id=found.group(1).decode("ascii"), reason=reason, bears_id=True)
    return Unreadable(id=hashlib.sha256(payload).hexdigest()[:32], reason=reason, bears_id=False)
