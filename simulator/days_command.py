"""`anju-sim days`: the days of a home as the signs its sensors give, without any gateway."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

from simulator.life import FIRST_DAY, Life
from simulator.plan import Plan
from simulator.plan_file import SimulatorFileError, load_plan, shipped_plans

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_MOST_DAYS = 36_600
_ABOUT = """Writes what the sensors of a home see of its residents' days, one JSON object a line: at (RFC 3339), device,
kind, type. Drawn from the seed: the same plan, seed and number of days give the same bytes. Now and then a meal burns,
and a cord is pulled by mistake. `--plan` is a plan that ships or a file.
"""


def add(commands: "Commands") -> None:
    """Add the command to `anju-sim`."""
    days = commands.add_parser(
        "days",
        help="the days of a home as its sensors see them, as JSON lines",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    days.add_argument("--plan", default="one-bedroom", help=f"{', '.join(shipped_plans())}, or a file")
    days.add_argument("--seed", type=int, default=1)
    days.add_argument("--days", type=_count, default=7, metavar="N", help=f"how many, at most {_MOST_DAYS}")
    days.add_argument("--first-day", type=date.fromisoformat, default=FIRST_DAY, metavar="YYYY-MM-DD")
    days.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    days.set_defaults(run=_days)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if not 1 <= count <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to {_MOST_DAYS}")
    return count


def _days(options: argparse.Namespace) -> int:
    try:
        plan = load_plan(options.plan)
    except SimulatorFileError as error:
        print(error, file=sys.stderr)
        return 2
    if options.out is None:
        write(sys.stdout, plan, options.seed, options.days, options.first_day)
    else:
        with options.out.open("w", encoding="utf-8", newline="\n") as file:
            write(file, plan, options.seed, options.days, options.first_day)
    return 0


def write(file: TextIO, plan: Plan, seed: int, days: int, first_day: date) -> None:
    """Write so many days, line by line."""
    zone = ZoneInfo(plan.timezone)
    begins = datetime.combine(first_day, datetime.min.time(), zone).astimezone(UTC)
    signs = Life(plan, seed, first_day, incidents=True).signs(days)
    # Names of devices are of a few plain characters, and kinds and types are words of ours: nothing to escape.
    file.writelines(
        f'{{"at":"{_text(begins, at)}","device":"{device}","kind":"{kind}","type":"{type_}"}}\n'
        for at, device, kind, type_ in signs
    )


def _text(begins: datetime, at: float) -> str:
    return (begins + timedelta(milliseconds=int(at * 1_000))).isoformat(timespec="milliseconds")[:-6] + "Z"
