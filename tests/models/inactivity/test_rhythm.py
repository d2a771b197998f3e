import pytest

from models.inactivity.rhythm import rhythm_of
from tests.models.inactivity.home import a_watch
from tests.models.inactivity.test_watch import learned


def test_the_learned_day_shows_sleep_and_waking() -> None:
    rhythm = rhythm_of(learned())
    assert rhythm.settled
    assert rhythm.days == 40
    by_hour = {half.minute / 60: half for half in rhythm.half_hours}
    assert len(rhythm.half_hours) == 48
    assert by_hour[3.0].activity < 0.2 < by_hour[18.0].activity
    usual = by_hour[18.0].usual_silence_hours
    after = by_hour[18.0].alarm_after_hours
    assert usual is not None
    assert after is not None
    assert usual < after < 12


def test_a_home_of_one_minute_has_no_rhythm_yet() -> None:
    rhythm = rhythm_of(a_watch().state())
    assert not rhythm.settled
    assert {half.usual_silence_hours for half in rhythm.half_hours} == {None}


def test_rubbish_is_no_rhythm() -> None:
    with pytest.raises(ValueError, match="delete it"):
        rhythm_of(b"rubbish")
