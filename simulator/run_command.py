"""`anju-sim run`: scenarios as a test report."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.engine import Engine, EngineError, UnplayableError
from simulator.judge import judge
from simulator.plan_file import SimulatorFileError
from simulator.report import Row, Skipped, as_json, as_line, as_total, row_of
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario, scenario_files

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_ABOUT = """Plays each scenario on a real gateway and says whether what came out is what had to.

Driven time, the default, runs the gateway in this process on a clock that jumps over idleness: a week takes seconds.
Real time starts the real programs and speaks to them through a pseudo-terminal and MQTT; it takes as long as life does,
so scenarios of more than a few minutes, and those that set the gateway's clock, are skipped there.
"""


def add(commands: "Commands") -> None:
    """Add the command to `anju-sim`."""
    run = commands.add_parser(
        "run",
        help="play scenarios and report what came of them",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="a scenario's file, or a folder of them")
    run.add_argument("--real-time", action="store_true", help="through pty and MQTT, as long as life takes")
    run.add_argument(
        "--prove",
        action="store_true",
        help="play each again without each of its steps: it fails where nobody would miss one",
    )
    run.add_argument("--json", action="store_true", help="print one JSON object")
    run.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        scenarios = _load(options.paths)
    except SimulatorFileError as error:
        print(error, file=sys.stderr)
        return 2
    if options.real_time:
        from simulator.real_time import play_real_time as engine
    else:
        from simulator.driven.engine import play_driven as engine
    try:
        rows, skipped = _play(scenarios, engine, prove=options.prove, as_json=options.json)
    except EngineError as error:
        print(f"anju-sim: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(as_json(rows, skipped), ensure_ascii=False))
    elif rows:
        print(as_total(rows, skipped))
    if not rows:
        return 2
    return 0 if all(row.passed for row in rows) else 1


def _load(paths: Sequence[Path]) -> list[Scenario]:
    """All of them. Raises SimulatorFileError with the mistakes of every file."""
    scenarios, problems = [], list[str]()
    for file in scenario_files(paths):
        try:
            scenarios.append(load_scenario(file))
        except SimulatorFileError as error:
            problems += error.problems
    if problems:
        raise SimulatorFileError(problems)
    return scenarios


def _play(
    scenarios: Sequence[Scenario], engine: Engine, *, prove: bool, as_json: bool
) -> tuple[list[Row], list[Skipped]]:
    rows, skipped = list[Row](), list[Skipped]()
    for scenario in scenarios:
        began = time.monotonic()
        try:
            played = engine(scenario)
            idle = not_missed(scenario, engine) if prove else ()
        except UnplayableError as error:
            skipped.append(Skipped(name=scenario.name, file=str(scenario.file), reason=str(error)))
            print(f"{scenario.file}:1: skipped: {error}", file=sys.stderr)
            continue
        rows.append(row_of(scenario, played, time.monotonic() - began, idle))
        if not as_json:
            print(as_line(rows[-1]), flush=True)
    return rows, skipped


def not_missed(scenario: Scenario, engine: Engine) -> tuple[str, ...]:
    """Each step without which the scenario passes all the same, in words: such a step proves nothing."""
    found = []
    for number, step in enumerate(scenario.steps):
        without = replace(scenario, steps=scenario.steps[:number] + scenario.steps[number + 1 :])
        if judge(without, engine(without).seen).passed:
            who = f" of {step.device.id}" if step.device is not None else ""
            found.append(
                f"it passes without its step {number + 1}, the {step.do}{who}: nothing expects what comes of it"
            )
    return tuple(found)
