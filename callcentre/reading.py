"""From a topic and bytes to a report: pure, never raises, drops no alarm.

Identity comes from the topic. Of the payload only the words are believed, and each of them is bounded here.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from callcentre.reading_fault import DEVICE_FAULT, read_fault
from callcentre.reading_finding import read_finding
from callcentre.reading_location import read_location
from callcentre.reading_status import read_status
from callcentre.reports import (
    AlarmReport,
    DigestReport,
    EventReport,
    Fileable,
    Refusal,
    StatusReport,
    Step,
    UnreadableReport,
)
from gateway.contract import topics
from gateway.contract.codes import ALARM_CODES
from gateway.contract.envelope import LATE_AFTER, OTHER_LIMIT_BYTES, Message, Unreadable, decode
from gateway.contract.messages import Digest
from gateway.contract.times import from_text

TEXT_LIMIT = 64
RAW_LIMIT_BYTES = 4_096
REPEAT_LIMIT = 1_000_000
_ALARM_TYPES = frozenset(str(name) for name in ALARM_CODES)
_FIRE_TYPES = frozenset({"smoke", "heat", "co", "gas"})
_PROPERTY_TYPES = frozenset({"water", "intrusion", "door_left_open"})
_ALARM_PRIORITIES = frozenset({"fire", "person", "property"})
_STEPS = {
    "anju.alarm.raised": Step.RAISED,
    "anju.test.raised": Step.RAISED,
    "anju.alarm.updated": Step.UPDATED,
    "anju.alarm.cleared": Step.CLEARED,
    "anju.alarm.cancelled": Step.CANCELLED,
}
_AHEAD_ALLOWED = timedelta(minutes=1)
_DEVICE_CLOCK_ALLOWED = timedelta(hours=24)


def read(district: str, topic: str, payload: bytes, *, retained: bool, now: datetime) -> Fileable | Refusal:
    """What one message means, at the desk's time `now` (aware)."""
    house = topics.parse(topic)
    if house is None or house.district != district:
        return Refusal(reason="foreign_topic")
    if house.branch == topics.STATUS:
        return _read_status(house.gateway, payload, retained)
    if house.branch == topics.TELEMETRY:
        return _read_digest(house.gateway, payload)
    if house.branch not in (topics.ALARM, topics.EVENT):
        return Refusal(reason="foreign_topic")
    return _read_message(house.gateway, house.branch, payload, now)


def unstorable(topic: str, payload: bytes) -> UnreadableReport | Refusal:
    """The report for a message that was read but whose words the database cannot take: its bytes alone."""
    house = topics.parse(topic)
    if house is None or house.branch not in (topics.ALARM, topics.EVENT):
        return Refusal(reason="unstorable")
    return UnreadableReport(
        gateway=house.gateway,
        branch=house.branch,
        id=_digest_of(payload),
        bears_id=False,
        reason="unstorable",
        raw=payload[:RAW_LIMIT_BYTES],
    )


def _read_message(gateway: str, branch: str, payload: bytes, now: datetime) -> Fileable | Refusal:
    message = _decode(payload)
    if isinstance(message, Unreadable):
        return UnreadableReport(
            gateway=gateway,
            branch=branch,
            id=message.id,
            bears_id=message.bears_id,
            reason=message.reason,
            raw=payload[:RAW_LIMIT_BYTES],
        )
    return _alarm(gateway, message, now) if branch == topics.ALARM else _event(gateway, message)


def _decode(payload: bytes) -> Message | Unreadable:
    """As the contract decodes, and nothing beyond its size."""
    if len(payload) <= OTHER_LIMIT_BYTES:
        try:
            return decode(payload)
        except OverflowError:  # a time that no calendar holds
            return Unreadable(id=_digest_of(payload), reason="bad_time", bears_id=False)
    start = decode(payload[: OTHER_LIMIT_BYTES // 2])  # cut short, so it can only be unreadable: its id is wanted
    bears_id = isinstance(start, Unreadable) and start.bears_id
    return Unreadable(id=start.id if bears_id else _digest_of(payload), reason="too_large", bears_id=bears_id)


def _digest_of(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()[:32]


def _read_status(gateway: str, payload: bytes, retained: bool) -> Fileable | Refusal:
    if not payload:
        return Refusal(reason="empty_status")
    if len(payload) > OTHER_LIMIT_BYTES:
        return Refusal(reason="too_large")
    status = read_status(payload)
    if status is None:
        return Refusal(reason="bad_status")
    return StatusReport(gateway=gateway, status=status, retained=retained)


def _read_digest(gateway: str, payload: bytes) -> Fileable | Refusal:
    if len(payload) > OTHER_LIMIT_BYTES:
        return Refusal(reason="too_large")
    try:
        msgspec.json.decode(payload, type=Digest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Refusal(reason="bad_telemetry")
    return DigestReport(gateway=gateway)


def _alarm(gateway: str, message: Message, now: datetime) -> AlarmReport:
    data = message.data
    known = _STEPS.get(message.type)
    step = known or (Step.RAISED if message.alarm == message.id else Step.UPDATED)
    kind = _text(data.get("type")) or "unknown"
    return AlarmReport(
        gateway=gateway,
        id=message.id,
        # A raised event is its own alarm: joining it to another one could hide it.
        alarm=message.id if step is Step.RAISED else message.alarm[:TEXT_LIMIT],
        step=step,
        type=kind,
        priority=_priority(data.get("priority"), kind) if known else "person",
        test=message.type == "anju.test.raised" or data.get("test") is True,
        late=_is_late(message, now),
        since=_since(message, now),
        room=_text(data.get("room")),
        device=_text(data.get("device")),
        model=_text(data.get("model")),
        pseudonym=_text(message.subject),
        battery_low=_flag(data.get("battery_low")),
        supervised=_flag(data.get("supervised")),
        repeat_count=_repeat_count(data),
        finding=read_finding(data.get("evidence"), kind),
        location=read_location(data.get("location")),
    )


def _event(gateway: str, message: Message) -> EventReport:
    data = message.data
    kind = _text(data.get("kind")) or "unknown"
    # A restore's type is the kind or the trouble type that is over.
    named = kind in ("trouble", "restore", "service_request")
    name = (_text(data.get("type")) or kind) if named else kind
    return EventReport(
        gateway=gateway,
        id=message.id,
        kind=kind,
        name=name,
        device=_text(data.get("device")) or _where(data),
        room=_text(data.get("room")),
        at=_clock_of(data) or _plausible(message.time),
        detail=read_fault(data.get("evidence")) if name == DEVICE_FAULT else "",
    )


def _where(data: dict[str, Any]) -> str:
    """Which line, way or part of the house, where no device is meant: two lost lines are two faults."""
    evidence = data.get("evidence")
    return (_text(evidence.get("where")) if isinstance(evidence, dict) else None) or ""


def _priority(claimed: Any, kind: str) -> str:
    if kind not in _ALARM_TYPES:
        return "person"
    if isinstance(claimed, str) and claimed in _ALARM_PRIORITIES:
        return claimed
    return "fire" if kind in _FIRE_TYPES else "property" if kind in _PROPERTY_TYPES else "person"


def _clock_of(data: dict[str, Any]) -> datetime | None:
    """When the house itself received it."""
    return _moment(data.get("received_at"))


def _is_late(message: Message, now: datetime) -> bool:
    """Whether it happened more than 24 h ago. A house that does not know the time is never late: it is heard."""
    if message.data.get("clock_quality") == "untrusted":
        return False
    happened = _clock_of(message.data) or _plausible(message.time)
    return happened is not None and now - happened > LATE_AFTER


def _since(message: Message, now: datetime) -> datetime | None:
    """The device's time where it fits the house's, else the house's; None where neither can be right."""
    house = _clock_of(message.data)
    if message.data.get("clock_quality") == "untrusted":
        return None
    happened = _plausible(message.time)
    if house is not None and (happened is None or not house - _DEVICE_CLOCK_ALLOWED <= happened <= house):
        happened = house
    if happened is None or happened > now + _AHEAD_ALLOWED:
        return None
    return happened


def _repeat_count(data: dict[str, Any]) -> int | None:
    evidence = data.get("evidence")
    count = evidence.get("repeat_count") if isinstance(evidence, dict) else None
    if isinstance(count, bool) or not isinstance(count, int):
        return None
    return min(max(count, 1), REPEAT_LIMIT)


def _text(value: Any) -> str | None:
    return value[:TEXT_LIMIT] if isinstance(value, str) and value else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _moment(value: Any) -> datetime | None:
    try:
        return _plausible(from_text(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _plausible(moment: datetime | None) -> datetime | None:
    """Years no house can mean are no time at all; reckoning with them could overflow."""
    return moment if moment is not None and 2000 <= moment.year < 9000 else None
