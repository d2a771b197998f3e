"""`anju-sim fleet`: what is asked for, read and checked; the report printed, kept and drawn."""

import argparse
import asyncio
import json
import logging
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.children import ChildError
from simulator.fleet.district import find_mosquitto
from simulator.fleet.profiles import PROFILES
from simulator.fleet.report import is_whole, table
from simulator.fleet.run import FleetError, Order, run
from simulator.fleet.tally import TallyError
from simulator.ports import listens, require_loopback

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

MOST_HOMES = 9_999
MOST_SECONDS = 86_400
HANDLES_PER_HOME = 5
_OTHER_HANDLES = 100
_DISK = "/var/tmp"  # noqa: S108 - the folder in it has a drawn name; where /tmp is memory a commit would cost nothing
_LOOPBACK = ("127.0.0.1", "localhost")
_DESCRIPTION = """\
Runs the real gateway for each of N homes, each with its own database and its own connection, against a real broker and
the real desk, and counts by id on both sides what was lost or doubled. Exit status 0 only where nothing was.

profiles:
"""


def add(commands: "Commands") -> None:
    """Add the command."""
    meanings = "\n".join(f"  {name:<12}{profile.meaning}" for name, profile in PROFILES.items())
    fleet = commands.add_parser(
        "fleet",
        help="a thousand homes against one desk",
        description=_DESCRIPTION + meanings,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fleet.add_argument("--homes", type=_homes, required=True, metavar="N", help=f"1 to {MOST_HOMES}")
    fleet.add_argument("--profile", choices=[*PROFILES], default="quiet", help="what happens (default quiet)")
    fleet.add_argument(
        "--seconds", type=_seconds, default=60.0, metavar="T", help="from all homes connected on (default 60)"
    )
    fleet.add_argument("--seed", type=int, default=1, metavar="S", help="draws who calls, and when (default 1)")
    fleet.add_argument(
        "--broker", type=_broker, metavar="HOST:PORT",
        help="a broker that runs already, on loopback and without TLS; it may restart meanwhile",
    )  # fmt: skip
    fleet.add_argument("--tls", action="store_true", help="TLS with a certificate for each home (needs Mosquitto)")
    fleet.add_argument("--keep", type=Path, metavar="DIR", help="leave homes/GATEWAY.db and desk.db there")
    fleet.add_argument("--picture", type=Path, metavar="FILE", help="draw latencies and queues (PNG)")
    fleet.add_argument("--json", action="store_true", help="print one JSON object")
    fleet.set_defaults(run=_fleet)


def _homes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_HOMES:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of homes: write 1 to {MOST_HOMES}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1.0 <= seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 1 to {MOST_SECONDS} seconds")
    return seconds


def _broker(text: str) -> int:
    host, _, port = text.rpartition(":")
    if host not in _LOOPBACK:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no broker on loopback: write 127.0.0.1:PORT; a fleet speaks without TLS"
        )
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} has no port: write HOST:PORT, for example 127.0.0.1:1883")
    return int(port)


def _fleet(options: argparse.Namespace) -> int:
    refused = _refusal(options.homes, options.broker, options.tls, options.keep, options.picture)
    if refused:
        print(f"anju-sim fleet: {refused}", file=sys.stderr)
        return 2
    order = Order(
        homes=options.homes, profile=options.profile, seconds=options.seconds, seed=options.seed,
        broker_port=options.broker, keep=options.keep, encrypted=options.tls,
    )  # fmt: skip
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    failures: list[str] = []
    try:
        require_loopback()
        with tempfile.TemporaryDirectory(prefix="anju-fleet-", dir=_DISK if Path(_DISK).is_dir() else None) as folder:
            result, measured = asyncio.run(run(order, Path(folder)))
    except* (OSError, ChildError, FleetError, TallyError) as group:
        failures = [str(error) for error in _leaves(group)]
    if failures:
        print(f"anju-sim fleet: {failures[0]}", file=sys.stderr)
        return 1
    if options.picture is not None:
        from simulator.fleet.picture import draw  # matplotlib takes longer to load than ten homes

        draw(options.picture, result, measured)
    print(json.dumps(result) if options.json else table(result), flush=True)
    return 0 if is_whole(result) else 1


def _refusal(homes: int, broker: int | None, encrypted: bool, keep: Path | None, picture: Path | None) -> str | None:
    """Why the command cannot be obeyed, with the remedy."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = homes * HANDLES_PER_HOME + _OTHER_HANDLES
    processes = os.cpu_count() or 1
    if hard != resource.RLIM_INFINITY and wanted > hard * processes:
        return f"{homes} homes want {wanted} open files, {hard} are allowed to a process; raise it with ulimit -n"
    if encrypted and (broker is not None or find_mosquitto() is None):
        return "--tls needs a Mosquitto of its own: install it, and leave out --broker"
    if broker is not None and not listens(broker):
        return f"--broker: nothing listens on port {broker} of loopback; start the broker first"
    if picture is not None and not picture.absolute().parent.is_dir():
        return f"--picture {picture}: there is no folder {picture.absolute().parent}"
    if keep is None:
        return None
    if any((keep / name).exists() for name in ("homes", "desk.db")):
        return f"--keep {keep}: databases of an earlier run lie there; name another folder"
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"--keep {keep}: {error.strerror}; name a folder that can be made"
    return None


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
