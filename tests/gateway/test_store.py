"""The store through its real file: what is committed together, what comes back, what an answer changes."""

import asyncio
import signal
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.event import AlarmType, Event, Kind, State
from gateway.contract.times import from_text, to_text
from gateway.policy import RANKS, decide
from gateway.store import jobs
from gateway.store.database import StoreError, UnfitError, open_for_reading
from gateway.store.reading import Filter, events
from gateway.store.rows import Stored, from_row, to_row
from gateway.store.store import Store
from tests.contract.events import events as any_events
from tests.gateway.houses import NOON, answer, event
from tests.support.processes import running
from tests.support.wait import until


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(query).fetchall()


async def keep(store: Store, of: Event, change: jobs.Change | None = None) -> Stored:
    return await store.append(of, decide(of), change)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house.db"


async def test_event_outbox_row_and_condition_are_one_commit(path: Path) -> None:
    smoke = event(type_=AlarmType.SMOKE)
    with Store(path) as store:
        kept = await keep(store, smoke, jobs.Change(device="smoke-kitchen", name="smoke", began=True))
        assert kept.durable
        # Another connection sees all of it as soon as the future is done, without the store being closed.
        assert rows(path, "SELECT id, rank, raised FROM event JOIN outbox USING (sequence)") == [(smoke.id, 0, 1)]
        assert rows(path, "SELECT device, name, event FROM condition") == [("smoke-kitchen", "smoke", smoke.id)]
        over = event(Kind.RESTORE, "smoke", alarm=smoke.id)
        await keep(store, over, jobs.Change(device="smoke-kitchen", name="smoke", began=False))
        assert rows(path, "SELECT count(*) FROM condition") == [(0,)]


async def test_the_file_is_small_paged_durable_and_can_shrink(path: Path) -> None:
    with Store(path) as store:

        def pragmas(connection: sqlite3.Connection) -> list[object]:
            names = ("page_size", "auto_vacuum", "journal_mode", "synchronous", "foreign_keys")
            return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

        assert await store.ask(pragmas) == [1024, 2, "wal", 2, 1]


async def test_identity_is_stable_boots_grow_and_the_sequence_goes_on(path: Path) -> None:
    with Store(path) as first:
        one = await keep(first, event())
    with Store(path) as second:
        two = await keep(second, event())
    assert first.identity.store == second.identity.store
    assert (second.identity.boot, second.identity.sequence) == (first.identity.boot + 1, one.sequence)
    assert (two.boot, two.sequence) == (second.identity.boot, one.sequence + 1)


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "house.db"
    with Store(path) as store:
        assert (await keep(store, event())).durable
        assert store.problem is None
    assert path.is_file()


async def test_jobs_that_wait_together_share_a_commit_and_one_that_fails_takes_nobody_with_it(path: Path) -> None:
    good, twin, last = event(), event(), event(Kind.TAMPER, None)
    with Store(path) as store:
        futures = [store.append(of, decide(of)) for of in (good, replace(twin, id=good.id), last)]
        # A row that no column can take (a half of a character pair) is the job's own fault too.
        odd = event(device="\ud800")
        futures.append(store.append(odd, decide(odd)))
        assert [kept.durable for kept in await asyncio.gather(*futures)] == [True, False, True, False]
        assert store.problem is None, "the disk is well: the rows were at fault"
        assert (await keep(store, event())).durable
    assert rows(path, "SELECT count(*) FROM event") == [(3,)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_the_writer_answers_even_after_it_has_ended(path: Path) -> None:
    with Store(path) as store:
        await keep(store, event())

        def die(_connection: sqlite3.Connection) -> None:
            raise SystemExit

        with pytest.raises(StoreError):
            await store.ask(die)
        kept = await keep(store, event())
        assert not kept.durable
        assert store.problem is not None


CHILD = """
import asyncio, sys
from gateway.policy import decide
from gateway.store.store import Store
from pathlib import Path
from tests.gateway.houses import event

async def main():
    with Store(Path(sys.argv[1])) as store:
        while True:
            batch = [event() for _ in range(3)]
            for kept in await asyncio.gather(*(store.append(of, decide(of)) for of in batch)):
                assert kept.durable
                print("kept", kept.event.id, flush=True)

asyncio.run(main())
"""


async def test_killed_between_commits_no_committed_row_is_lost(path: Path) -> None:
    told: set[str] = set()
    for round_ in range(1, 4):
        async with running(
            sys.executable, "-P", "-c", CHILD, path, environment={"PYTHONPATH": str(Path.cwd())}
        ) as child:
            # Each round lets it write a little longer, so that the cut comes at another place.
            await until(lambda child=child, wanted=10 * round_: len(child.stdout) >= wanted)  # type: ignore[misc]
            child.signal(signal.SIGKILL)
            assert await child.wait() == -signal.SIGKILL
            told |= {line.split()[1] for line in child.stdout if len(line.split()) == 2 and len(line.split()[1]) == 36}
        with Store(path) as store:
            waiting = await store.ask(jobs.waiting, 100_000)
        assert told <= {kept.event.id for kept in waiting}
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_answers_are_marked_once_by_rank_and_only_upwards(path: Path) -> None:
    sos = event()
    with Store(path) as store:
        await keep(store, sos)
        accepted = await store.mark(answer(sos.id, "accepted", at="2026-03-01T12:00:05.000Z"))
        assert accepted == jobs.Marked(about=sos.id, raised=True, changed=True, highest="accepted")
        again = await store.mark(answer(sos.id, "accepted", at="2026-03-01T12:00:09.000Z"))
        assert again == jobs.Marked(about=sos.id, raised=True, changed=False, highest="accepted")
        late = await store.mark(answer(sos.id, "received", at="2026-03-01T12:00:09.000Z"))
        assert late == again, "accepted implies received: the late one changes nothing"
        # A skipped step stays empty; a lower one that comes late is noted and undoes nothing.
        resolved = await store.mark(answer(sos.id, "resolved", at="2026-03-01T12:10:00.000Z"))
        dispatched = await store.mark(answer(sos.id, "dispatched", at="2026-03-01T12:11:00.000Z"))
        assert resolved is not None
        assert dispatched is not None
        assert resolved.highest == dispatched.highest == "resolved"
        assert await store.mark(answer("00000000-0000-7000-8000-000000000000")) is None
    assert rows(path, "SELECT received, accepted, dispatched, arrived, resolved, result FROM events") == [
        ("2026-03-01T12:00:05.000Z", "2026-03-01T12:00:05.000Z", "2026-03-01T12:11:00.000Z", None,
         "2026-03-01T12:10:00.000Z", "helped")
    ]  # fmt: skip


async def test_only_a_raised_event_is_handled_and_only_resolved_has_a_result(path: Path) -> None:
    sos, tamper = event(), event(Kind.TAMPER, None)
    with Store(path) as store:
        await keep(store, sos)
        await keep(store, tamper)
        marked = await store.mark(answer(tamper.id, "resolved"))
        assert marked == jobs.Marked(about=tamper.id, raised=False, changed=True, highest="received")
        await store.mark(answer(sos.id, "accepted", result="helped"))
    assert rows(path, "SELECT kind, result, resolved FROM events ORDER BY sequence") == [
        ("alarm", None, None),
        ("tamper", None, None),
    ]


async def test_what_waits_comes_back_most_urgent_first(path: Path) -> None:
    record = event(Kind.SERVICE_REQUEST, "meal")
    given = [record, event(Kind.TAMPER, None), event(), event(type_=AlarmType.SMOKE), event(Kind.TEST, AlarmType.CO)]
    with Store(path) as store:
        for one in given:
            await keep(store, one)
        await store.mark(answer(record.id))
        found = await store.ask(jobs.waiting, 10)
        assert [kept.event.type for kept in found] == ["smoke", "co", "sos", None]
        assert [RANKS[kept.priority] for kept in found] == [0, 0, 1, 3]
        assert (await store.ask(jobs.waiting, 1))[0].event == given[3]
        assert await store.ask(jobs.one, given[2].id) == found[2]


async def test_the_view_shows_kind_alarm_exactly_once_per_raised_alarm(path: Path) -> None:
    smoke = event(type_=AlarmType.SMOKE)
    with Store(path) as store:
        await keep(store, smoke)
        await keep(store, event(type_=AlarmType.SMOKE, alarm=smoke.id, repeat_count=2))
        await keep(store, event(type_=AlarmType.SMOKE, alarm=smoke.id, state=State.CANCELLED))
        await keep(store, event(Kind.RESTORE, "smoke", alarm=smoke.id))
        activity = event(Kind.ACTIVITY, "motion")
        store.note(activity, decide(activity))
    assert rows(path, "SELECT kind, type FROM events ORDER BY sequence") == [
        ("alarm", "smoke"),
        ("restore", "smoke"),
        ("activity", "motion"),
    ]


async def test_open_alarms_are_those_nobody_resolved_the_newest_of_them(path: Path) -> None:
    alarms = [event() for _ in range(4)]
    with Store(path) as store:
        for alarm in alarms:
            await keep(store, alarm)
        await keep(store, event(Kind.TAMPER, None))
        await store.mark(answer(alarms[0].id, "resolved"))
        await store.mark(answer(alarms[3].id, "accepted"))
        assert await store.ask(jobs.open_alarms, 2) == ([(alarms[2].id, "calling"), (alarms[3].id, "accepted")], 3)


async def test_the_newest_events_and_device_times_come_back_for_the_next_boot(path: Path) -> None:
    given = [event(occurred_at=NOON + timedelta(seconds=number)) for number in range(3)]
    with Store(path) as store:
        for one in given:
            await keep(store, one)
    with Store(path) as store:
        assert [kept.event for kept in await store.ask(jobs.newest, 2)] == given[1:]
        assert await store.ask(jobs.last_device_times) == {"cord-bath": NOON + timedelta(seconds=2)}


async def test_a_remembered_condition_says_whether_people_have_ended_it(path: Path) -> None:
    smoke, water, low = event(type_="smoke"), event(type_="water"), event(Kind.LOW_BATTERY, None)
    with Store(path) as store:
        for one, name in ((smoke, "smoke"), (water, "water"), (low, "low_battery")):
            await keep(store, one, jobs.Change(device="d", name=name, began=True))
        await store.mark(answer(smoke.id, "resolved"))
        await store.mark(answer(low.id, "received"))
        found = {condition.name: condition.resolved for condition in await store.ask(jobs.conditions)}
        assert found == {"smoke": True, "water": False, "low_battery": False}
        store.end(jobs.Change(device="d", name="water", began=False))
        assert {condition.name for condition in await store.ask(jobs.conditions)} == {"smoke", "low_battery"}


async def test_repeat_counts_reach_the_row_and_only_grow(path: Path) -> None:
    sos = event()
    with Store(path) as store:
        await keep(store, sos)
        for count in (12, 7):
            store.count_repeat(sos.id, count)
            store.flush()
    assert rows(path, "SELECT repeat_count FROM events") == [(12,)]


@given(one=any_events, sequence=st.integers(1, 2**53), durable_priority=st.sampled_from(sorted(RANKS)))
def test_an_event_comes_back_from_its_row_as_it_was(one: Event, sequence: int, durable_priority: str) -> None:
    kept = Stored(event=one, boot=3, sequence=sequence, priority=durable_priority)  # type: ignore[arg-type]
    try:
        row = to_row(kept)
    except (TypeError, ValueError, OverflowError):
        return  # evidence that JSON cannot hold never leaves a driver; the writer refuses it as unfit
    sequence_, boot, id_, kind, type_, alarm, device, room, priority, received, occurred, repeats, details = row
    read = from_row(
        (sequence_, boot, priority, id_, kind, type_, alarm, device, room, received, occurred, repeats, details)
    )
    assert (read.sequence, read.boot, read.priority) == (sequence, 3, durable_priority)
    for name in ("id", "kind", "type", "alarm", "device", "room", "model", "address", "state", "repeat_count", "raw",
                 "rssi_dbm", "battery_mv", "battery_low", "supervised", "clock_quality"):  # fmt: skip
        assert getattr(read.event, name) == getattr(one, name), name
    assert to_text(read.event.received_at) == to_text(one.received_at)
    assert from_text(received) == read.event.received_at


async def test_reading_beside_a_running_store_gives_everything_in_order_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.reading.PAGE", 3)
    path = tmp_path / "a house? #1 100%.db"  # characters that mean something in a URI
    given = [event(Kind.TAMPER if number % 2 else Kind.ALARM, None) for number in range(10)]
    with Store(path) as store:
        for one in given:
            await keep(store, one)
        connection = open_for_reading(path)
        assert [row["id"] for row in events(connection, Filter())] == [one.id for one in given]
        tampers = [one.id for one in given if one.kind is Kind.TAMPER]
        assert [row["id"] for row in events(connection, Filter(kind="tamper", limit=2))] == tampers[-2:]
        assert not list(events(connection, Filter(device="nobody")))
        assert not list(events(connection, Filter(since=NOON + timedelta(seconds=1))))
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM event")
        connection.close()


def test_reading_what_is_no_database_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="has the gateway run"):
        open_for_reading(tmp_path / "missing.db")
    (tmp_path / "text.db").write_text("not a database " * 100)
    with pytest.raises(StoreError, match=r"text\.db: file is not a database"):
        open_for_reading(tmp_path / "text.db")
    assert issubclass(UnfitError, StoreError)


async def test_the_newest_silenced_alarms_are_known_after_a_restart(path: Path) -> None:
    alarms = [f"alarm-{number}" for number in range(jobs.SILENCED_LIMIT + 2)]
    with Store(path) as store:
        assert await store.ask(jobs.silenced) == []
        for alarm in [alarms[0], *alarms]:
            store.silence(alarm)
    with Store(path) as store:
        assert await store.ask(jobs.silenced) == alarms[2:]


async def test_an_event_is_told_of_once_although_nobody_waits_any_more(tmp_path: Path) -> None:
    told: list[Stored] = []
    alarm = event()
    with Store(tmp_path / "anju.db") as store:
        kept = store.append(alarm, decide(alarm), then=told.append)
        kept.cancel()
        await until(lambda: told)
        await store.append(event(), decide(event()))
    assert [(one.event, one.durable) for one in told] == [(alarm, True)]


async def test_work_is_done_while_the_disk_is_at_the_commit(tmp_path: Path) -> None:
    done: list[str] = []
    alarm = event()
    with Store(tmp_path / "anju.db") as store:
        kept = store.append(
            alarm,
            decide(alarm),
            then=lambda stored: done.append(f"kept {stored.sequence}"),
            meanwhile=lambda stored: done.append(f"meanwhile {stored.sequence}"),
        )
        assert done == []
        sequence = (await kept).sequence
    assert done == [f"meanwhile {sequence}", f"kept {sequence}"]
