"""The demo: an alarm travels from a house to the desk and its answer back, with every real program in between.

`python -P -m simulator.demo` serves a desk to look at and a home to play with until Ctrl-C; `--once` does one cord and
one smoke alarm and exits 0 only where both arrived and were answered; `--json` prints what was measured as one JSON
object, also where a hop is cut.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from drivers.link.group import Group
from drivers.link.mqtt import Endpoint, Inbound, MqttError, Session, SessionOptions, open_session
from drivers.link.pty import PtyPair
from simulator.children import ChildError, Children, children
from simulator.demo_house import Ports, start_district, start_gateway
from simulator.demo_journal import Journal, summary, table
from simulator.demo_scenes import Stage, first_alarm, two_alarms
from simulator.plan_file import load_plan
from simulator.play.live import Live
from simulator.play.server import PlaySite, serve
from simulator.play.view import View
from simulator.play.world import play_world
from simulator.ports import LOOPBACK, free_port, require_loopback
from simulator.radio import RadioBridge
from simulator.web import Site, WebError

PLAN, FIRST_PULLED = "one-bedroom", "cord-bath"
_GIVE_UP_SECONDS = 40.0
"""With the stopping of the programs this stays below a minute."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo. Returns 0, or 1 where any hop is cut."""
    parser = argparse.ArgumentParser(
        prog="anju demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--once", action="store_true", help="one cord and one smoke alarm, then end")
    parser.add_argument("--json", action="store_true", help="with --once: print one JSON object")
    options = parser.parse_args(arguments)
    if options.json and not options.once:
        parser.error("--json goes with --once")
    return asyncio.run(_until_told(once=options.once, as_json=options.json))


async def _until_told(*, once: bool, as_json: bool) -> int:
    """Run until the end, until it fails, or until SIGINT or SIGTERM, which end the open-ended demo in order."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    playing = asyncio.ensure_future(_play_safely(once=once, as_json=as_json))
    telling = asyncio.ensure_future(told.wait())
    await asyncio.wait([playing, telling], return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if playing.done():
        return playing.result()
    playing.cancel()
    await asyncio.wait([playing])
    return 1 if once else 0


async def _play_safely(*, once: bool, as_json: bool) -> int:
    """Play, and turn every way to fail into one message on standard error."""
    journal = Journal()
    problems: list[str] = []
    desk: list[dict[str, Any]] = []
    try:
        with tempfile.TemporaryDirectory(prefix="anju-demo-") as folder:
            async with asyncio.timeout(_GIVE_UP_SECONDS if once else None):
                desk = await (_play_once if once else _open_house)(Path(folder), journal)
    except* TimeoutError:
        reached = [f"{alarm.type}: {', '.join(alarm.states)}" for alarm in journal.alarms.values()]
        problems.append(f"gave up; this far the alarms came: {'; '.join(reached) or 'none was raised'}")
    except* (OSError, ChildError, WebError, MqttError) as group:
        problems += map(str, _leaves(group))
    for problem in problems:
        print(f"anju demo: {problem}", file=sys.stderr)
    result = summary(journal, desk)
    if as_json:
        print(json.dumps(result), flush=True)
    elif not problems:
        print(table(result), flush=True)
    done = [result[count] for count in ("raised", "received", "accepted")] == [2, 2, 2] and result["doubled"] == 0
    return 0 if done and not problems else 1


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


async def _play_once(folder: Path, journal: Journal) -> list[dict[str, Any]]:
    """Returns every alarm on the desk at the end."""
    require_loopback()
    ports = Ports()
    async with children() as programs:
        with PtyPair(folder / "rf") as pty:
            token = await start_district(folder, ports, programs)
            await start_gateway(folder, ports, programs, journal.take)
            bridge = RadioBridge(pty, frame_format="a4", seed=1)
            broker = Endpoint(host=LOOPBACK, port=ports.local)
            async with open_session(broker, SessionOptions(client_id="anju-demo"), _ignore) as session:
                return await _perform(Stage(journal, Site(ports.desk, token), bridge, session), programs)


async def _perform(stage: Stage, programs: Children) -> list[dict[str, Any]]:
    async with Group() as tasks:
        beside = [
            tasks.create_task(programs.guard()),
            tasks.create_task(stage.bridge.listen()),
            tasks.create_task(stage.session.lost()),
        ]
        desk = await two_alarms(stage)
        for task in beside:
            task.cancel()
    return desk


async def _open_house(folder: Path, journal: Journal) -> NoReturn:
    """The desk and the home, for a visitor, until somebody ends it."""
    require_loopback()
    view, port = View(), free_port()

    def on_line(line: str) -> None:
        journal.take(line)
        view.take(line)

    async with play_world(load_plan(PLAN), folder, on_line) as world, Group() as tasks:
        await world.start()
        live = Live(load_plan(PLAN), world)
        tasks.create_task(serve(PlaySite(live, world, view), port))
        tasks.create_task(live.run())
        tasks.create_task(view.run(world))
        print(f"http://{LOOPBACK}:{world.desk.port}/", flush=True)
        print(f"anju demo: play with the home on http://{LOOPBACK}:{port}/", file=sys.stderr, flush=True)
        await first_alarm(journal, world.desk, lambda: live.do("press", FIRST_PULLED, {}))
    raise AssertionError("the page is served for ever")


def _ignore(_session: Session, _inbound: Inbound) -> None:
    """The demo subscribes to nothing on the local broker."""


if __name__ == "__main__":
    sys.exit(main())
