"""A gateway with two drivers that has nothing to do: how soon it is up, what it weighs."""

import asyncio
from pathlib import Path

from benchmarks.house import Plan, running_broker, running_gateway
from benchmarks.report import percentile
from drivers.link.pty import PtyPair

STARTS = 5
IDLE_SECONDS = 30.0
_SETTLE_SECONDS = 2.0


async def measure(folder: Path) -> str:
    """Start it five times, then let it idle; the report."""
    with running_broker(folder) as (_, port), PtyPair(folder / "rf") as radio:
        plan = Plan(district_port=port, local_port=port, serial_path=radio.path)
        seconds = []
        for _ in range(STARTS):
            with running_gateway(folder, plan) as gateway:
                seconds.append(gateway.start_seconds)
        with running_gateway(folder, plan) as gateway:
            process = gateway.inspect()
            await asyncio.sleep(_SETTLE_SECONDS)
            before = process.cpu_times()
            await asyncio.sleep(IDLE_SECONDS)
            after = process.cpu_times()
            memory_mib = process.memory_info().rss / 2**20
    busy = (after.user + after.system - before.user - before.system) / IDLE_SECONDS * 100
    return (
        f"cold start until every line is up: {percentile(seconds, 0.5):.2f} s"
        f" (worst of {STARTS}: {max(seconds):.2f} s)\n"
        f"idle with two drivers: {memory_mib:.1f} MiB resident, {busy:.2f} % of one processor"
    )
