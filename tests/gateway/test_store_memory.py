"""No memory left for the database: the writer lives on, and the alarm goes out from what memory there is."""

import sys
from pathlib import Path

from tests.support.processes import running

# SQLite's limit holds for the whole process and cannot be lifted again: a process of its own.
STARVING = """
import asyncio, sys
from pathlib import Path
from gateway.policy import decide
from gateway.store import jobs
from gateway.store.store import Store
from tests.gateway.houses import NOON, event

async def main():
    with Store(Path(sys.argv[1])) as store:
        first = event()
        await store.append(first, decide(first))
        await store.ask(lambda connection: connection.execute("PRAGMA hard_heap_limit = 4000000") and None)
        large = event(raw="00" * 8_000_000)
        kept = await store.append(large, decide(large))
        print("starved", kept.durable, kept.event is large, "no memory" in str(store.problem), flush=True)
        await store.probe(NOON, durable=False)
        small = event()
        kept = await store.append(small, decide(small))
        print("small", kept.durable, flush=True)
        waiting = [stored.event.id for stored in await store.ask(jobs.waiting, 10)]
        print("there", waiting == [first.id, small.id], flush=True)

asyncio.run(main())
"""


async def test_what_is_too_large_for_memory_goes_out_unwritten_and_the_next_alarm_is_written(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(Path.cwd())}
    house = tmp_path / "house.db"
    async with running(sys.executable, "-P", "-c", STARVING, house, environment=environment) as child:
        await child.wait_line("starved False True True")
        await child.wait_line("small True")
        await child.wait_line("there True")
        assert await child.wait() == 0
