"""A reader survives whatever bytes arrive, and an alarm that it cannot read still has an id to answer."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract.envelope import OTHER_LIMIT_BYTES, Message, Unreadable, decode
from tests.contract.events import anything

GOOD: dict[str, Any] = {"id": "a-1", "type": "anju.alarm.raised", "data": {"kind": "alarm"}}


def unreadable(payload: bytes) -> Unreadable:
    result = decode(payload)
    assert isinstance(result, Unreadable)
    return result


@given(st.binary(max_size=600))
def test_any_bytes_give_a_message_or_an_id(payload: bytes) -> None:
    result = decode(payload)
    assert 0 < len(result.id) <= 64


@given(st.dictionaries(st.sampled_from(["id", "type", "data", "time", "subject"]), anything))
def test_any_json_gives_a_message_or_an_id(document: dict[str, Any]) -> None:
    payload = json.dumps(document, default=repr).encode()
    result = decode(payload)
    assert 0 < len(result.id) <= 64
    result.id.encode()


@given(anything, anything)
def test_a_malformed_time_or_subject_does_not_hide_an_alarm(time: Any, subject: Any) -> None:
    payload = json.dumps({**GOOD, "time": time, "subject": subject}, default=repr).replace("NaN", "1")
    result = decode(payload.replace("-Infinity", "1").replace("Infinity", "1").encode())
    assert isinstance(result, Message) or result.reason == "bad_json"
    assert result.id == "a-1"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"id":"a-1","type":"\xff\xfe"', "bad_utf8"),
        (b'{"id":"a-1","data":{"kind":"alarm","value":NaN}}', "bad_json"),
        (b'{"id":"a-1","data":' + b"[" * 100_000, "too_large"),
        (b'{"id":"a-1","data":' + b"[" * 16_000, "bad_shape"),
        (b'{"id":"a-1","type":"anju.alarm.raised","data":{"a":' + b"[" * 4_000 + b"]" * 4_000 + b"}}", "too_deep"),
        (b'{"id":"a-1","data":"' + b"x" * 5_000_000 + b'"}', "too_large"),
        (b'{"id":"a-1","type":"anju.alarm.raised"', "bad_json"),
        (b'{"data":{"id":"deeper"},"id":"a-1","type":7}', "bad_shape"),
        (b'{"id":"a-1","type":"anju.alarm.raised","data":[]}', "bad_shape"),
        (b'{"id":"a-1","type":"anju.alarm.raised","data":{}}', "no_kind"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_keeps_its_own_id(payload: bytes, reason: str) -> None:
    result = unreadable(payload)
    assert (result.id, result.bears_id) == ("a-1", True)
    assert result.reason == reason


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00\xff",
        b"[]",
        b'{"type":"anju.alarm.raised","data":{"kind":"alarm","id":"deeper"}}',
        b'{"id":"","type":"anju.alarm.raised","data":{"kind":"alarm"}}',
        b'{"id":"' + b"x" * 65 + b'","type":"anju.alarm.raised","data":{"kind":"alarm"}}',
        b'{"id":"a\\nb","type":"anju.alarm.raised","data":{"kind":"alarm"}}',
    ],
)
def test_what_bears_no_id_gets_one_from_its_bytes(payload: bytes) -> None:
    result = unreadable(payload)
    assert not result.bears_id
    assert result.id == hashlib.sha256(payload).hexdigest()[:32]


def test_words_of_a_later_version_are_kept_as_they_came() -> None:
    document = {"id": "a-1", "type": "anju.alarm.whispered", "new": 1, "data": {"kind": "premonition", "colour": "red"}}
    assert decode(json.dumps(document).encode()) == Message(
        id="a-1", type="anju.alarm.whispered", time=None, subject=None, data={"kind": "premonition", "colour": "red"}
    )


@pytest.mark.parametrize(("alarm", "joined"), [("a-0", "a-0"), (None, "a-1"), (7, "a-1")])
def test_a_message_joins_by_data_alarm_else_by_its_own_id(alarm: Any, joined: str) -> None:
    result = decode(json.dumps({**GOOD, "data": {"kind": "alarm", "alarm": alarm}}).encode())
    assert isinstance(result, Message)
    assert result.alarm == joined


def test_the_largest_allowed_message_is_read() -> None:
    document = {**GOOD, "data": {"kind": "alarm", "filling": ""}}
    document["data"]["filling"] = "x" * (OTHER_LIMIT_BYTES - len(json.dumps(document)))
    payload = json.dumps(document).encode()
    assert len(payload) == OTHER_LIMIT_BYTES
    assert isinstance(decode(payload), Message)
