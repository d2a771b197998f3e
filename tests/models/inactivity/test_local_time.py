from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.inactivity.local_time import LocalTime

ZONES = ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca")


@pytest.mark.parametrize("zone", ZONES)
@given(st.lists(st.integers(min_value=1_200_000_000, max_value=1_750_000_000), min_size=1, max_size=20))
@example([1_711_846_500, 1_711_846_800, 1_711_848_600, 1_711_846_500])
def test_the_half_hour_is_that_of_the_wall_clock_to_its_end(zone: str, times: list[int]) -> None:
    clock = LocalTime(zone)

    def slot_at(at: float) -> tuple[int, int]:
        shift = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).utcoffset()
        assert shift is not None
        local = at + shift.total_seconds()
        return int(local // 86_400), int(local % 86_400 // 1_800)

    for at in times:
        day, slot, end = clock.slot(at)
        assert (day, slot) == slot_at(at) == slot_at(end - 1)
        assert at < end <= at + 1_800
