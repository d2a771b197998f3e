"""A database whose bytes are broken: put aside unchanged, replaced, and what was open in it goes on being sent."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.event import Event, Kind
from gateway.ids import new_id
from gateway.policy import decide
from gateway.store import jobs, looking, opening, watching
from gateway.store import store as store_module
from gateway.store.damage import COPIES_KEPT, copies
from gateway.store.database import Identity, begin_boot
from gateway.store.jobs import Change
from gateway.store.store import Store
from gateway.store.watching import Watching, all_rows
from tests.gateway.houses import NOON, answer, event
from tests.support.wait import until

PAGE = 1_024
BED = Watching(device="mat", rule="out_of_bed", due=NOON, details='{"phase":"away"}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house.db"


async def keep(store: Store, one: Event, change: Change | None = None) -> None:
    assert (await store.append(one, decide(one), change)).durable


async def unanswered(store: Store) -> list[str]:
    return [stored.event.id for stored in await store.ask(jobs.waiting, 1_000)]


async def furnish(path: Path, alarms: int = 3) -> tuple[list[str], Store]:
    """A file with alarms that nobody answered, one that was resolved, an active smoke alarm."""
    store = Store(path)
    store.__enter__()
    unanswered = [event() for _ in range(alarms)]
    for one in unanswered:
        await keep(store, one)
    smoke = event(type_="smoke", device="smoke-kitchen")
    await keep(store, smoke, Change(device="smoke-kitchen", name="smoke", began=True))
    store.keep_watching(BED)
    done = event()
    await keep(store, done)
    await store.mark(answer(done.id, "resolved"))
    return [smoke.id, *(one.id for one in unanswered)], store


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def move(path: Path, to: Path) -> None:
    path.rename(to)


def overwrite(path: Path, page: int, pages: int = 1) -> None:
    """Break pages as a dying card does; the first page is 1."""
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\x55" * PAGE * pages)


def root_page(path: Path, name: str) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0])


def schema_is_readable(path: Path) -> bool:
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        try:
            return bool(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
        except sqlite3.DatabaseError:
            return False


@pytest.mark.parametrize("broken", ["event_id", "outbox_waiting", "outbox", "condition", "watching", "setting"])
async def test_open_alarms_of_a_damaged_file_are_taken_over(path: Path, broken: str) -> None:
    ids, store = await furnish(path)
    boot, old = store.identity.boot, store.identity.store
    store.__exit__(None, None, None)
    overwrite(path, root_page(path, broken))
    before = bytes_of(path)
    with Store(path) as store:
        assert store.problem is None
        assert store.identity.store != old
        (aside,) = copies(path)
        assert store.put_aside == (aside.name,)
        assert bytes_of(aside) == before, "not a byte of it is changed"
        taken = await unanswered(store)
        # Where nothing tells any more what was answered, all of it is sent again; the centre folds it by its id.
        assert sorted(taken)[: len(ids)] == sorted(taken) if broken != "outbox" else set(taken) > set(ids)
        assert set(taken) >= set(ids)
        known = {condition.name for condition in await store.ask(jobs.conditions)}
        assert known == (set() if broken == "condition" else {"smoke"})
        assert await store.ask(all_rows) == ([] if broken == "watching" else [BED])
        assert store.identity.boot == boot + 1, "the centre must not take this for an older house"
        new = event()
        await keep(store, new)
    with Store(path) as again:
        assert set(await unanswered(again)) == {*taken, new.id}, "once, not at every start"
        assert again.put_aside == (aside.name,)


async def test_what_the_wal_holds_is_taken_over_too_and_stays_as_it_is(path: Path) -> None:
    ids, store = await furnish(path)
    store.__exit__(None, None, None)
    index = root_page(path, "event_telemetry")
    cut = path.with_name("cut.db")
    with Store(path) as store:
        last = event()
        await keep(store, last)
        # A copy as a power cut leaves it: the file as it was at the last checkpoint, and the WAL.
        parts = [bytes_of(path.with_name(path.name + part)) for part in ("", "-wal")]
    cut.write_bytes(parts[0])
    overwrite(cut, index)
    cut.with_name("cut.db-wal").write_bytes(parts[1])
    before = bytes_of(cut)
    with Store(cut) as again:
        (aside,) = copies(cut)
        assert set(await unanswered(again)) == {*ids, last.id}
    assert (bytes_of(aside), bytes_of(aside.with_name(aside.name + "-wal"))) == (before, parts[1])


@settings(max_examples=20, deadline=None)
@given(pages=st.sets(st.integers(2, 40), min_size=1, max_size=6))
@example(pages={7, 27})
@example(pages={7, 25, 27})
async def test_whatever_is_broken_no_alarm_that_is_still_in_the_file_is_lost(
    tmp_path_factory: pytest.TempPathFactory, pages: set[int]
) -> None:
    path = tmp_path_factory.mktemp("broken") / "house.db"
    alarms = [event(raw=new_id().replace("-", "") * 8) for _ in range(20)]
    with Store(path) as store:
        await asyncio.gather(*(store.append(one, decide(one)) for one in alarms))
    way_to_them = root_page(path, "event")
    for page in pages - {way_to_them}:
        overwrite(path, page)
    left = bytes_of(path)
    with Store(path) as store:
        assert store.problem is None
        new = event()
        await keep(store, new)
        sent = await unanswered(store)
    assert len(sent) == len(set(sent))
    # Where SQLite cannot even read which tables there are, nothing of the file can be had this way.
    readable = all(schema_is_readable(copy) for copy in copies(path))
    assert set(sent) >= {new.id, *(one.id for one in alarms if readable and (one.raw or "").encode() in left)}


async def test_a_power_cut_between_the_two_renames_is_made_good(path: Path) -> None:
    _, store = await furnish(path)
    wal = bytes_of(path.with_name(path.name + "-wal"))
    aside = path.with_name(path.name + ".damaged-20260301T120000Z")
    move(path, aside)
    store.__exit__(None, None, None)
    assert path.with_name(path.name + "-wal").exists()
    with Store(path) as again:
        assert again.problem is None
        assert bytes_of(aside.with_name(aside.name + "-wal")) == wal
        assert len(await unanswered(again)) == 4, "what the WAL held was found with it"


async def test_only_the_newest_copies_are_kept(path: Path) -> None:
    for day in range(1, COPIES_KEPT + 3):
        path.with_name(f"{path.name}.damaged-2026010{day}T000000Z").write_text("damaged")
    with Store(path) as store:
        assert len(store.put_aside) == COPIES_KEPT
        assert store.put_aside[0].endswith("20260103T000000Z")


def break_while_open(connection: sqlite3.Connection) -> None:
    """Break the file under a connection that is open, and let it forget what it has read."""
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    name = connection.execute("PRAGMA database_list").fetchone()[2]
    size = Path(name).stat().st_size // PAGE
    overwrite(Path(name), 2, size - 1)
    connection.execute("PRAGMA shrink_memory")
    connection.execute("BEGIN")
    connection.execute("SAVEPOINT job")


async def test_damage_in_the_run_sends_from_memory_and_goes_on_in_a_new_file(path: Path) -> None:
    told: list[str] = []
    with Store(path) as store:

        async def renewed() -> None:
            told.append(store.identity.store)

        store.when_renewed(renewed)
        old = store.identity
        await store.ask(break_while_open)
        alarm = event()
        kept = await store.append(alarm, decide(alarm))
        assert (kept.event, kept.durable) == (alarm, False)
        assert store.problem is not None
        assert await store.mark(answer(alarm.id, "accepted")) is not None
        await store.probe(NOON, durable=False)
        await until(lambda: store.problem is None)
        assert told == [store.identity.store] != [old.store]
        assert len(store.put_aside) == 1
        later = event()
        await keep(store, later)
        assert (await store.ask(jobs.open_alarms, 10))[0] == [(alarm.id, "accepted"), (later.id, "calling")]
        await store.ask(break_while_open)
        await store.append(event(), decide(event()))
        await store.probe(NOON, durable=False)
        assert store.problem is not None, "a disk that breaks each file is not given one after the other"
        assert len(copies(path)) == 1


async def test_a_file_that_was_deleted_is_replaced_with_what_was_open(path: Path) -> None:
    ids, store = await furnish(path)
    for part in ("", "-wal", "-shm"):
        path.with_name(path.name + part).unlink()
    sequence = (await store.append(event(), decide(event()))).sequence
    await store.probe(NOON, durable=False)
    assert store.problem is None
    new = event()
    kept = await store.append(new, decide(new))
    assert kept.durable
    assert kept.sequence > sequence
    store.__exit__(None, None, None)
    with Store(path) as again:
        assert set(await unanswered(again)) >= {*ids, new.id}


async def test_a_disk_that_comes_late_gets_what_memory_held_and_gives_what_it_holds(path: Path) -> None:
    ids, store = await furnish(path)
    store.__exit__(None, None, None)
    real = path.with_suffix(".real")
    move(path, real)
    os.mkdir(path)  # as where the card is not mounted yet
    alarm, done = event(), event()
    with Store(path) as store:
        assert store.problem is not None
        await store.append(alarm, decide(alarm))
        await store.append(done, decide(done))
        await store.mark(answer(done.id, "resolved"))
        motion = event(Kind.ACTIVITY, "motion")
        store.note(motion, decide(motion))
        await store.probe(NOON, durable=False)
        assert store.problem is not None
        os.rmdir(path)
        move(real, path)
        await store.probe(NOON, durable=False)
        assert store.problem is None
        assert set(await unanswered(store)) == {*ids, alarm.id}
        last = event()
        await keep(store, last)
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT id FROM event ORDER BY sequence").fetchall()
        assert [row[0] for row in rows[-3:]] == [alarm.id, done.id, last.id]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_what_waits_in_a_file_that_cannot_be_written_is_sent_from_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, store = await furnish(path)
    store.__exit__(None, None, None)
    asked: list[sqlite3.Connection] = []

    def refuse_once(connection: sqlite3.Connection) -> Identity:
        asked.append(connection)
        if len(asked) == 1:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return begin_boot(connection)

    monkeypatch.setattr(opening, "begin_boot", refuse_once)
    with Store(path) as store:
        assert "readonly" in str(store.problem)
        assert set(await unanswered(store)) == set(ids)
        await store.mark(answer(ids[0]))
        await store.probe(NOON, durable=False)
        assert store.problem is None
        assert set(await unanswered(store)) == set(ids[1:]), "what was answered meanwhile is noted on the disk"


async def test_a_slow_renewal_is_waited_for_and_not_begun_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PROBE_TIMEOUT_SECONDS", 0.05)
    go_on, renewals = threading.Event(), []

    def slowly(*arguments: Any, **named: Any) -> Any:
        renewals.append(1)
        go_on.wait(30)
        return opening.renew(*arguments, **named)

    monkeypatch.setattr(looking, "renew", slowly)
    with Store(path) as store:
        os.remove(path)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await store.probe(NOON, durable=False)
        alarm = event()
        kept = store.append(alarm, decide(alarm))
        go_on.set()
        monkeypatch.setattr(store_module, "PROBE_TIMEOUT_SECONDS", 30.0)
        await store.probe(NOON, durable=False)
        assert (await kept).event == alarm
        await until(lambda: store.problem is None)
        assert len(renewals) == 1
        assert alarm.id in await unanswered(store)


async def test_what_ended_in_memory_does_not_come_back_from_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fall = watching.Watching(device="band", rule="cancel", due=NOON, details="{}")
    smoke = Change(device="smoke-kitchen", name="smoke", began=False)
    _, store = await furnish(path)
    await store.ask(watching.keep, fall)
    await store.note_executed("order-1")
    store.__exit__(None, None, None)
    asked: list[sqlite3.Connection] = []

    def refuse_once(connection: sqlite3.Connection) -> Identity:
        asked.append(connection)
        if len(asked) == 1:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return begin_boot(connection)

    monkeypatch.setattr(opening, "begin_boot", refuse_once)
    with Store(path) as store:
        assert store.problem is not None
        assert fall in await store.ask(watching.all_rows)
        assert await store.ask(jobs.executed) == ["order-1"]
        await store.ask(watching.forget, fall.device, fall.rule)
        store.end(smoke)
        await store.probe(NOON, durable=False)
        assert store.problem is None
        assert fall not in await store.ask(watching.all_rows)
        assert await store.ask(jobs.conditions) == []
        assert await store.ask(jobs.executed) == ["order-1"]


def break_unseen(path: Path) -> None:
    """Break the file and its WAL while the house has all of it in its cache."""
    for part in ("", "-wal"):
        file = path.with_name(path.name + part)
        file.write_bytes(b"\x55" * file.stat().st_size)


async def test_damage_that_the_cache_hides_is_found_by_the_quarter_hourly_look(path: Path) -> None:
    with Store(path) as store:
        earlier = event()
        await keep(store, earlier)
        break_unseen(path)
        await store.probe(NOON, durable=False)
        assert store.problem is None, "the cache still answers"
        await store.probe(NOON, durable=True)
        assert len(copies(path)) == 1
        await until(lambda: store.problem is None)
        alarm = event()
        await keep(store, alarm)
        assert await unanswered(store) == [earlier.id, alarm.id], "what the disk had lost was in the cache"
