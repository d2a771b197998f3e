"""The picture of a home's day: what it is drawn from, that it is a sound document, and that nobody draws it unasked."""

import json
import subprocess
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drivers.event import Event, Kind
from gateway.ids import new_id
from gateway.policy import decide
from gateway.rhythm.day import LearnedDay, learned
from gateway.rhythm.picture import svg
from gateway.rhythm.picture_words import WORDS
from gateway.store.store import Store
from tests.gateway.rhythms import SENSORS, written
from tests.support.processes import run

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROOMS = {"motion-kitchen": "kitchen", "motion-bath": "bathroom"}
MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""In Shanghai."""


def signs(days: int, start: datetime = MIDNIGHT) -> list[tuple[str, str, datetime]]:
    """The bathroom at seven on every day, the kitchen every ten minutes from eight to nine on every second."""
    found = []
    for day in range(days):
        begins = start + timedelta(days=day)
        found.append(("motion-bath", "motion", begins + timedelta(hours=7)))
        found += [
            ("motion-kitchen", "motion", begins + timedelta(hours=8, minutes=minute))
            for minute in range(0, 60, 10)
            if day % 2
        ]
    return found


def test_a_room_has_the_share_of_days_with_life_in_each_half_hour() -> None:
    day = learned(signs(10), ROOMS, SHANGHAI)
    assert (day.days, str(day.first), str(day.last)) == (10, "2026-03-02", "2026-03-11")
    assert [(slot, share) for slot, share in enumerate(day.rooms["bathroom"]) if share] == [(14, 1.0)]
    assert [(slot, share) for slot, share in enumerate(day.rooms["kitchen"]) if share] == [(16, 0.5), (17, 0.5)]


def test_the_usual_silence_is_known_where_there_are_moments_enough() -> None:
    day = learned(signs(40), ROOMS, SHANGHAI)
    assert day.silence_minutes[16] == 60  # since seven, on the days with a breakfast
    assert day.silence_minutes[17] == 10
    assert day.silence_minutes[2] is None  # a night of more than twelve hours is nobody at home


def test_what_a_contact_says_again_is_no_life() -> None:
    rows = [("door", "contact_closed", MIDNIGHT + timedelta(hours=hour)) for hour in range(20)]
    assert learned(rows, {"door": "entry"}, SHANGHAI).days == 0


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("days", [0, 40])
def test_the_picture_is_a_sound_document_with_a_cell_for_every_half_hour(language: str, days: int) -> None:
    day = learned(signs(days), {"motion-kitchen": "<kitchen & hall>", "motion-bath": "bathroom"}, SHANGHAI)
    root = ET.fromstring(svg(day, language))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert WORDS[language]["title"] in texts
    assert "<kitchen & hall>" in texts
    assert len(root.findall(".//{*}rect/{*}title")) == 2 * 48


def test_a_home_without_any_sensor_has_an_empty_picture() -> None:
    empty = LearnedDay(rooms={}, silence_minutes=(None,) * 48, days=0, first=None, last=None)
    assert WORDS["en"]["unknown"] in svg(empty, "en")


def rhythm(file: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    return run("anju", "rhythm", "--config", file, "--out", file.with_name("day.svg"), *flags)


async def fill(file: Path) -> None:
    start = datetime.now(UTC) - timedelta(days=6)
    with Store(file.with_suffix(".db")) as store:
        for device, said, at in signs(5, start):
            event = Event(id=new_id(), kind=Kind.ACTIVITY, type=said, device=device, received_at=at)
            store.note(event, decide(event))


async def test_the_command_draws_what_the_store_holds_and_only_with_consent(tmp_path: Path) -> None:
    file = written(tmp_path, SENSORS)
    await fill(file)
    refused = rhythm(file)
    assert (refused.returncode, "has agreed" in refused.stderr) == (2, True)
    assert not (tmp_path / "day.svg").exists()
    drawn = rhythm(file, "--consent", "--json")
    assert drawn.returncode == 0
    told = json.loads(drawn.stdout)
    assert (told["days"], set(told["rooms"])) == (5, {"kitchen", "bathroom"})
    assert "家里平常的一天" in (tmp_path / "day.svg").read_text("utf-8")


def test_without_a_store_the_command_says_so(tmp_path: Path) -> None:
    done = rhythm(written(tmp_path, SENSORS), "--consent")
    assert (done.returncode, "has the gateway run" in done.stderr) == (2, True)
