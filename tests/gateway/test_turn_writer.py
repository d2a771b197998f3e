"""The writer of simulated time: what is asked together is committed together, and a power cut keeps what was."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from gateway.policy import decide
from gateway.store.database import StoreError, UnfitError
from gateway.store.store import Store
from gateway.store.turn_writer import TurnWriter
from gateway.store.writer import Writer
from tests.gateway.houses import event


def ids(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM event ORDER BY sequence")]


class Cut:
    """Begins to write as a house in simulated time does, and can take its power away."""

    def __init__(self) -> None:
        self.writer: TurnWriter

    def begin(self, connection: sqlite3.Connection) -> Writer:
        self.writer = TurnWriter(connection)
        return self.writer


async def test_an_alarm_is_kept_one_turn_later_and_without_a_thread(tmp_path: Path) -> None:
    one, path = event(), tmp_path / "house.db"
    with Store(path, begin_writing=TurnWriter) as store:
        kept = store.append(one, decide(one))
        assert not kept.done()
        await asyncio.sleep(0)
        assert ids(path) == [one.id]
        assert (await kept).durable


async def test_a_job_that_does_not_fit_spoils_no_neighbour_and_a_reading_one_is_answered(tmp_path: Path) -> None:
    one, path = event(), tmp_path / "house.db"
    with Store(path, begin_writing=TurnWriter) as store:
        kept = store.append(one, decide(one))
        asking = asyncio.ensure_future(store.ask(lambda connection: connection.execute("SELECT 1").fetchone()))
        with pytest.raises(UnfitError):
            await store.ask(lambda _connection: int("no number"))
        assert (await kept).durable
        assert await asking == (1,)


async def test_a_power_cut_keeps_what_was_committed_and_nothing_that_was_only_asked(tmp_path: Path) -> None:
    first, second, path, power = event(), event(), tmp_path / "house.db", Cut()
    with Store(path, begin_writing=power.begin) as store:
        await store.append(first, decide(first))
        waiting = store.append(second, decide(second))
        power.writer.cut()
        await asyncio.sleep(0)
        assert not waiting.done()
    assert ids(path) == [first.id]
    with Store(path, begin_writing=TurnWriter) as store:
        assert store.identity.boot == 2


async def test_a_connection_that_cannot_be_exchanged_stays(tmp_path: Path) -> None:
    def refuse(_old: sqlite3.Connection) -> tuple[sqlite3.Connection, None]:
        raise StoreError("no other file")

    writer = TurnWriter(sqlite3.connect(tmp_path / "any.db", isolation_level=None))
    with pytest.raises(StoreError):
        await writer.exchange(refuse)
    other = sqlite3.connect(":memory:", isolation_level=None)
    assert await writer.exchange(lambda _old: (other, "new")) == "new"
    assert await writer.submit(lambda connection: connection is other)
    writer.close(1.0)
