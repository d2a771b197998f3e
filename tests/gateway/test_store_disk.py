"""A disk that refuses: no alarm waits for it, it is said, and what was refused is written once it takes it again."""

import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.event import Kind
from gateway.policy import decide
from gateway.store import jobs, looking, telemetry
from gateway.store import store as store_module
from gateway.store.database import StoreError
from gateway.store.devices import DeviceState, states
from gateway.store.store import PARKED_LIMIT, Store
from gateway.store.watching import Watching, all_rows
from tests.gateway.houses import NOON, answer, event
from tests.support.processes import running
from tests.support.wait import until


def limit_pages(more: int) -> Callable[[sqlite3.Connection], int]:
    """A job that lets the file grow by so many pages, as a full disk would."""

    def job(connection: sqlite3.Connection) -> int:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] + more
        return int(connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()[0])

    return job


def read_only(connection: sqlite3.Connection) -> None:
    """What a kernel does to a disk with errors."""
    connection.execute("PRAGMA query_only = ON")


def writable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = OFF")


def ids(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM event")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house.db"


async def fill(store: Store, full_after: int = 500) -> list[str]:
    """Append alarms until the disk refuses; the ids of those it took."""
    took: list[str] = []
    for _ in range(full_after):
        one = event()
        if not (await store.append(one, decide(one))).durable:
            return took
        took.append(one.id)
    raise AssertionError("the disk never refused")


async def test_what_changes_all_the_time_pushes_no_alarm_out(path: Path) -> None:
    with Store(path) as store:
        await store.ask(read_only)
        alarm = event()
        assert not (await store.append(alarm, decide(alarm))).durable
        for number in range(PARKED_LIMIT + 100):
            store.keep_watching(Watching(device="door", rule="door_left_open", due=None, details=str(number)))
        await store.ask(writable)
        store.flush()
        await until(lambda: store.problem is None)
        assert [row.details for row in await store.ask(all_rows)] == [str(PARKED_LIMIT + 99)]
    assert ids(path) == {alarm.id}


async def test_what_is_known_of_devices_waits_for_the_disk_and_pushes_no_alarm_out(path: Path) -> None:
    with Store(path) as store:
        await store.ask(read_only)
        alarm = event()
        assert not (await store.append(alarm, decide(alarm))).durable
        store.keep_devices({"early": DeviceState(battery_percent=1.0)})
        for number in range(PARKED_LIMIT + 100):
            store.keep_devices({"cord": DeviceState(battery_percent=float(number))})
            store.flush()
        await store.ask(writable)
        store.flush()
        await until(lambda: store.problem is None)
        await store.ask(states)  # whatever was under way has settled
        store.flush()
        kept = await store.ask(states)
        assert {name: state.battery_percent for name, state in kept.items()} == {
            "early": 1.0,
            "cord": PARKED_LIMIT + 99.0,
        }
    assert ids(path) == {alarm.id}


async def test_a_full_disk_refuses_no_alarm_and_takes_everything_later(path: Path) -> None:
    with Store(path) as store:
        await store.ask(limit_pages(8))
        took = await fill(store)
        assert took
        assert "full" in str(store.problem)
        late = event()
        kept = await store.append(late, decide(late))
        assert (kept.event, kept.durable) == (late, False)
        # Its answers are heard while it waits, and noted behind it.
        marked = await store.mark(answer(late.id, "accepted"))
        assert marked == jobs.Marked(about=late.id, raised=True, changed=True, highest="accepted")
        motion = event(Kind.ACTIVITY, "motion")
        store.note(motion, decide(motion))
        store.flush()
        assert len(await store.ask(jobs.waiting, 1_000)) == len(took), "reading works all the while"
        assert store.problem is not None
        await store.ask(limit_pages(10_000))
        store.flush()
        await until(lambda: store.problem is None)
        assert (await store.ask(jobs.open_alarms, 1_000))[0][-1] == (late.id, "accepted")
    assert {*took, late.id, motion.id} <= ids(path)


async def test_a_small_alarm_still_fits_where_a_batch_does_not(path: Path) -> None:
    alarm = event()
    with Store(path) as store:
        for _ in range(400):
            one = event(Kind.ACTIVITY, "motion", raw="00" * 200)
            store.note(one, decide(one))
        await store.ask(limit_pages(20))
        entered, go_on = threading.Event(), threading.Event()

        def stall(_connection: sqlite3.Connection) -> None:
            entered.set()
            go_on.wait(30)

        stalled = store._writer.submit(stall)  # so that batch and alarm wait together
        await until(entered.is_set)
        store.flush()
        kept = store.append(alarm, decide(alarm))
        go_on.set()
        await stalled
        assert (await kept).durable
        assert store.problem is not None, "the batch did not fit, and that is said"
    assert ids(path) == {alarm.id}


async def test_telemetry_of_a_long_illness_is_thinned_and_alarms_are_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "REFUSED_LIMIT", 5)
    with Store(path) as store:
        await store.ask(read_only)
        alarm = event()
        assert not (await store.append(alarm, decide(alarm))).durable
        motions = [event(Kind.ACTIVITY, "motion") for _ in range(9)]
        for one in motions:
            store.note(one, decide(one))
            store.flush()
            await store.ask(jobs.conditions)
        await store.ask(writable)
        store.flush()
        await until(lambda: store.problem is None)
    assert ids(path) == {alarm.id, *(one.id for one in motions[-5:])}


async def test_too_many_parked_events_drop_the_oldest_aloud(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store_module, "PARKED_LIMIT", 2)
    with Store(path) as store:
        await store.ask(read_only)
        alarms = [event() for _ in range(3)]
        for one in alarms:
            assert not (await store.append(one, decide(one))).durable
        await store.ask(writable)
        store.flush()
        await until(lambda: store.problem is None)
    assert ids(path) == {one.id for one in alarms[1:]}
    assert f"event {alarms[0].id} will never be written" in caplog.text


async def test_a_disk_that_hangs_holds_no_alarm_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(store_module, "PROBE_TIMEOUT_SECONDS", 0.05)
    hang = threading.Event()
    alarm, earlier = event(), event()
    with Store(path) as store:
        await store.append(earlier, decide(earlier))
        held = store._writer.submit(lambda _connection: hang.wait(30))
        kept = await store.append(alarm, decide(alarm))
        assert not kept.durable
        assert "not answered" in str(store.problem)
        assert await store.mark(answer(alarm.id)) == jobs.Marked(
            about=alarm.id, raised=True, changed=True, highest="received"
        )
        with pytest.raises(StoreError):
            await store.mark(answer(earlier.id))
        with pytest.raises(TimeoutError):
            await store.probe(NOON, durable=False)
        hang.set()
        await held
        await store.ask(jobs.conditions)
        store.flush()
        await until(lambda: store.problem is None)
        assert await store.ask(jobs.waiting, 10) == []
    assert ids(path) == {alarm.id, earlier.id}


async def test_the_probe_finds_a_sick_disk_before_an_alarm_does(path: Path) -> None:
    with Store(path) as store:
        await store.probe(NOON, durable=True)
        assert store.problem is None

        await store.ask(read_only)
        await store.probe(NOON, durable=False)
        assert "readonly" in str(store.problem)
        # What only reads goes on: the outbox can still be sent from such a disk.
        assert await store.ask(jobs.waiting, 10) == []


@pytest.fixture(params=["folder", "newer"])
def spoiled(request: pytest.FixtureRequest, path: Path) -> Path:
    if request.param == "folder":
        path.mkdir()
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 9999")
    return path


async def test_what_cannot_be_opened_is_said_and_the_house_lives_in_memory(spoiled: Path) -> None:
    alarm = event()
    with Store(spoiled) as store:
        assert str(spoiled) in str(store.problem)
        kept = await store.append(alarm, decide(alarm))
        assert (kept.event, kept.durable) == (alarm, False)
        assert (await store.ask(jobs.waiting, 10))[0].event == alarm
        marked = await store.mark(answer(alarm.id, "accepted"))
        assert marked is not None
        assert marked.highest == "accepted"
        assert store.problem is not None, "memory is no disk, however well it works"


async def test_a_folder_that_cannot_be_made_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    alarm = event()
    with Store(tmp_path / "file" / "house.db") as store:
        assert store.problem is not None
        assert (await store.append(alarm, decide(alarm))).event == alarm


FILLING = """
import asyncio, resource, sys
from gateway.policy import decide
from gateway.store import jobs, looking, telemetry
from gateway.store.store import Store
from pathlib import Path
from tests.gateway.houses import event

async def main():
    path = Path(sys.argv[1])
    # The disk is full from the first byte: not even the opening can be counted.
    with Store(path) as store:
        pass
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2, resource.RLIM_INFINITY))
    with Store(path) as store:
        alarm = event()
        kept = await store.append(alarm, decide(alarm))
        print("opened full", kept.durable, store.problem is not None, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with Store(path) as store:
        size = path.with_name(path.name + "-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        alarm = event()
        kept = await store.append(alarm, decide(alarm))
        print("running full", kept.durable, store.problem is not None, flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        store.flush()
        found = await store.ask(jobs.one, alarm.id)
        print("well again", found is not None and found.event == alarm, store.problem, flush=True)

asyncio.run(main())
"""


async def test_a_real_write_error_at_the_opening_and_in_the_run(path: Path) -> None:
    async with running(sys.executable, "-P", "-c", FILLING, path, environment={"PYTHONPATH": str(Path.cwd())}) as child:
        await child.wait_line("opened full False True")
        await child.wait_line("running full False True")
        await child.wait_line("well again True None")
        assert await child.wait() == 0


def size(path: Path) -> int:
    return path.stat().st_size


async def test_another_file_in_the_place_is_noticed_and_left_alone(path: Path) -> None:
    with Store(path) as store:
        await store.probe(NOON, durable=False)
        assert store.problem is None
        other = path.with_suffix(".other")
        other.write_text("somebody's file")
        shutil.move(path, path.with_suffix(".moved"))
        shutil.move(other, path)
        await store.probe(NOON, durable=False)
        assert "another file" in str(store.problem)
        assert size(path) == len("somebody's file")
        shutil.move(path.with_suffix(".moved"), path)
        await store.probe(NOON, durable=False)
        assert store.problem is None


async def test_on_a_nearly_full_disk_the_probe_is_a_real_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SCARCE_BYTES", sys.maxsize)
    with Store(path) as store:
        await store.probe(NOON, durable=False)
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*) FROM setting WHERE name = 'probe'").fetchone() == (1,)
