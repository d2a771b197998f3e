"""Files of earlier schemas are kept in tests/databases: each must open in today's program with nothing lost.

`schema-0001.db` was made by the program itself: a house with an open alarm, a resolved one, faults and telemetry. Each
later one is that house brought up to its schema by the migrations alone. When a migration is added, keep a file of its
schema here too.
"""

import shutil
import sqlite3
from importlib import resources
from pathlib import Path

import pytest
import sqlite_utils

from drivers.event import AlarmType, Kind
from gateway.policy import decide
from gateway.store import jobs
from gateway.store.database import open_for_reading, schema_version
from gateway.store.reading import Filter, events
from gateway.store.store import Store
from tests.gateway.houses import answer, event

KEPT = sorted((Path(__file__).parents[1] / "databases").glob("schema-*.db"))
NEWEST = len(list((resources.files("gateway.store") / "schema").iterdir()))


@pytest.fixture(params=KEPT, ids=lambda path: str(path.stem))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(request.param, tmp_path / "old.db"))


def test_a_file_of_every_schema_is_kept() -> None:
    assert [path.name for path in KEPT] == [f"schema-{number:04}.db" for number in range(1, NEWEST + 1)]


async def test_a_kept_file_opens_with_everything_in_it_and_works_on(old: Path) -> None:
    with sqlite3.connect(old) as connection:
        store_id, boot = (row[0] for row in connection.execute("SELECT value FROM setting ORDER BY name DESC"))
        before = connection.execute("SELECT id FROM event ORDER BY sequence").fetchall()
    with Store(old) as store:
        assert store.problem is None
        assert (store.identity.store, store.identity.boot) == (store_id, int(boot) + 1)
        assert store.identity.sequence == len(before)
        assert await store.ask(schema_version) == NEWEST
        (smoke,) = await store.ask(jobs.waiting, 10)
        assert (smoke.event.type, smoke.event.room, smoke.priority) == (AlarmType.SMOKE, "kitchen", "fire")
        assert await store.ask(jobs.open_alarms, 10) == ([(smoke.event.id, "calling")], 1)
        assert {(one.name, one.resolved) for one in await store.ask(jobs.conditions)} == {
            ("smoke", False),
            ("low_battery", False),
        }
        marked = await store.mark(answer(smoke.event.id, "resolved"))
        assert marked is not None
        assert marked.changed
        new = event()
        assert (await store.append(new, decide(new))).durable
    with sqlite3.connect(old) as connection:
        after = connection.execute("SELECT id FROM event ORDER BY sequence").fetchall()
        assert after == [*before, (new.id,)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_kept_file_is_read_as_people_know_it(old: Path) -> None:
    connection = open_for_reading(old)
    shown = list(events(connection, Filter()))
    connection.close()
    assert [(one["kind"], one["type"]) for one in shown] == [
        ("alarm", "sos"),
        ("alarm", "smoke"),
        ("low_battery", None),
        ("test", "smoke"),
        ("activity", "motion"),
    ]
    assert shown[0]["result"] == "helped"
    assert shown[0]["answers"]["accepted"] == "2026-03-01T12:00:01.000Z"


def test_another_tool_opens_it_cleanly(old: Path) -> None:
    database = sqlite_utils.Database(old)
    assert {"setting", "event", "outbox", "condition"} <= set(database.table_names())
    assert database.view_names() == ["events"]
    assert {"id", "kind", "type", "device", "received_at"} <= {column.name for column in database["events"].columns}
    assert [row["kind"] for row in database["events"].rows].count(Kind.ALARM) == 2
    database.close()


async def test_todays_schema_is_that_of_a_migrated_file(old: Path, tmp_path: Path) -> None:
    def schema(path: Path) -> list[tuple[str, str]]:
        with sqlite3.connect(path) as connection:
            return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    for path in (old, tmp_path / "new.db"):
        with Store(path):
            pass
    assert schema(old) == schema(tmp_path / "new.db")
