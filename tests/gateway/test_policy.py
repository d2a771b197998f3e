"""Every kind and type has its class, and nothing unknown is ever less than a person's."""

import pytest

from drivers.event import AlarmType, Kind
from gateway.policy import ALARM_PRIORITY, ALARM_RANK_LIMIT, KIND_PRIORITY, RANKS, decide
from tests.gateway.houses import event


def test_the_tables_have_no_hole() -> None:
    assert set(ALARM_PRIORITY) == set(AlarmType)
    assert set(KIND_PRIORITY) == set(Kind) - {Kind.ALARM, Kind.TEST}
    assert set(ALARM_PRIORITY.values()) | set(KIND_PRIORITY.values()) == set(RANKS)


@pytest.mark.parametrize("type_", AlarmType)
def test_a_test_has_the_urgency_of_what_it_tests(type_: AlarmType) -> None:
    assert decide(event(Kind.TEST, type_)) == decide(event(Kind.ALARM, type_))
    assert RANKS[decide(event(Kind.ALARM, type_)).priority] <= ALARM_RANK_LIMIT


@pytest.mark.parametrize(("type_", "priority"), [("smoke", "fire"), ("heat", "fire"), ("co", "fire"), ("gas", "fire"),
                                                 ("sos", "person"), ("fall", "person"), ("wandering", "person"),
                                                 ("vital_sign", "person"), ("inactivity", "person"),
                                                 ("water", "property"), ("intrusion", "property"),
                                                 ("door_left_open", "property")])  # fmt: skip
def test_the_classes_are_the_contracts(type_: str, priority: str) -> None:
    assert decide(event(Kind.ALARM, type_)).priority == priority


@pytest.mark.parametrize("type_", [None, "", "earthquake"])
def test_an_unknown_alarm_is_a_persons(type_: str | None) -> None:
    assert decide(event(Kind.ALARM, type_)).priority == "person"


def test_what_the_centre_answers_is_everything_but_telemetry() -> None:
    answered = {kind for kind in Kind if decide(event(kind)).answered}
    assert answered == {Kind.ALARM, Kind.TEST, Kind.TROUBLE, Kind.TAMPER, Kind.LOW_BATTERY, Kind.SUPERVISION_LOST,
                        Kind.RESTORE, Kind.SERVICE_REQUEST}  # fmt: skip
