"""Which events are signs of life, and when signs are life."""

import pytest
from msgspec.structs import replace

from drivers.event import ActivityType, AlarmType, Event, Kind, ServiceType
from gateway.rules.life import BackHome, Life
from gateway.rules.signs import Sign, Signs
from tests.gateway.houses import event

HOUR = 3_600.0


def activity(type_: ActivityType, device: str = "one") -> Event:
    return replace(event(Kind.ACTIVITY, type_), device=device)


def senses(*told: tuple[float, ActivityType]) -> list[str | None]:
    signs = Signs()
    found = [signs.of(activity(type_), at) for at, type_ in told]
    return [None if sign is None else sign.sense for sign in found]


def test_a_contact_counts_where_it_changes_and_not_where_it_says_itself_again() -> None:
    open_, closed = ActivityType.CONTACT_OPEN, ActivityType.CONTACT_CLOSED
    told = [(0.0, closed), (HOUR, closed), (2 * HOUR, open_), (2 * HOUR + 5, closed), (3 * HOUR, closed)]
    assert senses(*told) == [None, None, "contact", "contact", None]


def test_a_radar_that_goes_on_seeing_somebody_sees_a_fallen_person_too() -> None:
    told = [(60.0 * minute, ActivityType.PRESENCE) for minute in range(5)]
    assert senses((0.0, ActivityType.ABSENCE), *told, (600.0, ActivityType.ABSENCE)) == [
        None, "presence", None, None, None, None, "presence",
    ]  # fmt: skip


def test_every_motion_counts_unless_the_sensor_hangs() -> None:
    motion, quiet = ActivityType.MOTION, ActivityType.MOTION_CLEAR
    assert senses((0.0, motion), (60.0, motion), (2 * HOUR, motion)) == ["motion"] * 3  # one that never says quiet
    hanging = [(0.0, motion), (90.0, quiet), (100.0, motion), (200.0, motion), (HOUR, motion), (2 * HOUR, quiet)]
    assert senses(*hanging, (2 * HOUR + 1, motion)) == ["motion", None, "motion", "motion", None, None, "motion"]


@pytest.mark.parametrize(
    ("told", "by_hand"),
    [
        (event(Kind.ALARM, AlarmType.SOS), True),
        (event(Kind.SERVICE_REQUEST, ServiceType.MEAL), True),
        (event(Kind.TEST, AlarmType.SOS), True),
        (event(Kind.TEST, AlarmType.SOS, evidence={"ordered": True}), False),
        (event(Kind.ALARM, AlarmType.SMOKE), False),
        (event(Kind.SUPERVISION, None), False),
        (event(Kind.SERVICE_REQUEST, ServiceType.ABSENCE_CHECK, device=None), False),
    ],
)
def test_what_a_hand_has_pressed_is_a_sign(told: Event, by_hand: bool) -> None:
    sign = Signs().of(told, 0.0)
    assert (sign is not None and sign.by_hand) is by_hand


def test_a_lone_blip_is_no_life_and_two_sensors_are() -> None:
    life = Life()
    assert not life.seen(Sign("a", "motion"), 0)
    assert not life.seen(Sign("b", "motion"), 901)
    assert life.seen(Sign("a", "motion"), 1_800)


def test_one_sensor_alone_takes_three_signs_over_two_minutes() -> None:
    life = Life()
    assert [life.seen(Sign("a", "motion"), at) for at in (0, 1, 2, 119, 120)] == [False] * 4 + [True]


def test_a_hand_is_life_at_once() -> None:
    assert Life().seen(Sign("cord", "button", by_hand=True), 0)


def test_who_has_gone_out_is_back_with_the_first_life_but_not_while_the_door_still_closes() -> None:
    back = BackHome(left=0.0)
    told = [(10, "a"), (20, "b"), (4 * HOUR, "a"), (4 * HOUR + 60, "b")]
    assert [back.is_back(Sign(device, "motion"), at, declared=False) for at, device in told] == [False] * 3 + [True]


def test_who_waters_the_plants_ends_no_declared_absence_and_who_stays_does() -> None:
    back = BackHome(left=0.0)
    day = 24 * HOUR
    visits = [(start + at, device) for start in (day, 3 * day) for at, device in ((0, "a"), (60, "b"), (HOUR, "a"))]
    assert not any(back.is_back(Sign(device, "motion"), at, declared=True) for at, device in visits)
    stays = [(5 * day + step * 600, "ab"[step % 2]) for step in range(14)]
    assert [back.is_back(Sign(device, "motion"), at, declared=True) for at, device in stays] == [False] * 13 + [True]


def test_two_stray_blips_a_day_end_no_absence() -> None:
    back = BackHome(left=0.0)
    blips = [(day * 24 * HOUR + at * HOUR, device) for day in range(1, 60) for at, device in ((3, "a"), (17, "b"))]
    assert not any(back.is_back(Sign(device, "motion"), at, declared=False) for at, device in blips)
