"""The fixed floor of the first four weeks, by the hour at which a silence began."""

import pytest

from models.inactivity import floor
from models.inactivity.sensors import Place
from models.inactivity.silence import Silence

HOUR = 3600.0


def told_after(began: float, place: Place = Place.LIVING, days: float = 3.0) -> float:
    """Hours after which a silence that began at this hour of the home's clock may be told."""
    silence = Silence(life_at=0.0)
    silence.place = int(place)
    return next(hours / 4 for hours in range(60) if floor.passed(hours / 4 * HOUR, began * HOUR, silence, days))


@pytest.mark.parametrize(("began", "hours"), [(7, 6), (19.9, 6), (20, 11), (23, 11), (3, 11), (5, 6)])
def test_a_silence_that_begins_in_the_evening_may_be_sleep(began: float, hours: float) -> None:
    assert told_after(began) == hours


def test_behind_the_door_it_is_longer_and_after_four_weeks_there_is_none() -> None:
    assert told_after(9, Place.ENTRY) == 12
    assert told_after(22, days=28.0) == 0
