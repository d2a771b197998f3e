"""What keeps the desk bounded and in order when others are not."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from typing import cast

from callcentre.hub import BACKLOG_LIMIT, Hub
from callcentre.store.schema import StoreError
from callcentre.store.store import open_store
from callcentre.store.sweep import sweep
from callcentre.store.writer import UnstorableError
from drivers.link.in_order import Arrivals
from drivers.link.mqtt import Inbound, Session
from tests.callcentre.desks import Desk, alarm_message, house


async def test_a_watcher_that_cannot_follow_is_let_go_and_others_stay() -> None:
    hub = Hub()
    with hub.watcher() as slow, hub.watcher() as quick:
        for number in range(BACKLOG_LIMIT + 1):
            hub.publish({"id": str(number)})
            assert await quick.next(1) == {"id": str(number)}
        assert slow.ended
        assert await slow.next(1) is None
        assert not quick.ended


async def test_the_end_wakes_a_waiting_watcher() -> None:
    hub = Hub()
    with hub.watcher() as watcher:
        waiting = asyncio.ensure_future(watcher.next(10))
        await asyncio.sleep(0)
        hub.close()
        assert await waiting is None


def test_acknowledgements_keep_the_order_of_arrival() -> None:
    acknowledged: list[int] = []

    class Recorder:
        def acknowledge(self, inbound: Inbound) -> None:
            acknowledged.append(inbound.mid)

    arrivals, told = Arrivals(), []
    session = cast(Session, Recorder())
    first, second, third = (
        arrivals.add(session, Inbound(topic="t", payload=b"", retain=False, qos=1, mid=mid)) for mid in (1, 2, 3)
    )
    arrivals.finish(third, lambda: told.append(3))
    arrivals.finish(second)
    assert acknowledged == []
    arrivals.finish(first, lambda: told.append(1))
    assert acknowledged == [1, 2, 3]
    assert told == [1, 3]


async def test_one_bad_job_spoils_neither_its_neighbours_nor_the_writer(desk: Desk) -> None:
    async with open_store(desk.database) as store:

        def insert(name: object) -> "asyncio.Future[None]":
            def job(connection: sqlite3.Connection) -> None:
                connection.execute("INSERT INTO home (gateway) VALUES (?)", (name,))

            return store.write(job)

        outcomes = await asyncio.gather(insert("a"), insert(2**80), insert("a"), insert("b"), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), UnstorableError, UnstorableError, type(None)]
        rows = await store.read(lambda connection: connection.execute("SELECT gateway FROM home").fetchall())
        assert sorted(row[0] for row in rows) == ["a", "b"]


async def test_a_read_that_takes_too_long_is_ended(desk: Desk) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    async with open_store(desk.database) as store:
        try:
            await store.read(lambda connection: connection.execute(endless).fetchone())
        except StoreError as error:
            ended = str(error)
    assert "interrupted" in ended


async def test_the_sweep_forgets_the_old_and_never_an_unresolved_alarm(desk: Desk) -> None:
    token = desk.token()
    kept, done = alarm_message(), alarm_message()
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(kept)
        await home.alarm(done)
        await desk.request("POST", f"/api/alarms/{done['id']}/resolve", token, {"result": "test"})
    async with open_store(desk.database) as store:

        def age(connection: sqlite3.Connection) -> None:
            for table, column in (("alarm", "updated_at"), ("message", "received_at"), ("audit", "at")):
                connection.execute(f"UPDATE {table} SET {column} = '2001-01-01T00:00:00.000Z'")

        await store.write(age)

        assert await store.write(lambda connection: sweep(connection, datetime.now(UTC))) is False
        left = await store.read(lambda connection: connection.execute("SELECT id FROM alarms").fetchall())
        messages = await store.read(lambda connection: connection.execute("SELECT 1 FROM message").fetchall())
    assert [row[0] for row in left] == [kept["id"]]
    assert messages == []


async def test_five_megabytes_in_one_message_hurt_nobody(desk: Desk) -> None:
    token = desk.token()
    async with desk.running() as child, house(desk.broker_port) as home, house(desk.broker_port, "gw-2") as other:
        await home.send("alarm", b"x" * 5_000_000)
        assert (await other.alarm(alarm_message()))["state"] == "received"
        assert child.status is None
        assert [row["type"] for row in await desk.alarms(token) if row["gateway"] == "gw-2"] == ["sos"]
