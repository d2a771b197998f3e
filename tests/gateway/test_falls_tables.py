"""The pure parts of the watch over falls: what the house says around one, why it is told, which faults are told."""

from datetime import timedelta
from typing import Any

import pytest

from drivers.event import ActivityType, Event, Kind
from gateway.falls.ailments import FAULTS, NOT_WORN, OFF_BODY_SECONDS, QUIET_SECONDS, Ailments
from gateway.falls.explanation import EXPLANATIONS, WALKING, explained
from gateway.falls.following import weight_of
from gateway.falls.reports import Standing
from gateway.falls.rule import JUDGED, SAME_FALL_SECONDS, joins
from gateway.falls.scene import LONGEST_SECONDS, Scene
from gateway.pending.rule import NOTHING, Weight
from gateway.pending.standing import Word
from tests.gateway.houses import NOON, event


class Hall:
    """A scene on a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.scene = Scene({"band": 20.0, "slow": 90.0, "radar": 0.0}, frozenset({"band"}), lambda: self.now)

    def say(self, device: str, activity: ActivityType, kind: Kind = Kind.ACTIVITY) -> Event:
        said = event(kind, activity if kind is Kind.ACTIVITY else None, device=device)
        self.scene.heard(said)
        return said


FALL = event(type_="fall", device="band")


def test_who_lies_in_bed_is_asked_for_longer_and_who_leaves_it_is_not() -> None:
    hall = Hall()
    assert hall.scene.opening(FALL) == NOTHING
    hall.say("mat", ActivityType.BED_IN)
    assert hall.scene.opening(FALL) == Weight(seconds=40.0, evidence={"in_bed": True})
    slow = event(type_="fall", device="slow")
    assert hall.scene.opening(slow).seconds == LONGEST_SECONDS
    left = hall.say("mat", ActivityType.BED_OUT)
    assert hall.scene.means(FALL, left) == Weight(seconds=20.0, evidence={"in_bed": False, "bed_left": True})
    assert hall.scene.opening(FALL) == NOTHING


def test_a_lost_mat_says_nothing() -> None:
    hall = Hall()
    hall.say("mat", ActivityType.BED_IN)
    hall.say("mat", ActivityType.BED_IN, Kind.SUPERVISION_LOST)
    assert hall.scene.opening(FALL) == NOTHING


def test_only_another_sensor_that_was_set_off_since_the_fall_stirs() -> None:
    hall = Hall()
    hall.say("old", ActivityType.MOTION)
    hall.now = 200.0
    hall.say("band", ActivityType.MOTION)
    hall.say("radar", ActivityType.PRESENCE)
    assert hall.scene.stirred_since(150.0, but="band") is None
    hall.say("hall", ActivityType.MOTION)
    assert hall.scene.stirred_since(150.0, but="band") == "hall"
    assert hall.scene.stirred_since(150.0, but="hall") is None
    assert hall.scene.means(FALL, hall.say("hall", ActivityType.MOTION)) == NOTHING


def standing(walking: int, still: int = 0) -> Standing:
    return Standing(
        device="band", seconds=20, still_seconds=still, still_in_all=still, turned_degrees=None, walking_seconds=walking
    )


@pytest.mark.parametrize(
    ("walking", "stirred", "word"),
    [(0, None, None), (0, "hall", None), (5, "hall", None), (6, None, None), (6, "hall", Word.WELL)],
)
def test_walking_alone_and_a_sensor_alone_take_nothing_back(
    walking: int, stirred: str | None, word: Word | None
) -> None:
    assert weight_of(standing(walking), stirred).word is word


@pytest.mark.parametrize(
    ("evidence", "word"),
    [
        ({"cancelled_by": WALKING, "seen_by": "radar"}, "fall.walked"),
        ({"cancelled_by": "button", "peak_g": 3.0}, "fall.said_all_right"),
        ({"confirmed_by": "radar", "seen_by": "radar"}, "fall.two_devices"),
        ({"confirmed_by": "cord", "turned_degrees": 80}, "fall.called_for_help"),
        ({"in_bed": True, "turned_degrees": 80}, "fall.in_bed"),
        ({"in_bed": False, "turned_degrees": 80, "still_seconds": 20}, "fall.lying_still"),
        ({"turned_degrees": 80, "still_seconds": 2}, "fall.lying"),
        ({"turned_degrees": 10, "still_seconds": 20}, "fall.still"),
        ({"peak_g": 3.0, "turned_degrees": None}, "fall.impact"),
        ({}, "fall.device_said"),
    ],
)
def test_each_fall_has_one_explanation(evidence: dict[str, Any], word: str) -> None:
    assert explained(evidence) == {"explanation": word}
    assert word in EXPLANATIONS


def test_every_explanation_can_be_given() -> None:
    assert len(EXPLANATIONS) == len(set(EXPLANATIONS)) == 10


def fall(device: str, seconds: float = 0.0, **evidence: Any) -> Event:
    return event(type_="fall", device=device, received_at=NOON + timedelta(seconds=seconds), evidence=evidence)


def test_a_second_device_is_a_witness_and_the_same_one_again_is_the_same_fall() -> None:
    judged = {JUDGED: 3.0}
    witness = joins(fall("band"), fall("radar", 10), False)
    assert witness is not None
    assert witness.word is Word.HELP
    assert joins(fall("band"), fall("band", 10), False) == NOTHING
    assert joins(fall("band"), fall("band", 10, **judged), True) == NOTHING, "its flag, and then its samples"
    assert joins(fall("band", **judged), fall("band", 10, **judged), True) is None
    assert joins(fall("radar"), fall("radar", 10), True) is None, "it had said that the first one is over"
    assert joins(fall("band"), fall("radar", SAME_FALL_SECONDS + 1), False) is None


def test_what_comes_and_goes_is_told_when_it_comes_often_and_is_over_when_it_stays_away() -> None:
    ailments = Ailments()
    ailments.began("band", ["gap"] * 9, 0.0)
    assert ailments.now("band", 1.0) == frozenset()
    ailments.began("band", ["gap"], 50.0)
    assert ailments.now("band", 50.0) == {"gap"}
    assert ailments.now("band", 50.0 + QUIET_SECONDS) == frozenset()
    ailments.began("band", ["clock_jump"], 1_000.0)
    assert ailments.now("band", 1_001.0) == {"clock_jump"}
    assert ailments.now("nobody", 0.0) == frozenset()


def test_a_band_on_the_table_is_a_fault_after_half_an_hour() -> None:
    ailments = Ailments()
    ailments.stand("band", frozenset({"stuck"}), is_off_body=True, now=0.0)
    assert ailments.now("band", OFF_BODY_SECONDS - 1) == {"stuck"}
    assert ailments.now("band", OFF_BODY_SECONDS) == {"stuck", NOT_WORN}
    ailments.stand("band", frozenset(), is_off_body=False, now=OFF_BODY_SECONDS)
    assert ailments.now("band", OFF_BODY_SECONDS) == frozenset()
    assert {"stuck", NOT_WORN, "gap", "clock_jump"} <= set(FAULTS)
