"""A home's faults at the desk: two of one device are two, and each ends by itself, in whatever order the words come."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcentre.reading import read
from callcentre.reading_fault import BABBLING, STUCK_BUTTON, read_fault
from callcentre.reports import EventReport
from callcentre.store.events import file_event
from callcentre.store.homes import homes
from callcentre.store.schema import open_writable
from tests.callcentre.desks import alarm_message, text_time

NOW = datetime.now(UTC)


class Faults:
    """A desk's file, told events of one house."""

    def __init__(self, path: Path) -> None:
        self.connection = open_writable(path)

    def told(self, kind: str, ago_minutes: int, **evidence: Any) -> None:
        said: dict[str, Any] = {"kind": kind, "type": "device_fault", "device": "band", "evidence": evidence}
        at = text_time(timedelta(minutes=ago_minutes))
        message = alarm_message(what=f"anju.event.{kind}", priority="trouble", **said | {"received_at": at})
        payload = json.dumps(message).encode()
        report = read("d1", "anju/v1/d1/gw-0001/event", payload, retained=False, now=NOW)
        assert isinstance(report, EventReport)
        file_event(self.connection, report, NOW)

    def now(self) -> list[str]:
        return sorted(fault["detail"] for fault in homes(self.connection, NOW)[0]["faults"])


@pytest.fixture
def faults(tmp_path: Path) -> Iterator[Faults]:
    made = Faults(tmp_path / "desk.db")
    with closing(made.connection):
        yield made


STORY: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("trouble", 9, {"fault": "stuck"}),
    ("trouble", 8, {"fault": "clock_jump"}),
    ("restore", 7, {"fault": "stuck", "began": "1"}),
)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_each_fault_of_a_device_ends_by_itself(faults: Faults, order: tuple[int, ...]) -> None:
    for number in order:
        kind, ago, evidence = STORY[number]
        faults.told(kind, ago, **evidence)
    assert faults.now() == ["clock_jump"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_restore_that_names_none_ends_all_that_began_before_it(faults: Faults, order: tuple[int, ...]) -> None:
    story: tuple[tuple[str, int, dict[str, Any]], ...] = (
        ("trouble", 9, {"fault": "stuck"}),
        ("restore", 8, {}),
        ("trouble", 7, {"babbling": True}),
    )
    for number in order:
        kind, ago, evidence = story[number]
        faults.told(kind, ago, **evidence)
    assert faults.now() == [BABBLING]


def test_a_fault_of_an_earlier_version_ends_with_its_named_restore(faults: Faults) -> None:
    faults.told("trouble", 9)
    faults.told("trouble", 8, fault="gap")
    faults.told("restore", 7, fault="gap")
    assert faults.now() == [""]
    faults.told("restore", 6, fault="stuck")
    assert faults.now() == []


@pytest.mark.parametrize(
    ("evidence", "word"),
    [
        ({"fault": "wrong_unit"}, "wrong_unit"),
        ({"fault": "<b>"}, ""),
        ({"babbling": True}, BABBLING),
        ({"quantity": "blood_oxygen", "unit": "percent", "reading": 400}, "reading.blood_oxygen"),
        ({"marks": ["stuck_help"]}, STUCK_BUTTON),
        ({"where": "fall_watch"}, ""),
    ],
    ids=str,
)
def test_what_exactly_is_wrong(evidence: dict[str, Any], word: str) -> None:
    assert read_fault(evidence) == word


_VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text() | st.integers())


@given(_VALUES | st.dictionaries(st.sampled_from(["fault", "babbling", "quantity", "marks"]), _VALUES))
def test_any_evidence_is_a_bounded_word_or_none(evidence: Any) -> None:
    assert len(read_fault(evidence)) <= 40
