"""How much a gateway takes in a closed loop: telemetry in groups, alarms one durable commit each; and its CPU time."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.blast import blast
from benchmarks.centre import answering_centre
from benchmarks.house import Gateway, Plan, running_broker, running_gateway

TELEMETRY = 20_000
ALARMS = 1_000
MOTIONS = 200
_BATCH = 1_000
_PRESS = b'{"action":"on","battery":93,"linkquality":90}'
_PATIENCE_SECONDS = 120.0


async def measure(folder: Path) -> str:
    """Send both through the house's own broker; the report."""
    with running_broker(folder) as (_, district), running_broker(folder) as (_, local):
        plan = Plan(district_port=district, local_port=local, cords=(), buttons=ALARMS, motions=MOTIONS)
        async with answering_centre(district) as centre:
            with running_gateway(folder, plan) as gateway:
                seconds, cpu = await _telemetry(gateway, local, folder / "anju.db")
                telemetry = (
                    f"telemetry, stored in groups: {TELEMETRY / seconds:,.0f} messages/s,"
                    f" {cpu / TELEMETRY * 1_000:.3f} s of CPU per 1,000"
                )
                before = _cpu_seconds(gateway)
                began = time.perf_counter()
                buttons = [f"button-{number}" for number in range(ALARMS)]
                await asyncio.to_thread(blast, local, [(f"zigbee2mqtt/{button}", _PRESS) for button in buttons])
                await centre.heard(buttons)
                seconds, cpu = time.perf_counter() - began, _cpu_seconds(gateway) - before
    return (
        f"{telemetry}\nalarms, each stored, forwarded and answered: {ALARMS / seconds:,.0f} a second,"
        f" {cpu / ALARMS * 1_000:.3f} s of CPU per 1,000; doubled: {len(centre.alarms) - ALARMS}"
    )


async def _telemetry(gateway: Gateway, port: int, store: Path) -> tuple[float, float]:
    """Seconds of wall and of CPU until all but the last, unwritten batch is on the disk."""
    before, began = _cpu_seconds(gateway), time.perf_counter()
    await asyncio.to_thread(blast, port, list(_states()))
    await asyncio.to_thread(_until_stored, store)
    return time.perf_counter() - began, _cpu_seconds(gateway) - before


def _states() -> Iterator[tuple[str, bytes]]:
    for number in range(TELEMETRY):
        state = {"occupancy": bool(number // MOTIONS % 2), "illuminance": number % 300, "battery": 97}
        yield f"zigbee2mqtt/motion-{number % MOTIONS}", json.dumps(state).encode()


def _until_stored(store: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        while (rows := database.execute("SELECT count(*) FROM events").fetchone()[0]) < TELEMETRY - _BATCH:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {rows} of {TELEMETRY} messages are stored")
            time.sleep(0.02)


def _cpu_seconds(gateway: Gateway) -> float:
    times = gateway.inspect().cpu_times()
    return times.user + times.system
