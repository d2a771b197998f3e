"""`anju-sim years`: homes that live for years in driven time, as a log that the seed alone decides."""

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.plan_file import SimulatorFileError, load_plan, shipped_plans

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_MOST_HOMES, _MOST_DAYS = 1_000, 3_660
_COUNTED = ("events", "calls", "lost", "doubled")
_ABOUT = """Lets homes live in driven time, each on a real gateway in this machine's memory, and writes what came of it
at the district: one JSON object a line for every alarm, event and digest, home after home. Calls for help are drawn
from the seed, and so are power cuts and outages of the line, the broker and the desk. The same plan, seed, homes and
days give the same bytes. Exit status 1: a call was lost, or doubled.
"""


def add(commands: "Commands") -> None:
    """Add the command to `anju-sim`."""
    years = commands.add_parser(
        "years",
        help="homes that live for years in minutes, as a log of what reached the district",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    years.add_argument("--plan", default="one-bedroom", help=f"{', '.join(shipped_plans())}, or a file")
    years.add_argument("--seed", type=int, default=1)
    years.add_argument(
        "--homes", type=partial(_up_to, limit=_MOST_HOMES), default=10, metavar="N", help="how many, default 10"
    )
    years.add_argument(
        "--days", type=partial(_up_to, limit=_MOST_DAYS), default=365, metavar="N", help="of each home; default 365"
    )
    years.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the log is written")
    years.add_argument("--json", action="store_true", help="print one JSON object")
    years.set_defaults(run=_years)


def _up_to(text: str, limit: int) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= limit:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {limit}")
    return number


def _years(options: argparse.Namespace) -> int:
    from simulator.driven.years import live_all

    try:
        plan = load_plan(options.plan)
    except SimulatorFileError as error:
        print(error, file=sys.stderr)
        return 2
    began = time.monotonic()
    told = dict.fromkeys(_COUNTED, 0)
    processes = min(options.homes, os.cpu_count() or 1)
    with options.out.open("w", encoding="utf-8", newline="\n") as file:
        for number, lived in enumerate(live_all(plan, options.seed, options.homes, options.days, processes), 1):
            file.write(lived.log)
            told = {key: told[key] + getattr(lived, key) for key in _COUNTED}
            if not options.json:
                counts = ", ".join(f"{getattr(lived, key)} {key}" for key in _COUNTED)
                print(f"home {number} of {options.homes}: {counts}", flush=True)
    home_years, seconds = round(options.homes * options.days / 365, 3), round(time.monotonic() - began, 1)
    if options.json:
        print(json.dumps({"home_years": home_years, "homes": options.homes, **told, "seconds": seconds}))
    else:
        print(f"{home_years:g} home-years in {seconds:g} s")
    return 1 if told["lost"] or told["doubled"] else 0
