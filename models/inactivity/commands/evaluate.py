"""`anju-models evaluate inactivity`: false alarms and delays on recordings of homes, strictly causal."""

import argparse
import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from models.inactivity.evaluation import incidents, recording, report
from models.inactivity.evaluation.run import copy_of, measure
from models.inactivity.evaluation.timer import PlainTimer
from models.inactivity.watch import InactivityWatch

_BUDGETS = (1.0, 0.35)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("data", nargs="?", type=Path, help="a folder with recordings of homes (*.npz)")
    parser.add_argument("--sample", action="store_true", help="the simulated year of this repository")
    parser.add_argument("--homes", default="", help="names of recordings, with commas between; default all")
    parser.add_argument("--sparse", action="store_true", help="also with living room, bathroom and bed alone")
    parser.add_argument("--strays", action="store_true", help="also with two stray signs in the day after a collapse")
    parser.add_argument("--from-day", type=float, help="measure from this day of each recording on; default the 28th")
    parser.add_argument("--budget", type=float, action="append", help="false alarms per 30 days; may come again")
    parser.add_argument("--injections", type=int, default=500, help="collapses tried per home")
    parser.add_argument("--seed", type=int, default=1, help="where the collapses fall")
    parser.add_argument("--json", action="store_true", help="one JSON value instead of the table")
    parser.add_argument("--out", type=Path, help="a folder for inactivity.json and inactivity.png")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. 0, or 2 where there is nothing to measure."""
    try:
        homes = _homes(arguments)
    except ValueError as error:
        print(f"anju-models evaluate inactivity: {error}", file=sys.stderr)
        return 2
    found = []
    if not arguments.json:
        print(report.HEAD)
    for home in homes:
        for budget in arguments.budget or _BUDGETS:
            for method in ("watch", "strays", "timer") if arguments.strays else ("watch", "timer"):
                found.append(_measured(home, budget, method, arguments))
                if not arguments.json:
                    print(report.row(found[-1]), flush=True)
    if arguments.json:
        print(json.dumps(found))
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "inactivity.json").write_text(json.dumps(found, indent=1) + "\n")
        report.draw(found, arguments.out / "inactivity.png")
    return 0


def _homes(arguments: argparse.Namespace) -> list[recording.Recording]:
    if arguments.injections < 2:
        raise ValueError("--injections: at least 2 are needed for a median")
    homes = []
    if arguments.sample:
        homes.append(recording.simulated())
    elif arguments.data is None:
        raise ValueError("no recordings: name a folder with them (DATA), or use --sample")
    if arguments.data is not None:
        homes += recording.load(arguments.data, [name for name in arguments.homes.split(",") if name])
    homes = [replace(home, from_day=arguments.from_day) for home in homes]
    for home in homes:
        if home.from_day is not None and not 0.0 <= home.from_day < home.days - 1.0:
            raise ValueError(f"--from-day: {home.name} has {home.days:.0f} days: choose an earlier one")
    return homes + [recording.sparse(home) for home in homes if arguments.sparse]


def _measured(home: recording.Recording, budget: float, method: str, arguments: argparse.Namespace) -> dict[str, Any]:
    moments = incidents.moments(home, arguments.injections, arguments.seed)
    with tqdm(total=int(home.days), desc=f"{home.name} {method} {budget}", unit="day", leave=False) as bar:
        if method in ("watch", "strays"):
            watch = InactivityWatch(home.sensors, budget, home.timezone)
            after = partial(incidents.strays, home) if method == "strays" else incidents.nothing
            measured = measure(home, watch, copy_of, moments, bar.update, after)
        else:
            measured = measure(home, PlainTimer(budget), PlainTimer.copy, moments, bar.update)  # type: ignore[arg-type]
    return report.facts(measured, method, budget, arguments.seed)
