"""What the machine itself costs: one fsync, one commit, one round trip to the broker. Everything else is ours."""

import asyncio
import os
import sqlite3
import time
from pathlib import Path

from drivers.link.mqtt import Endpoint, Inbound, Session, SessionOptions, open_session
from simulator.ports import LOOPBACK

PAUSE_SECONDS = 0.02
"""Between two samples, as between two alarms: back to back, a disk shows its best side only."""


def fsync(folder: Path, count: int) -> list[float]:
    """Milliseconds of appending 4 KiB and fsync."""
    samples = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(count):
            time.sleep(PAUSE_SECONDS)
            began = time.perf_counter()
            file.write(b"\0" * 4_096)
            os.fsync(file.fileno())
            samples.append((time.perf_counter() - began) * 1_000)
    return samples


def commit(folder: Path, count: int) -> list[float]:
    """Milliseconds of a bare SQLite commit as our store makes it: WAL, synchronous FULL, 1 KiB pages, one row."""
    connection = sqlite3.connect(folder / "commit.db", isolation_level=None)
    connection.executescript(
        "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE event (sequence INTEGER PRIMARY KEY, body TEXT)"
    )
    samples = []
    for _ in range(count):
        time.sleep(PAUSE_SECONDS)
        began = time.perf_counter()
        connection.execute("INSERT INTO event (body) VALUES (?)", ("x" * 400,))
        samples.append((time.perf_counter() - began) * 1_000)
    connection.close()
    return samples


async def broker(port: int, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from publish to PUBACK, and from publish to a subscriber, QoS 1, 900 bytes, two connections."""
    arrived: asyncio.Queue[float] = asyncio.Queue()

    def take(session: Session, inbound: Inbound) -> None:
        session.acknowledge(inbound)
        arrived.put_nowait(time.perf_counter())

    endpoint = Endpoint(host=LOOPBACK, port=port)
    puback, subscriber = [], []
    async with (
        open_session(endpoint, SessionOptions(client_id="floor-in"), take) as inward,
        open_session(endpoint, SessionOptions(client_id="floor-out"), take) as outward,
    ):
        await inward.subscribe("floor")
        for _ in range(count):
            await asyncio.sleep(PAUSE_SECONDS)
            began = time.perf_counter()
            await outward.publish("floor", b"x" * 900)
            puback.append((time.perf_counter() - began) * 1_000)
            subscriber.append((await arrived.get() - began) * 1_000)
    return puback, subscriber
