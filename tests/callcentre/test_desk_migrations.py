"""Desk files of earlier schemas, kept in tests/databases: each must open in today's program with nothing lost.

They were made by the desk itself: `desk-schema-0001.db` holds one open alarm of a cord, `desk-schema-0004.db` also a
band's fault that was filed without its name.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcentre.reading import read
from callcentre.reports import AlarmReport
from callcentre.store.filing import file_alarm
from callcentre.store.homes import homes
from callcentre.store.queue import queue
from callcentre.store.schema import open_writable
from tests.callcentre.desks import alarm_message

KEPT = sorted((Path(__file__).parents[1] / "databases").glob("desk-schema-*.db"))
NOW = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)


@pytest.fixture(params=KEPT, ids=lambda path: str(path.stem))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(request.param, tmp_path / "desk.db"))


def test_files_are_kept() -> None:
    assert KEPT


def test_a_kept_file_opens_with_its_alarm_and_takes_another_with_its_place(old: Path) -> None:
    message = alarm_message(location={"latitude": 39.9, "longitude": 116.4, "source": "gnss", "datum": "wgs84"})
    report = read("d1", "anju/v1/d1/gw-0001/alarm", json.dumps(message).encode(), retained=False, now=NOW)
    assert isinstance(report, AlarmReport)
    with closing(open_writable(old)) as connection:
        before, _ = queue(connection, "open", 10)
        assert [(row["type"], row["room"], row["location"]) for row in before] == [("sos", "bathroom", None)]
        file_alarm(connection, report, NOW)
        rows, total = queue(connection, "open", 10)
        assert total == 2
        assert (rows[1]["location"]["latitude"], rows[1]["location"]["age_seconds"]) == (39.9, None)


def test_a_fault_that_was_on_is_still_on(tmp_path: Path) -> None:
    (kept,) = [path for path in KEPT if path.stem.endswith("0004")]
    with closing(open_writable(Path(shutil.copy(kept, tmp_path / "desk.db")))) as connection:
        (home,) = homes(connection, NOW)
    assert [(fault["name"], fault["detail"], fault["device"]) for fault in home["faults"]] == [
        ("device_fault", "", "band")
    ]
    assert home["falls"] is None


def test_a_migrated_file_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    def columns(path: Path) -> list[tuple[str, str]]:
        open_writable(path).close()
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(
                "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c ORDER BY 1, 2"
            ).fetchall()

    assert columns(old) == columns(tmp_path / "new.db")
