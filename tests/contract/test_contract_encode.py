"""What leaves the house: the right words, within the sizes, with nothing personal, whatever the event."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from drivers.event import AlarmType, ClockQuality, Event, Kind, Location, LocationSource, State
from gateway.contract import topics
from gateway.contract.envelope import (
    ALARM_LIMIT_BYTES,
    OTHER_LIMIT_BYTES,
    Attempt,
    Message,
    Sender,
    branch_of,
    decode,
    encode,
    type_of,
)
from gateway.contract.messages import CloudEvent, Data, Priority
from gateway.contract.times import from_text, to_text
from tests.contract.events import NOON, SENDER, attempt, attempts, event, events, new_id, priorities, senders

ALARM = new_id()


def document(made: Event, **attempt_fields: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(encode(made, "person", SENDER, attempt(**attempt_fields)))
    return decoded


@pytest.mark.parametrize(
    ("made", "branch", "type_"),
    [
        (Event(id=ALARM, kind=Kind.ALARM, type="sos", alarm=ALARM, received_at=NOON), "alarm", "anju.alarm.raised"),
        (event(Kind.ALARM, "sos"), "alarm", "anju.alarm.raised"),
        (event(Kind.ALARM, "sos", alarm=ALARM), "alarm", "anju.alarm.updated"),
        (event(Kind.ALARM, "fall", alarm=ALARM, state=State.CANCELLED), "alarm", "anju.alarm.cancelled"),
        (event(Kind.RESTORE, "smoke", alarm=ALARM), "alarm", "anju.alarm.cleared"),
        (event(Kind.RESTORE, "mains"), "event", "anju.event.restore"),
        (event(Kind.TEST, "smoke"), "alarm", "anju.test.raised"),
        (event(Kind.TROUBLE, "rf_interference"), "event", "anju.event.trouble"),
        (event(Kind.SUPERVISION_LOST), "event", "anju.event.supervision_lost"),
        (event(Kind.SERVICE_REQUEST, "meal"), "event", "anju.event.service_request"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_event_leaves_on_its_topic_under_its_type(made: Event, branch: str, type_: str) -> None:
    assert (branch_of(made), type_of(made), document(made)["type"]) == (branch, type_, type_)


def test_a_raised_alarm_says_everything() -> None:
    made = Event(
        id=ALARM,
        kind=Kind.ALARM,
        type="smoke",
        alarm=ALARM,
        received_at=NOON,
        occurred_at=NOON - timedelta(seconds=1),
        device="smoke-kitchen",
        model="generic-smoke",
        room="kitchen",
        address="smoke-1",
        supervised=True,
        battery_percent=88.0,
        repeat_count=3,
        confidence=0.75,
        evidence={"repeat_count": 1, "verdict": "night_wandering"},
        raw="7b7d",
    )
    sent = attempt(number=2, sent_at=NOON + timedelta(milliseconds=12))
    assert json.loads(encode(made, "fire", SENDER, sent)) == {
        "specversion": "1.0",
        "id": ALARM,
        "source": "/gateways/gw-0001",
        "type": "anju.alarm.raised",
        "time": "2026-03-01T11:59:59.250Z",
        "datacontenttype": "application/json",
        "subject": "r-0001",
        "data": {
            "alarm": ALARM,
            "kind": "alarm",
            "type": "smoke",
            "priority": "fire",
            "device": "smoke-kitchen",
            "model": "generic-smoke",
            "room": "kitchen",
            "supervised": True,
            "state": "active",
            "test": False,
            "late": False,
            "store": SENDER.store,
            "boot": 1,
            "sequence": 7,
            "clock_quality": "untrusted",
            "received_at": "2026-03-01T12:00:00.250Z",
            "sent_at": "2026-03-01T12:00:00.262Z",
            "attempt": 2,
            "route": "mqtt",
            "battery_percent": 88.0,
            "battery_mv": None,
            "battery_low": None,
            "rssi_dbm": None,
            "link_quality": None,
            "silenced": None,
            "evidence": {"repeat_count": 3, "score": 0.75, "verdict": "night_wandering"},
            "scaip": ["0023", "0009"],
            "contact_id": "111",
        },
    }


WHERE = Location(
    latitude=39.907333,
    longitude=-116.391083,
    accuracy_m=12.0,
    fixed_at=NOON - timedelta(minutes=5),
    source=LocationSource.GNSS,
    age_seconds=300.0,
)


@pytest.mark.parametrize("kind", list(Kind))
def test_only_an_alarm_and_a_test_take_along_where_somebody_is(kind: Kind) -> None:
    data = document(event(kind, "sos", location=WHERE))["data"]
    if kind not in (Kind.ALARM, Kind.TEST):
        assert "39.9" not in json.dumps(data)
        return
    assert data["location"] == {
        "latitude": 39.907333,
        "longitude": -116.391083,
        "accuracy_m": 12.0,
        "fixed_at": "2026-03-01T11:55:00.250Z",
        "age_seconds": 300.0,
        "source": "gnss",
        "datum": "wgs84",
    }


def test_an_end_of_an_alarm_is_an_alarm_that_is_cleared() -> None:
    data = document(event(Kind.RESTORE, "smoke", alarm=ALARM))["data"]
    assert (data["kind"], data["state"], data["alarm"], data["type"]) == ("alarm", "cleared", ALARM, "smoke")


def test_another_end_is_a_restore_that_is_cleared_and_names_no_alarm() -> None:
    data = document(event(Kind.RESTORE, "low_battery"))["data"]
    assert (data["kind"], data["state"], data["alarm"], data["type"]) == ("restore", "cleared", None, "low_battery")


def test_a_test_says_so_and_is_its_own_alarm_to_join_by() -> None:
    made = event(Kind.TEST, "smoke")
    data = document(made)["data"]
    assert (data["kind"], data["test"], data["alarm"]) == ("test", True, made.id)


@pytest.mark.parametrize(("age", "late"), [(timedelta(hours=24), False), (timedelta(hours=24, seconds=1), True)])
def test_an_alarm_older_than_a_day_is_late(age: timedelta, late: bool) -> None:
    alarm = structs.replace(event(Kind.ALARM, "sos"), clock_quality=ClockQuality.SYNCHRONISED)
    assert document(alarm, sent_at=NOON + age)["data"]["late"] is late
    without_time = structs.replace(alarm, clock_quality=ClockQuality.UNTRUSTED)
    assert document(without_time, sent_at=NOON + age)["data"]["late"] is False, "it does not know how old it is"


def test_a_shared_room_has_no_subject() -> None:
    sender = replace(SENDER, resident=None)
    assert "subject" not in json.loads(encode(event(Kind.ALARM, "sos"), "person", sender, attempt()))


@given(events, priorities, senders, attempts)
def test_any_event_fits_and_reads_back(made: Event, priority: Priority, sender: Sender, sent: Attempt) -> None:
    payload = encode(made, priority, sender, sent)
    on_alarm = branch_of(made) == topics.ALARM
    assert len(payload) <= (ALARM_LIMIT_BYTES if on_alarm else OTHER_LIMIT_BYTES)
    read = decode(payload)
    assert isinstance(read, Message)
    assert (read.id, read.type) == (made.id, type_of(made))
    assert read.time == from_text(to_text(made.occurred_at or made.received_at))
    assert read.alarm == (made.alarm or made.id)
    data = read.data
    assert (data["priority"], data["boot"], data["sequence"]) == (priority, sent.boot, sent.sequence)
    assert (data["attempt"], data["test"]) == (sent.number, made.kind is Kind.TEST)
    assert data["evidence"]["repeat_count"] == made.repeat_count
    for name in ("type", "device", "model", "room"):
        value = getattr(made, name)
        assert data[name] == value or value.startswith(data[name])
    if on_alarm:
        assert isinstance(data["alarm"], str)


@given(events, priorities, senders, attempts)
def test_no_key_but_the_contract_s_ever_leaves(made: Event, priority: Priority, sender: Sender, sent: Attempt) -> None:
    read = json.loads(encode(made, priority, sender, sent))
    assert set(read) - {"subject"} == set(CloudEvent.__struct_fields__) - {"subject"}
    with_location = made.location is not None and made.kind in (Kind.ALARM, Kind.TEST)
    assert set(read["data"]) == set(Data.__struct_fields__) - (set() if with_location else {"location"})
    assert not {"address", "name", "raw"} & set(read["data"])


@pytest.mark.parametrize(
    "text", ["x" * 50_000, "居" * 50_000, "\x00" * 50_000, '"' * 50_000], ids=lambda text: repr(text[0])
)
@pytest.mark.parametrize("name", [*AlarmType, "a_word_of_tomorrow" * 1000])
def test_an_alarm_with_huge_texts_is_sent_cut(name: str, text: str) -> None:
    made = event(Kind.ALARM, name, device=text, model=text, room=text, evidence={"explanation": "a" * 64, "score": 0.5})
    where = structs.replace(WHERE, latitude=-89.123456, accuracy_m=1234567.125, age_seconds=86400000.5)
    made = structs.replace(made, location=where)
    sender = Sender(gateway="g" * 32, district="d1", resident=text, store=text)
    sent = Attempt(boot=2**53, sequence=2**53, number=2**53, route=text, sent_at=NOON)
    payload = encode(made, "fire", sender, sent)
    assert len(payload) <= ALARM_LIMIT_BYTES
    data = json.loads(payload)["data"]
    assert data["evidence"] == {"repeat_count": 1, "shortened": True}
    assert name.startswith(data["type"])
    assert data["location"]["latitude"] == -89.123456
    assert len(data["room"]) >= 64 / 6 - 1


def test_evidence_goes_first_and_the_texts_stay_whole() -> None:
    evidence = {f"feature_{number}": "a" * 60 for number in range(40)}
    made = event(Kind.ALARM, "fall", room="r" * 200, repeat_count=9, evidence=evidence)
    data = document(made)["data"]
    assert data["evidence"] == {"repeat_count": 9, "shortened": True}
    assert data["room"] == "r" * 200


@given(st.sampled_from(Kind), st.text(alphabet="居安", min_size=1, max_size=40))
def test_free_text_never_leaves_as_evidence(kind: Kind, text: str) -> None:
    payload = encode(event(kind, evidence={"verdict": text, "words": [text]}), "person", SENDER, attempt())
    assert text not in payload.decode()
