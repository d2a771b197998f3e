"""`make bench`: how fast, how heavy. Every figure in the documents is what this prints."""

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import (
    alarm,
    decode,
    disk,
    fall,
    hostile,
    idle,
    inactivity,
    inward,
    mobile_data,
    outage,
    slow_line,
    steady,
    throughput,
    week,
)

_DISK = "/var/tmp"


async def _decode(_folder: Path) -> str:
    return decode.table()


async def _fall(_folder: Path) -> str:
    return fall.table()


PARTS: dict[str, Callable[[Path], Awaitable[str]]] = {
    "decode": _decode,
    "fall": _fall,
    "alarm": alarm.measure,
    "steady": steady.measure,
    "throughput": throughput.measure,
    "outage": outage.measure,
    "disk": disk.measure,
    "hostile": hostile.measure,
    "inward": inward.measure,
    "slow_line": slow_line.measure,
    "week": week.measure,
    "idle": idle.measure,
    "mobile_data": mobile_data.measure,
    "inactivity": inactivity.measure,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which parts; all where none is named")
    arguments = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()},"
        f" Python {platform.python_version()}"
    )
    for name in arguments.parts or PARTS:
        print(f"\n---- {name} ----")
        with tempfile.TemporaryDirectory(prefix="anju-bench-", dir=_on_a_disk()) as folder:
            print(asyncio.run(_run(PARTS[name], Path(folder))), flush=True)


async def _run(part: Callable[[Path], Awaitable[str]], folder: Path) -> str:
    return await part(folder)


def _on_a_disk() -> str | None:
    """Where commits reach a real disk: the system's temporary folder is memory on many machines."""
    return _DISK if Path(_DISK).is_dir() else None


if __name__ == "__main__":
    main()
