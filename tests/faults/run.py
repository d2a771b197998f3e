"""Running faults: one with one seed, or many in processes of their own, with what is done kept in a file."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

import msgspec

from tests.faults.count import Result, broken
from tests.faults.kinds import FAULTS, Fault
from tests.faults.scene import FULL, SHORT, Pace, scene

_PACES = {pace.name: pace for pace in (SHORT, FULL)}
Key = tuple[str, str, int]
"""Pace, fault, seed."""


async def run(fault: Fault, seed: int, pace: Pace, folder: Path) -> Result:
    """Do it to a fresh house and count."""
    async with scene(fault.setting, seed, pace, folder) as made:
        await fault.run(made)
        made.mended()
        return await made.settle()


def _run_alone(key: Key) -> Result:
    pace, name, seed = key
    fault = next(fault for fault in FAULTS if fault.name == name)
    with tempfile.TemporaryDirectory(prefix="anju-fault-") as folder:
        return asyncio.run(run(fault, seed, _PACES[pace], Path(folder)))


def read(file: Path) -> dict[Key, Result]:
    """What earlier runs have left in the file."""
    if not file.exists():
        return {}
    found = {}
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        found[(row["pace"], row["fault"], row["seed"])] = msgspec.convert(row["result"], Result)
    return found


def run_all(keys: Iterable[Key], jobs: int, file: Path, done: Callable[[Key, Result], None]) -> dict[Key, Result]:
    """Run what the file does not hold yet, `jobs` at a time; each result is kept as it comes."""
    wanted = list(keys)
    results = {key: result for key, result in read(file).items() if key in wanted}
    with ProcessPoolExecutor(jobs) as pool, file.open("a", encoding="utf-8") as kept:
        running = {pool.submit(_run_alone, key): key for key in wanted if key not in results}
        for finished in as_completed(running):
            key = pace, fault, seed = running[finished]
            error = finished.exception()
            # Whatever broke a run off is its outcome, and the others go on; the next time it is run again.
            results[key] = result = finished.result() if error is None else broken(error)
            if error is None:
                row = {"pace": pace, "fault": fault, "seed": seed, "result": asdict(result)}
                kept.write(json.dumps(row) + "\n")
                kept.flush()
            done(key, result)
    return results
