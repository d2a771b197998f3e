"""`make bench`: how fast, how heavy. Every figure in the documents is what this prints."""

import argparse
import asyncio
import platform
import tempfile
import time
from pathlib import Path

from benchmarks import decode, floor
from benchmarks.house import Gateway, answering_centre, running_broker, running_gateway
from benchmarks.report import latency_table, percentile
from drivers.link.pty import PtyPair
from drivers.sonoff_rf_bridge import encode_key

IDLE_SECONDS = 30.0
PAUSE_SECONDS = 0.05


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alarms", type=int, default=300, help="how many cords are pulled, one after the other")
    parser.add_argument("--starts", type=int, default=5, help="how many cold starts are timed")
    arguments = parser.parse_args()
    print(f"{decode.table()}\n")
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(_measure(Path(name), arguments.alarms, arguments.starts))


async def _measure(folder: Path, alarms: int, starts: int) -> None:
    with running_broker(folder) as (broker, port), PtyPair(folder / "rf") as radio:
        print(f"{platform.machine()}, Python {platform.python_version()}, broker {broker}, {alarms} alarms\n")
        addresses = [f"{0x10000 + number:05X}" for number in range(alarms)]
        disk, commit = floor.fsync(folder, alarms), floor.commit(folder, alarms)
        puback, subscriber = await floor.broker(port, alarms)
        rows = {
            "the disk alone: append 4 KiB and fsync": disk,
            "SQLite alone: one row, WAL, FULL": commit,
            "the broker alone: publish to PUBACK": puback,
            "the broker alone: publish to subscriber": subscriber,
        }
        async with answering_centre(port) as heard:
            with running_gateway(folder, port, radio.path, addresses) as gateway:
                ends, hops, written = await _pull(gateway, radio, heard, addresses)
        rows["one alarm: frame on the line to the centre"] = ends
        names = {
            "decode": "  hop: frame to event",
            "commit": "  hop: event to durable commit",
            "publish": "  hop: encode and hand to the line",
            "puback": "  hop: publish to PUBACK",
            "received": "  hop: publish to the centre's `received`",
        }
        rows |= {names[hop]: samples for hop, samples in hops.items()}
        print(latency_table(rows))
        own = percentile(ends, 0.5) - percentile(commit, 0.5) - percentile(subscriber, 0.5)
        print(f"\nthe gateway's own share at p50: {own:.2f} ms (alarm less one commit and one way through the broker)")
        print(f"written to disk per alarm, frame to `received`: {written / alarms / 1_000:.1f} KB")
        _weigh(folder, port, radio.path, starts)


async def _pull(
    gateway: Gateway, radio: PtyPair, heard: dict[str, float], addresses: list[str]
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
    ends = [(heard[address] - began[address]) * 1_000 for address in addresses]
    return ends, hops, process.io_counters().write_bytes - written


def _weigh(folder: Path, port: int, serial_path: str, starts: int) -> None:
    """Print the cold start, and the memory and processor time of an idle gateway with its two drivers."""
    seconds = []
    for _ in range(starts):
        with running_gateway(folder, port, serial_path, ["9EAD9"]) as gateway:
            seconds.append(gateway.start_seconds)
    print(
        f"cold start until every line is up: {percentile(seconds, 0.5):.2f} s (worst of {starts}: {max(seconds):.2f} s)"
    )
    with running_gateway(folder, port, serial_path, ["9EAD9"]) as gateway:
        process = gateway.inspect()
        time.sleep(2.0)
        before = process.cpu_times()
        time.sleep(IDLE_SECONDS)
        after = process.cpu_times()
        busy = (after.user + after.system - before.user - before.system) / IDLE_SECONDS * 100
        memory_mib = process.memory_info().rss / 2**20
        print(f"idle with two drivers: {memory_mib:.1f} MiB resident, {busy:.2f} % of one processor")


if __name__ == "__main__":
    main()
