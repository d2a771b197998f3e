"""One day of messages, made by the code that sends them: the examples of the published contract.

`python -P -m gateway.contract.examples NAME` prints one of them with its topic; without a name, the names.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from drivers.event import ClockQuality, Event, Kind, Location, LocationSource, State
from gateway.contract import topics
from gateway.contract.envelope import Attempt, Sender, branch_of, encode
from gateway.contract.limits import encode_status
from gateway.contract.messages import (
    Answer,
    CentreStatus,
    Command,
    DeviceDigest,
    Digest,
    DigestData,
    Priority,
    Protection,
    Reply,
    Status,
)
from gateway.contract.times import to_text

DISTRICT = "d1"
GATEWAY = "gw-0001"
CENTRE_STATUS = "centre/status"
"""The branch name that stands here for the centre's own topic."""

_SENDER = Sender(gateway=GATEWAY, district=DISTRICT, resident="r-0001", store="6f1d7c52a90e4b38")
_BEGIN = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def _time(seconds: float) -> str:
    return to_text(_BEGIN + timedelta(seconds=seconds))


def _id(number: int, seconds: float = 0) -> str:
    """A UUIDv7 of that moment, told apart by `number` where a library would draw lots."""
    milliseconds = int((_BEGIN + timedelta(seconds=seconds)).timestamp() * 1000)
    return str(UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | number))


_SMOKE = _id(1)
_CORD = _id(2, 3600)
_FALL = _id(3, 7200)
_HEART = _id(19, 9800)
_LIE = _id(23, 10500)
_WATCH = _id(4, 8000)


class Example(NamedTuple):
    """One message: `branch` is that of `topics`, or `CENTRE_STATUS`; `payload` the bytes on the wire."""

    name: str
    branch: str
    payload: bytes

    @property
    def topic(self) -> str:
        """The topic it goes over."""
        if self.branch == CENTRE_STATUS:
            return topics.centre_status(DISTRICT)
        return topics.house(DISTRICT, GATEWAY, self.branch)


def all_examples() -> list[Example]:
    """Every example, in the order of the contract's topics."""
    return [*_alarms(), *_events(), _digest(), *_statuses(), *_answers(), *_commands(), *_replies(), _centre()]


def _sent(name: str, priority: Priority, sequence: int, after_seconds: float, event_id: str, **fields: Any) -> Example:
    event = Event(
        id=event_id,
        received_at=_BEGIN + timedelta(seconds=after_seconds),
        clock_quality=ClockQuality.SYNCHRONISED,
        **fields,
    )
    sent_at = event.received_at + timedelta(milliseconds=9)
    attempt = Attempt(boot=12, sequence=sequence, number=1, route="mqtt", sent_at=sent_at)
    return Example(name, branch_of(event), encode(event, priority, _SENDER, attempt))


_TOO_HIGH = {
    "quantity": "heart_rate", "unit": "bpm", "readings": [135.0, 140.0, 138.0],
    "beyond": "high", "limit": 130.0, "in_a_row": 3, "minutes": 10,
}  # fmt: skip
_TAKEN_BACK = {
    "peak_g": 3.4, "still_seconds": 1.0, "turned_degrees": 22, "window": "cancelled", "window_seconds": 20,
    "held_seconds": 6.4, "cancelled_by": "button-bed", "explanation": "fall.said_all_right",
}  # fmt: skip
_LIES_STILL = {
    "peak_g": 5.8, "still_seconds": 16, "turned_degrees": 74, "lying": True, "window": "due", "window_seconds": 20,
    "held_seconds": 20.0, "explanation": "fall.lying_still",
}  # fmt: skip
_LONG_LIE = {"still_seconds": 290, "turned_degrees": 74, "lying": True, "long_lie_minutes": 5}
_DETECTOR = {"device": "smoke-kitchen", "model": "generic-smoke", "room": "kitchen", "supervised": True}
_PULL_CORD = {"device": "cord-bath", "model": "ev1527-cord", "room": "bathroom", "supervised": False}


def _worn() -> dict[str, Any]:
    """A press of a watch that had told a minute before where it is."""
    fix = Location(
        latitude=39.907333,
        longitude=116.391083,
        fixed_at=_BEGIN + timedelta(seconds=7940),
        source=LocationSource.GNSS,
        age_seconds=60.0,
    )
    watch = {"device": "watch", "model": "generic", "supervised": True, "location": fix}
    return {**watch, "kind": Kind.ALARM, "type": "sos", "alarm": _WATCH}


def _alarms() -> list[Example]:
    smoke = {**_DETECTOR, "kind": Kind.ALARM, "type": "smoke", "alarm": _SMOKE}
    cord = {**_PULL_CORD, "kind": Kind.ALARM, "type": "sos", "alarm": _CORD}
    cleared = {**smoke, "kind": Kind.RESTORE}
    heart = {"kind": Kind.ALARM, "type": "vital_sign", "alarm": _HEART, "device": "watch", "model": "generic"}
    band = {"kind": Kind.ALARM, "type": "fall", "device": "band", "model": "generic", "supervised": True}
    cancelled = {**band, "alarm": _FALL, "state": State.CANCELLED, "evidence": _TAKEN_BACK}
    lies = {**band, "alarm": _LIE}
    return [
        _sent("smoke_raised", "fire", 101, 0, _SMOKE, **smoke, battery_percent=88.0, link_quality=132),
        _sent("smoke_cleared", "fire", 102, 312, _id(11, 312), **cleared),
        _sent("cord_raised", "person", 103, 3600, _CORD, **cord, repeat_count=12),
        _sent("cord_updated", "person", 104, 3660, _id(12, 3660), **cord, repeat_count=14),
        _sent("fall_cancelled", "person", 105, 7200, _FALL, **cancelled, confidence=0.81),
        _sent("fall_raised", "person", 120, 10500, _LIE, **lies, confidence=0.987, evidence=_LIES_STILL),
        _sent("fall_long_lie", "person", 121, 10800, _id(24, 10800), **lies, evidence=_LONG_LIE),
        _sent("watch_raised", "person", 106, 8000, _WATCH, **_worn(), battery_percent=61.0),
        _sent("heart_rate_high", "person", 112, 9800, _HEART, **heart, evidence=_TOO_HIGH),
        _sent("smoke_tested", "fire", 107, 9000, _id(13, 9000), **_DETECTOR, kind=Kind.TEST, type="smoke"),
    ]


def _events() -> list[Example]:
    return [
        _sent("radio_jammed", "trouble", 108, 9100, _id(14, 9100), kind=Kind.TROUBLE, type="rf_interference"),
        _sent("radio_free_again", "record", 109, 9400, _id(15, 9400), kind=Kind.RESTORE, type="rf_interference"),
        _sent("detector_silent", "trouble", 110, 9500, _id(16, 9500), **_DETECTOR, kind=Kind.SUPERVISION_LOST),
        _sent(
            "cord_battery_low",
            "trouble",
            111,
            9600,
            _id(17, 9600),
            **_PULL_CORD,
            kind=Kind.LOW_BATTERY,
            battery_low=True,
        ),
        _sent(
            "meal_wanted", "record", 112, 9700, _id(18, 9700), kind=Kind.SERVICE_REQUEST, type="meal", room="kitchen"
        ),
    ]


def _digest() -> Example:
    motion = DeviceDigest(
        device="motion-hall", room="hall", last_heard_at=_time(1700), messages=14, activity={"motion": 14}
    )
    digest = Digest(
        specversion="1.0",
        id=_id(30, 1800),
        source=f"/gateways/{GATEWAY}",
        type="anju.telemetry.digest",
        time=_time(1800),
        datacontenttype="application/json",
        data=DigestData(since=_time(0), until=_time(1800), store=_SENDER.store, devices=[motion]),
        subject="r-0001",
    )
    return Example("half_an_hour", topics.TELEMETRY, msgspec.json.encode(digest))


def _statuses() -> list[Example]:
    birth = Status(
        state="online",
        session=42,
        at=_time(0),
        version="0.1.0",
        heartbeat_minutes=5,
        store=_SENDER.store,
        boot=12,
        devices={"smoke-kitchen": _time(-60), "cord-bath": None},
        open=[_SMOKE],
        settings="installer",
        protection=Protection(inactivity="watching", kinds=["inactivity", "not_up", "bathroom_long"]),
    )
    return [
        Example("birth", topics.STATUS, encode_status(birth)),
        Example("stopping", topics.STATUS, encode_status(Status(state="stopping", session=42, at=_time(8000)))),
        Example("will", topics.STATUS, encode_status(Status(state="offline", session=42, at=_time(0)))),
    ]


def _answers() -> list[Example]:
    answers = {
        "received": Answer(id=_id(40), about=_SMOKE, state="received", at=_time(0.1)),
        "accepted": Answer(id=_id(41), about=_SMOKE, state="accepted", at=_time(9), role="operator"),
        "dispatched": Answer(
            id=_id(42), about=_SMOKE, state="dispatched", at=_time(40), role="community_guard", minutes=8
        ),
        "arrived": Answer(id=_id(43), about=_SMOKE, state="arrived", at=_time(500), role="community_guard"),
        "resolved": Answer(
            id=_id(44), about=_SMOKE, state="resolved", at=_time(900), role="operator", result="cooking_smoke"
        ),
        "hold": Answer(id=_id(45), about=_CORD, state="hold", at=_time(3600.2)),
        "received_unreadable": Answer(id=_id(46), about=_CORD, state="received", at=_time(3612), understood=False),
    }
    return [Example(name, topics.ANSWER, msgspec.json.encode(answer)) for name, answer in answers.items()]


def _commands() -> list[Example]:
    rebirth = Command(id=_id(50), command="rebirth", issuer="desk-1", issued_at=_time(0), expires_at=_time(60))
    heartbeat = msgspec.structs.replace(rebirth, id=_id(51), command="set_heartbeat", heartbeat_minutes=15)
    speak = msgspec.structs.replace(rebirth, id=_id(52), command="speak", sentence="answer_phone")
    silence = msgspec.structs.replace(rebirth, id=_id(53), command="silence", alarm=_SMOKE)
    test = msgspec.structs.replace(rebirth, id=_id(54), command="test", device="smoke-kitchen", type="smoke")
    return [
        Example("rebirth", topics.COMMAND, msgspec.json.encode(rebirth)),
        Example("set_heartbeat", topics.COMMAND, msgspec.json.encode(heartbeat)),
        Example("speak", topics.COMMAND, msgspec.json.encode(speak)),
        Example("silence", topics.COMMAND, msgspec.json.encode(silence)),
        Example("test", topics.COMMAND, msgspec.json.encode(test)),
    ]


def _replies() -> list[Example]:
    done = Reply(id=_id(51), command="set_heartbeat", done=True, at=_time(0.2))
    refused = Reply(id=_id(50), command="rebirth", done=False, at=_time(400), reason="expired")
    return [
        Example("done", topics.REPLY, msgspec.json.encode(done)),
        Example("refused", topics.REPLY, msgspec.json.encode(refused)),
    ]


def _centre() -> Example:
    status = CentreStatus(state="online", at=_time(-86_400))
    return Example("centre_listens", CENTRE_STATUS, msgspec.json.encode(status))


def main(arguments: list[str]) -> int:
    """Print the named example, topic first; exit status 2 for a name that there is not."""
    examples = {example.name: example for example in all_examples()}
    if not arguments:
        sys.stdout.writelines(f"{name}\n" for name in examples)
        return 0
    if len(arguments) > 1 or arguments[0] not in examples:
        sys.stderr.write(f"no such example: {' '.join(arguments)} (without a name, the names are printed)\n")
        return 2
    example = examples[arguments[0]]
    text = json.dumps(json.loads(example.payload), indent=2, ensure_ascii=False)
    sys.stdout.write(f"{example.topic}\n{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
