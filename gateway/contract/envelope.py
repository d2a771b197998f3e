"""Events to CloudEvents and back: `encode` is the gateway's side, `decode` is any reader's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType

from drivers.event import AlarmType, ClockQuality, Event, Kind, State
from gateway.contract import topics
from gateway.contract.codes import codes_of
from gateway.contract.evidence import leaving
from gateway.contract.limits import ALARM_LIMIT_BYTES, OTHER_LIMIT_BYTES, fit_event
from gateway.contract.messages import CloudEvent, Data, Position, Priority
from gateway.contract.reading import Message, Unreadable, decode
from gateway.contract.times import to_text

__all__ = [
    "ALARM_LIMIT_BYTES",
    "CONTENT_TYPE",
    "LATE_AFTER",
    "OTHER_LIMIT_BYTES",
    "Attempt",
    "Message",
    "Sender",
    "Unreadable",
    "branch_of",
    "decode",
    "encode",
    "type_of",
]

CONTENT_TYPE = "application/cloudevents+json"
LATE_AFTER = timedelta(hours=24)
_ALARM_NAMES = frozenset(AlarmType)
_BEARS_CONDITION = frozenset(
    {Kind.ALARM, Kind.TEST, Kind.TAMPER, Kind.LOW_BATTERY, Kind.SUPERVISION_LOST, Kind.TROUBLE}
)


@dataclass(slots=True, kw_only=True)
class Sender:
    """Who sends: the parts of every envelope that are the house's, not the event's.

    `resident` is the pseudonym, None for a shared room; `store` the random id of this gateway's database, which changes
    when a damaged one is replaced.
    """

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
    return "anju.alarm.raised" if _raised_id(event) == event.id else "anju.alarm.updated"


def encode(event: Event, priority: Priority, sender: Sender, attempt: Attempt) -> bytes:
    """Write one event as a CloudEvent in structured JSON (UTF-8), within the contract's size limits.

    Never withholds: what is too long is cut, evidence first. Only evidence of a harmless shape leaves the house.
    """
    body = CloudEvent(
        specversion="1.0",
        id=event.id,
        source=f"/gateways/{sender.gateway}",
        type=type_of(event),
        time=to_text(event.occurred_at or event.received_at),
        datacontenttype="application/json",
        data=_data(event, priority, sender, attempt),
        subject=sender.resident or UNSET,
    )
    return fit_event(body, ALARM_LIMIT_BYTES if branch_of(event) == topics.ALARM else OTHER_LIMIT_BYTES)


def _data(event: Event, priority: Priority, sender: Sender, attempt: Attempt) -> Data:
    contact_id, scaip = codes_of(event)
    state = _state(event)
    return Data(
        alarm=_raised_id(event),
        kind=Kind.ALARM if _clears_alarm(event) else event.kind,
        type=event.type,
        priority=priority,
        device=event.device,
        model=event.model,
        room=event.room,
        supervised=event.supervised,
        state=state.value if state else None,
        test=event.is_test,
        # A house that did not know the time does not know how long ago it was either.
        late=event.clock_quality is ClockQuality.SYNCHRONISED and attempt.sent_at - event.received_at > LATE_AFTER,
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
        evidence=_evidence(event),
        scaip=list(scaip) if scaip else None,
        contact_id=contact_id,
        location=_location(event),
    )


def _location(event: Event) -> Position | UnsetType:
    """Only an alarm or a test takes along where somebody is, whatever else bears it."""
    found = event.location
    if found is None or event.kind not in (Kind.ALARM, Kind.TEST):
        return UNSET
    return Position(
        latitude=found.latitude,
        longitude=found.longitude,
        accuracy_m=found.accuracy_m,
        fixed_at=to_text(found.fixed_at or event.received_at),
        age_seconds=found.age_seconds,
        source=found.source,
        datum=found.datum.value,
    )


def _state(event: Event) -> State | None:
    """The condition: a restore says that it is over, whatever bears a condition and says no state is active."""
    if event.kind is Kind.RESTORE:
        return State.CLEARED
    return State.ACTIVE if event.state is None and event.kind in _BEARS_CONDITION else event.state


def _evidence(event: Event) -> dict[str, Any]:
    score = {} if event.confidence is None else {"score": event.confidence}
    return {**leaving({**event.evidence, **score}), "repeat_count": event.repeat_count}


def _raised_id(event: Event) -> str | None:
    """The raised event's id. On the alarm topic no message goes without one: it raises where it names no other."""
    return event.alarm or (event.id if branch_of(event) == topics.ALARM else None)


def _clears_alarm(event: Event) -> bool:
    return event.kind is Kind.RESTORE and event.alarm is not None and event.type in _ALARM_NAMES
