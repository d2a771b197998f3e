"""Telemetry goes to the disk in slices: an alarm gets in between, and nothing of it is left behind at a stop."""

import sqlite3
import threading
from pathlib import Path

import pytest

from drivers.event import Event, Kind
from gateway.policy import decide
from gateway.store import telemetry as telemetry_module
from gateway.store.store import Store
from gateway.store.telemetry import BATCH
from tests.gateway.houses import event
from tests.support.wait import until


def rows(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM event WHERE kind = 'activity'").fetchone()[0])


def repeat_count(connection: sqlite3.Connection, event: str) -> int:
    return int(connection.execute("SELECT repeat_count FROM event WHERE id = ?", (event,)).fetchone()[0])


def note_motions(store: Store, count: int) -> list[Event]:
    motions = [event(Kind.ACTIVITY, "motion") for _ in range(count)]
    for motion in motions:
        store.note(motion, decide(motion))
    return motions


async def test_an_alarm_waits_for_one_slice_at_most(tmp_path: Path) -> None:
    alarm = event()
    with Store(tmp_path / "house.db") as store:
        go_on = threading.Event()
        stalled = store._writer.submit(lambda _connection: go_on.wait(30))
        note_motions(store, BATCH)  # a whole batch goes by itself
        kept = store.append(alarm, decide(alarm))
        before_the_alarm = store._writer.submit(rows)
        go_on.set()
        assert await stalled
        assert (await kept).durable
        assert 0 < await before_the_alarm <= BATCH // 4
        await until(lambda: not store.telemetry.is_under_way)
        assert await store.ask(rows) == BATCH


async def test_a_stop_leaves_none_behind_and_the_counts_come_after_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    with Store(path) as store:
        last = note_motions(store, BATCH - 1)[-1]
        store.count_repeat(last.id, 7)
    with sqlite3.connect(path) as connection:
        assert rows(connection) == BATCH - 1
        assert repeat_count(connection, last.id) == 7


async def test_counts_wait_for_the_last_slice(tmp_path: Path) -> None:
    with Store(tmp_path / "house.db") as store:
        last = note_motions(store, BATCH - 1)[-1]
        store.count_repeat(last.id, 7)
        store.flush()
        await until(lambda: not store.telemetry.is_under_way and not store._under_way)
        assert await store.ask(repeat_count, last.id) == 7


async def test_of_what_waits_for_a_slow_disk_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry_module, "WAITING_LIMIT", 300)
    path = tmp_path / "house.db"
    with Store(path) as store:
        go_on = threading.Event()
        stalled = store._writer.submit(lambda _connection: go_on.wait(30))
        motions = note_motions(store, 2 * BATCH)
        go_on.set()
        await stalled
    with sqlite3.connect(path) as connection:
        written = [row[0] for row in connection.execute("SELECT id FROM event ORDER BY sequence")]
    assert written[-300:] == [motion.id for motion in motions[-300:]]
    assert len(written) < BATCH


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
async def test_any_number_of_rows_is_written_each_once_and_in_order(tmp_path: Path, count: int) -> None:
    path = tmp_path / "house.db"
    with Store(path) as store:
        noted = [motion.id for motion in note_motions(store, count)]
    with sqlite3.connect(path) as connection:
        kept = connection.execute("SELECT id FROM event WHERE kind = 'activity' ORDER BY sequence").fetchall()
    assert [id_ for (id_,) in kept] == noted
