"""What a restart must know of the rhythm: one row, bounded, and never a reason not to start."""

import base64
import zlib
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.rhythm.kept import LIMIT_BYTES, Kept, from_row, to_row
from gateway.store.watching import Watching
from models.inactivity import InactivityWatch, Sensor
from tests.gateway.houses import NOON

KEPT = Kept(at=NOON, state=b"learned", sensors=(("m", "hall", "motion"),), asks=True)
LARGEST_ROW_CHARACTERS = 250_000


def test_what_was_kept_is_read_again() -> None:
    assert from_row(to_row(KEPT)) == KEPT


def test_a_years_row_is_small() -> None:
    rooms = ("bedroom", "bathroom", "kitchen", "living_room", "entry")
    watch = InactivityWatch([Sensor(id=room, room=room) for room in rooms])
    for hour in range(24 * 60):
        at = NOON + timedelta(hours=hour)
        for minute, room in enumerate(rooms):
            watch.observe((at + timedelta(minutes=minute)).timestamp(), room)
        watch.check((at + timedelta(minutes=30)).timestamp())
    row = to_row(Kept(at=NOON, state=watch.state(), sensors=(), asks=False))
    assert len(row.details) < LARGEST_ROW_CHARACTERS


def test_what_swells_is_cut_before_it_fills_the_memory() -> None:
    swelling = base64.b64encode(zlib.compress(b"\0" * (10 * LIMIT_BYTES))).decode()
    row = to_row(KEPT)
    found = from_row(
        replace(row, details=row.details.replace(base64.b64encode(zlib.compress(b"learned", 6)).decode(), swelling))
    )
    assert found is not None
    assert len(found.state) == LIMIT_BYTES


@given(st.text() | st.just('{"at":"2026-03-01T12:00:00Z","state":"####","sensors":[]}'))
def test_a_row_of_rubbish_is_nothing(details: str) -> None:
    assert from_row(Watching(device="", rule="rhythm", due=None, details=details)) is None
