"""Reading messages and judging steps: pure, so checked against anything."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from callcentre.handling import Handling, Person, Role, Verdict, judge
from callcentre.reading import RAW_LIMIT_BYTES, TEXT_LIMIT, read
from callcentre.reading_finding import read_finding
from callcentre.reading_rhythm import VERDICTS
from callcentre.reports import AlarmReport, Refusal, StatusReport, Step, UnreadableReport
from tests.callcentre.desks import alarm_message

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BRANCHES = st.sampled_from(["alarm", "event", "status", "telemetry", "reply", "answer", "other"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=100)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)


def read_now(topic: str, payload: bytes) -> Any:
    return read("d1", topic, payload, retained=False, now=NOW)


@given(BRANCHES, st.binary(max_size=300))
@example("alarm", b"[" * 100_000)
@example("alarm", b'{"id":"a","type":"b","time":"0001-01-01T00:00:00+23:59","data":{"kind":"alarm"}}')
@example("status", b'{"state":"online","session":99999999999999999999,"at":"2026-01-01T00:00:00Z"}')
def test_any_bytes_become_a_report_or_a_counted_refusal(branch: str, payload: bytes) -> None:
    report = read_now(f"anju/v1/d1/gw-1/{branch}", payload)
    if isinstance(report, UnreadableReport):
        assert len(report.raw) <= RAW_LIMIT_BYTES
        assert 0 < len(report.id) <= 64


@given(st.dictionaries(st.sampled_from(sorted(alarm_message()["data"])), VALUES), st.text(max_size=200))
def test_any_words_in_an_alarm_are_bounded_and_drop_nothing(data: dict[str, Any], subject: str) -> None:
    message = alarm_message(subject=subject)
    message["data"].update(data)
    report = read_now("anju/v1/d1/gw-1/alarm", json.dumps(message).encode())
    assert isinstance(report, AlarmReport | UnreadableReport)
    if isinstance(report, AlarmReport):
        texts = (report.type, report.room, report.device, report.model, report.pseudonym, report.alarm)
        assert all(len(text) <= TEXT_LIMIT for text in texts if text is not None)
        assert report.priority in ("fire", "person", "property")
        assert report.alarm == message["id"]


@given(VALUES | st.dictionaries(st.sampled_from(["latitude", "longitude", "accuracy_m", "age_seconds"]), SCALARS))
def test_a_place_is_on_earth_or_none(location: Any) -> None:
    message = alarm_message(location=location)
    report = read_now("anju/v1/d1/gw-1/alarm", json.dumps(message).encode())
    if isinstance(report, AlarmReport) and report.location is not None:
        assert -90 <= report.location.latitude <= 90
        assert -180 <= report.location.longitude <= 180
        assert report.location.age_seconds is None or report.location.age_seconds >= 0


NUMBERS = st.floats() | st.integers() | st.text(max_size=9) | st.none()


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "quantity": st.text(max_size=9) | st.just("heart_rate"),
            "unit": VALUES,
            "readings": st.lists(NUMBERS, max_size=20) | VALUES,
            "beyond": st.sampled_from(["low", "high"]) | VALUES,
            **dict.fromkeys(("limit", "in_a_row", "minutes", "limit_minutes"), NUMBERS),
            "verdict": st.sampled_from(VERDICTS) | VALUES,
            "since_local": st.just("07:12") | VALUES,
            "asked": st.booleans() | VALUES,
            **dict.fromkeys(("silent_minutes", "usual_minutes", "distance_m", "radius_m"), NUMBERS),
        },
    )
    | VALUES
)
def test_a_finding_is_bounded_or_none(evidence: Any) -> None:
    found = read_finding(evidence)
    if found is not None:
        assert len(found.readings) <= 8
        assert all(abs(value) <= 1_000_000 for value in found.readings)
        assert found.limit_minutes is not None or (found.quantity and found.readings) or found.rhythm
        assert json.loads(json.dumps(asdict(found), allow_nan=False))


@given(st.text(max_size=60))
def test_no_other_topic_is_believed(topic: str) -> None:
    if not topic.startswith("anju/v1/d1/"):
        assert isinstance(read_now(topic, json.dumps(alarm_message()).encode()), Refusal)
    assert isinstance(read_now(f"anju/v1/d2/gw-1/{topic}", b"{}"), Refusal)


def test_a_raised_alarm_is_its_own_whatever_it_claims_to_belong_to() -> None:
    message = alarm_message(alarm="somebody-elses")
    report = read_now("anju/v1/d1/gw-1/alarm", json.dumps(message).encode())
    assert (report.step, report.alarm) == (Step.RAISED, message["id"])


def test_an_oversized_alarm_keeps_its_id() -> None:
    message = {"id": "big-1", **alarm_message("big-1", evidence={"x": "y" * 20_000})}
    report = read_now("anju/v1/d1/gw-1/alarm", json.dumps(message).encode())
    assert (report.id, report.bears_id, report.reason) == ("big-1", True, "too_large")


def test_a_device_with_a_wrong_clock_makes_an_alarm_neither_late_nor_ancient() -> None:
    message = alarm_message()
    message["time"] = "2020-01-01T00:00:00.000Z"
    at = (NOW - timedelta(seconds=30)).isoformat()
    message["data"] |= {"received_at": at, "sent_at": at}
    report = read_now("anju/v1/d1/gw-1/alarm", json.dumps(message).encode())
    assert (report.late, report.since) == (False, NOW - timedelta(seconds=30))


def test_a_status_is_read_from_the_topics_gateway() -> None:
    status = {"state": "online", "session": 3, "at": "2026-11-22T12:00:00Z", "open": ["a"], "gateway": "gw-9"}
    report = read_now("anju/v1/d1/gw-1/status", json.dumps(status).encode())
    assert isinstance(report, StatusReport)
    assert (report.gateway, report.status.open) == ("gw-1", ["a"])


@given(st.dictionaries(st.sampled_from(["at", "version", "heartbeat_minutes", "devices", "problems"]), VALUES))
@example({"devices": ["cord-bath"]})
@example({"devices": 3, "heartbeat_minutes": 5.0})
def test_whatever_else_a_birth_says_its_open_alarms_are_answered(odd: dict[str, Any]) -> None:
    json_has_no_infinity = json.loads(json.dumps(odd), parse_constant=str)
    status = {"state": "online", "session": 3, "open": ["a", None], **json_has_no_infinity}
    report = read_now("anju/v1/d1/gw-1/status", json.dumps(status).encode())
    assert isinstance(report, StatusReport)
    assert report.status.open == ["a"]
    assert report.status.heartbeat_minutes in {None, *range(1, 1_441)}


@given(
    st.sampled_from(Handling),
    st.sampled_from([None, "me", "other"]),
    st.sampled_from(Role),
    st.sampled_from([state for state in Handling if state is not Handling.NONE]),
)
def test_no_step_goes_back_and_none_is_taken_from_another(
    state: Handling, owner: str | None, role: Role, target: Handling
) -> None:
    verdict = judge(state, owner, Person("me", role), target)
    if verdict is Verdict.APPLY:
        assert target > state
    if role in (Role.AUDITOR, Role.INSTALLER):
        assert verdict is Verdict.FORBIDDEN
    elif owner == "other" and role is Role.OPERATOR:
        assert verdict is Verdict.OTHERS
    elif target > state:
        assert verdict is Verdict.APPLY
    else:
        assert verdict in (Verdict.UNCHANGED, Verdict.TAKE_OVER)
