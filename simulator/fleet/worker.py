"""One process of a fleet: `python -P -m simulator.fleet.worker FILE` runs the homes that FILE names.

Standard input bears the coordinator's words, one a line: `begin` (the script's time runs from now) and `end`. Standard
output bears a `Report` twice a second, one JSON object a line, and a last one after `end`.
"""

import asyncio
import logging
import re
import resource
import sys
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from pathlib import Path

import msgspec

from drivers.link.group import Group
from simulator.fleet.homes import Home
from simulator.fleet.life import Life, Watched
from simulator.fleet.radio import Sender
from simulator.fleet.words import REPORT_SECONDS, Report, Task
from simulator.standard_input import lines
from simulator.tearing import tear

_START_SECONDS = 0.004
"""Between two homes' starts, so that the lines of the earlier ones are served meanwhile."""
_NOTICE = re.compile(r"notice state=(\w+) alarm=(\S+)")


class Worker:
    """The homes of this process."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._watched = Watched()
        self._lives = {index: Life(Home(index, Path(folder)), self._watched) for index, folder in task.homes}
        self._empty_rss_kib = _rss_kib()
        self._stop = asyncio.Event()
        self._lag_seconds = 0.0

    async def run(self) -> None:
        """Live until told to end."""
        log = _Notices(self._watched)
        logging.getLogger("anju.notice").addHandler(log)
        async with Group() as tasks:
            reporting = tasks.create_task(self._report_for_ever())
            listening = tasks.create_task(self._listen(tasks))
            async with Group() as homes:
                for life in self._lives.values():
                    homes.create_task(life.run(self._stop))
                    await asyncio.sleep(_START_SECONDS)
            reporting.cancel()
            listening.cancel()
        self._report()

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        async for line in lines():
            if line == "begin":
                tasks.create_task(self._perform())
            elif line == "end":
                self._stop.set()

    async def _perform(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        acts: list[tuple[float, Callable[[], None]]] = [
            (at, partial(tear, self._task.broker_port)) for at in self._task.tears
        ]
        acts += [(at, partial(self._lives[home].say, Sender[sender])) for at, home, sender in self._task.sayings]
        for at, act in sorted(acts, key=itemgetter(0)):  # a line that is torn now is torn before anybody speaks
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            act()

    async def _report_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + REPORT_SECONDS
            await asyncio.sleep(REPORT_SECONDS)
            self._lag_seconds = loop.time() - due
            self._report()

    def _report(self) -> None:
        watched = self._watched
        used = resource.getrusage(resource.RUSAGE_SELF)
        report = Report(
            connected=watched.connected, waiting=watched.called - watched.received, called=watched.called,
            latencies_ms=[round(seconds * 1_000, 3) for seconds in watched.take_latencies()], rss_kib=_rss_kib(),
            empty_rss_kib=self._empty_rss_kib, cpu_seconds=used.ru_utime + used.ru_stime,
            lag_ms=self._lag_seconds * 1_000,
        )  # fmt: skip
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()


class _Notices(logging.Handler):
    """Hears what the gateways tell their residents."""

    def __init__(self, watched: Watched) -> None:
        super().__init__()
        self._watched = watched

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line of a log."""
        if (said := _NOTICE.match(record.getMessage())) is not None:
            self._watched.notice(said[2], said[1])


def _rss_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1_024


def main(file: str) -> None:
    """Run the homes of a task file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger().addHandler(logging.NullHandler())
    task = msgspec.json.decode(Path(file).read_bytes(), type=Task)
    asyncio.run(Worker(task).run())


if __name__ == "__main__":
    main(sys.argv[1])
