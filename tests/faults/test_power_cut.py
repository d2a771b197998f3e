"""The disk after a power cut: what the replay of the recorded steps may and may not leave, and what it would find."""

import os
import random
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.faults import recorder
from tests.faults.power_cut import Told, disk, put, told
from tests.faults.recorder import OPENED, SAID, SYNCED, WRITTEN, Record
from tests.support.processes import running

STORE = Path("/store.db")
EVENT = "01a20134-b780-70f1-bcb4-c72ee8b017eb"


def test_what_was_never_synced_is_dropped_torn_or_there_and_what_was_synced_is_there() -> None:
    steps = [
        Record(OPENED, 0, 0, b"/store.db"),
        Record(WRITTEN, 0, 0, b"a" * 1024),
        Record(SYNCED, 0, 0, b""),
        Record(WRITTEN, 0, 512, b"b" * 1024),
    ]
    a, b = b"a" * 512, b"b" * 512
    assert {disk(steps, random.Random(seed))[STORE] for seed in range(100)} == {a + a, a + b + b, a + b, a + a + b}
    never_synced = [disk([steps[0], steps[1]], random.Random(seed)) for seed in range(100)]
    assert {} in never_synced
    assert {STORE: a + a} in never_synced


def test_what_was_said_is_read_from_the_log_the_line_and_the_acknowledgements() -> None:
    puback = bytes((0x40, 2, 0, 7))
    publish = b"\x32" + bytes((len(EVENT),)) + EVENT.encode()
    said = told(
        [
            Record(SAID, 0, 0, b"notice state=calling alarm=" + EVENT.encode()),
            Record(SAID, 1883, 0, puback + puback),
            Record(SAID, 8883, 0, publish + puback),
            Record(SAID, 0, 0, b"notice state=received alarm=" + EVENT.encode()),
            Record(SAID, 9, 0, EVENT.replace("0", "1").encode()),
        ],
        local_port=1883,
        uplink_port=8883,
    )
    assert said == Told(events=frozenset({EVENT}), received=frozenset({EVENT}), taken=2)


WRITER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = " + sys.argv[2])
store.execute("CREATE TABLE t (n)")
for number in range(300):
    store.execute("INSERT INTO t VALUES (?)", (number,))
    print("told", number, file=sys.stderr, flush=True)
input()
"""


@pytest.mark.skipif(recorder.COMPILER is None, reason="no C compiler is installed (apt-get install gcc libc6-dev)")
@pytest.mark.parametrize(("synchronous", "may_lose"), [("FULL", False), ("NORMAL", True)])
async def test_a_store_that_does_not_sync_each_commit_is_found_out(
    tmp_path: Path, synchronous: str, may_lose: bool
) -> None:
    store, log = tmp_path / "t.db", tmp_path / "records"
    environment = recorder.environment(recorder.build(tmp_path), store, log)
    command = (sys.executable, "-P", "-c", WRITER, store, synchronous)
    async with running(*command, environment=environment) as child:
        await child.wait_line("told 299")
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()
    records, draw, lost = recorder.read(log), random.Random(5), 0
    for _ in range(30):
        cut = draw.randrange(len(records) + 1)
        put(disk(records[:cut], draw), store, tmp_path / "after.db")
        said = sum(record.kind == SAID and b"told" in record.data for record in records[:cut])
        lost += _rows(tmp_path / "after.db") < said
    assert (lost > 0) == may_lose


def _rows(store: Path) -> int:
    connection = sqlite3.connect(store)
    try:
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # not even the table was made
    finally:
        connection.close()
