"""Times on the wire: what we write is read back, what is no time is refused by name."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract.times import from_text, to_text


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_survives_to_the_millisecond(moment: datetime) -> None:
    assert moment - from_text(to_text(moment)) < timedelta(milliseconds=1)


def test_any_zone_is_written_in_utc() -> None:
    beijing = datetime(2026, 3, 1, 20, 0, 0, 7_000, tzinfo=timezone(timedelta(hours=8)))
    assert to_text(beijing) == "2026-03-01T12:00:00.007Z"
    assert from_text("2026-03-01T20:00:00.007+08:00") == beijing


@given(st.text(max_size=40))
def test_text_is_a_utc_time_or_a_value_error(text: str) -> None:
    try:
        moment = from_text(text)
    except ValueError:
        return
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-03-01T12:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", ""])
def test_no_zone_and_no_calendar_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_text(text)
