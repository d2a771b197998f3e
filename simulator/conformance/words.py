"""What a house says while it checks a platform: every kind of message, as the gateway itself would encode it."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import uuid_utils

from drivers.event import ClockQuality, Event, Kind, State
from gateway.contract import topics
from gateway.contract.envelope import ALARM_LIMIT_BYTES, OTHER_LIMIT_BYTES, Attempt, Sender, branch_of, encode
from gateway.contract.limits import encode_status
from gateway.contract.messages import Digest, DigestData, Priority, Status
from gateway.contract.times import to_text

ROUTE = "mqtt"
_CORD: dict[str, Any] = {"device": "check-cord", "model": "ev1527-cord", "room": "bathroom", "supervised": False}
_DETECTOR: dict[str, Any] = {"device": "check-smoke", "model": "generic-smoke", "room": "kitchen", "supervised": True}


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way: the branch that it goes over, its id, its bytes."""

    branch: str
    id: str
    payload: bytes


def new_id() -> str:
    """A UUIDv7."""
    return str(uuid_utils.uuid7())


class Speaker:
    """Words of one house with one database."""

    def __init__(self, district: str, gateway: str) -> None:
        self._sender = Sender(gateway=gateway, district=district, resident="r-check", store=secrets.token_hex(8))
        self._sequence = 0
        self._session = int(datetime.now(UTC).timestamp())
        self._begin = datetime.now(UTC)

    def say(
        self, kind: Kind, type_: str | None, priority: Priority, *, ago: timedelta = timedelta(), **fields: Any
    ) -> Message:
        """A new event, heard `ago`."""
        id_ = fields.pop("id", None) or new_id()
        raises = kind is Kind.ALARM and "alarm" not in fields
        event = Event(
            id=id_, kind=kind, type=type_, received_at=datetime.now(UTC) - ago,
            clock_quality=ClockQuality.SYNCHRONISED, **fields | ({"alarm": id_} if raises else {}),
        )  # fmt: skip
        self._sequence += 1
        return self._encoded(event, priority, self._sequence, 1)

    def alarm(self, type_: str = "sos", *, ago: timedelta = timedelta(), **fields: Any) -> Message:
        """A cord that is pulled, or smoke that rises."""
        device = _DETECTOR if type_ == "smoke" else _CORD
        return self.say(Kind.ALARM, type_, "fire" if type_ == "smoke" else "person", ago=ago, **device, **fields)

    def updated(self, alarm: str) -> Message:
        """More presses of the same cord."""
        return self.say(Kind.ALARM, "sos", "person", alarm=alarm, repeat_count=14, **_CORD)

    def cleared(self, alarm: str) -> Message:
        """The smoke is gone."""
        return self.say(Kind.RESTORE, "smoke", "record", alarm=alarm, **_DETECTOR)

    def cancelled(self) -> Message:
        """A fall that the resident has cancelled before it was an alarm: its own id is its alarm's."""
        id_ = new_id()
        return self.say(Kind.ALARM, "fall", "person", id=id_, alarm=id_, state=State.CANCELLED, device="check-band")

    def test(self) -> Message:
        """A test of the smoke detector, on the alarm's path."""
        return self.say(Kind.TEST, "smoke", "fire", **_DETECTOR)

    def again(self, message: Message, attempt: int) -> Message:
        """The same message, one attempt later."""
        body = msgspec.json.decode(message.payload)
        body["data"] |= {"attempt": attempt, "sent_at": to_text(datetime.now(UTC))}
        return Message(message.branch, message.id, msgspec.json.encode(body))

    def status(self, state: Literal["online", "offline", "stopping"] = "online", *alarms: str) -> bytes:
        """A birth or heartbeat that lists these open alarms, or an end."""
        return encode_status(
            Status(
                state=state, session=self._session, at=to_text(datetime.now(UTC)), version="check",
                heartbeat_minutes=60, store=self._sender.store, boot=1, open=list(alarms),
            )
        )  # fmt: skip

    def next_session(self) -> None:
        """Another connection begins."""
        self._session += 1

    def digest(self) -> Message:
        """Half an hour of nothing."""
        now, id_ = to_text(datetime.now(UTC)), new_id()
        digest = Digest(
            specversion="1.0", id=id_, source=f"/gateways/{self._sender.gateway}", type="anju.telemetry.digest",
            time=now, datacontenttype="application/json",
            data=DigestData(since=to_text(self._begin), until=now, store=self._sender.store, devices=[]),
        )  # fmt: skip
        return Message(topics.TELEMETRY, id_, msgspec.json.encode(digest))

    def _encoded(self, event: Event, priority: Priority, sequence: int, number: int) -> Message:
        attempt = Attempt(boot=1, sequence=sequence, number=number, route=ROUTE, sent_at=datetime.now(UTC))
        return Message(branch_of(event), event.id, encode(event, priority, self._sender, attempt))


def changed(message: Message, **keys: Any) -> Message:
    """The same message with other keys in its envelope; keys of `data` are merged."""
    body = msgspec.json.decode(message.payload)
    body = body | keys | {"data": body["data"] | keys.get("data", {})}
    return Message(message.branch, message.id, msgspec.json.encode(body))


def filled_up(message: Message) -> Message:
    """The same message, as long as the contract allows on its branch."""
    limit = ALARM_LIMIT_BYTES if message.branch == topics.ALARM else OTHER_LIMIT_BYTES
    room = limit - len(changed(message, data={"evidence": {"repeat_count": 1, "filler": ""}}).payload)
    return changed(message, data={"evidence": {"repeat_count": 1, "filler": "x" * room}})
