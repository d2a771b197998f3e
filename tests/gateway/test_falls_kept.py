"""What a stop leaves of the watch over falls: small, readable again, and no crash whatever stands there."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import ClockQuality
from gateway.falls.judge import Judge
from gateway.falls.kept import KEPT_SECONDS, Left, from_row, to_row
from gateway.intake.outcomes import Moment
from gateway.store.watching import Watching
from tests.gateway.bands import stretches, walks
from tests.gateway.houses import NOON

LEFT = Left(rate_hz=50, range_g=8, detector={"began": 0.0}, blocks=[(1.5, b"AB"), (2.0, b"")])


def at(wall: datetime, quality: ClockQuality = ClockQuality.SYNCHRONISED) -> Moment:
    return Moment(monotonic=5.0, wall=wall, quality=quality)


def test_what_is_left_comes_back() -> None:
    assert from_row(to_row("band", LEFT, NOON), at(NOON + timedelta(seconds=30))) == LEFT
    assert LEFT.read_blocks() == [], "what is no block is left out"


def test_a_row_is_small_for_the_card() -> None:
    judge = Judge({"band": "torso"})
    for stretch in stretches(walks(60)):
        judge.take("band", stretch)
    assert len(to_row("band", judge.left()["band"], NOON).details) < 100_000


@pytest.mark.parametrize(
    ("seconds", "quality", "is_taken"),
    [
        (KEPT_SECONDS - 1, ClockQuality.SYNCHRONISED, True),
        (KEPT_SECONDS + 1, ClockQuality.SYNCHRONISED, False),
        (KEPT_SECONDS + 1, ClockQuality.UNTRUSTED, False),
        (-10.0, ClockQuality.SYNCHRONISED, False),
        (-10.0, ClockQuality.UNTRUSTED, True),
    ],
)
def test_what_is_too_old_is_left_alone(seconds: float, quality: ClockQuality, is_taken: bool) -> None:
    found = from_row(to_row("band", LEFT, NOON), at(NOON + timedelta(seconds=seconds), quality))
    assert (found == LEFT) is is_taken


@given(st.text() | st.binary().map(lambda raw: f'{{"at":"2026-03-01T12:00:00.000Z","left":"{raw.hex()}"}}'))
def test_whatever_stands_in_the_row_is_no_crash(details: str) -> None:
    row = Watching(device="band", rule="falls", due=None, details=details)
    assert from_row(row, at(NOON)) is None
