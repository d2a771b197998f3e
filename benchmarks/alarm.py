"""One alarm hop by hop: a frame on the line to the centre's answer, beside what the machine itself costs."""

import asyncio
import time
from pathlib import Path

from benchmarks import floor
from benchmarks.centre import Centre, answering_centre
from benchmarks.house import Gateway, Plan, running_broker, running_gateway
from benchmarks.report import latency_table, percentile
from drivers.link.pty import PtyPair
from drivers.sonoff_rf_bridge import encode_key

ALARMS = 300
PAUSE_SECONDS = 0.05
_HOPS = {
    "decode": "  hop: frame to event",
    "commit": "  hop: event to durable commit",
    "publish": "  hop: encode and hand to the line",
    "puback": "  hop: publish to PUBACK",
    "received": "  hop: publish to the centre's `received`",
}


async def measure(folder: Path) -> str:
    """Pull each of 300 cords once; the report."""
    with running_broker(folder) as (broker, port), PtyPair(folder / "rf") as radio:
        addresses = [f"{0x10000 + number:05X}" for number in range(ALARMS)]
        disk, commit = floor.fsync(folder, ALARMS), floor.commit(folder, ALARMS)
        puback, subscriber = await floor.broker(port, ALARMS)
        rows = {
            "the disk alone: append 4 KiB and fsync": disk,
            "SQLite alone: one row, WAL, FULL": commit,
            "the broker alone: publish to PUBACK": puback,
            "the broker alone: publish to subscriber": subscriber,
        }
        plan = Plan(district_port=port, local_port=port, serial_path=radio.path, cords=addresses)
        async with answering_centre(port) as centre:
            with running_gateway(folder, plan) as gateway:
                ends, hops, written = await _pull(gateway, radio, centre, addresses)
    rows["one alarm: frame on the line to the centre"] = ends
    rows |= {_HOPS[hop]: samples for hop, samples in hops.items()}
    own = percentile(ends, 0.5) - percentile(commit, 0.5) - percentile(subscriber, 0.5)
    return "\n".join(
        [
            f"broker {broker}, {ALARMS} alarms",
            latency_table(rows),
            f"the gateway's own share at p50: {own:.2f} ms (alarm less one commit and one way through the broker)",
            f"written to disk per alarm, frame to `received`: {written / ALARMS / 1_000:.1f} KB",
        ]
    )


async def _pull(
    gateway: Gateway, radio: PtyPair, centre: Centre, addresses: list[str]
) -> tuple[list[float], dict[str, list[float]], float]:
    """Pull each cord once; milliseconds from the frame to the centre, the hops, the bytes written to disk."""
    process = gateway.inspect()
    written = process.io_counters().write_bytes
    began: dict[str, float] = {}
    # The log is read from the start: a gateway whose log nobody reads drops lines.
    hops_read = asyncio.create_task(asyncio.to_thread(gateway.hops, len(addresses)))
    for address in addresses:
        began[address] = time.perf_counter()
        await radio.write(encode_key(address + "F"))
        await asyncio.sleep(PAUSE_SECONDS)
    hops = await hops_read
    ends = [(centre.arrived[address] - began[address]) * 1_000 for address in addresses]
    return ends, hops, process.io_counters().write_bytes - written
