"""The command `anju`: everything a person types at the gateway."""

import argparse
import asyncio
import json
import os
import shutil
import sys
from pathlib import Path

DONE, NO, WRONG = 0, 1, 2
"""Exit status: done; done and the answer is no; wrong use or wrong input."""


def main() -> None:
    """Parse the command line and run one command."""
    arguments = _parser().parse_args()
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell, the flush at the exit included.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = DONE
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anju", description="Anju, the home-safety gateway of one house.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: object, text: str, *, config: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        if config:
            added.add_argument("--config", required=True, type=Path, metavar="FILE", help="the gateway's TOML file")
        return added

    command("run", _run, "Run the gateway in the foreground until SIGTERM.").add_argument(
        "--verbose", action="store_true", help="log every detail"
    )
    demo = command(
        "demo", _demo, "A whole house and its call centre on this machine, no hardware needed.", config=False
    )
    demo.add_argument(
        "--once", action="store_true", help="two alarms from the frame to the accepting operator, then end"
    )
    demo.add_argument("--json", action="store_true", help="print the result as one JSON object (with --once)")
    command("check-config", _check_config, "Report every mistake in a gateway's file, each with its line and remedy.")
    command("devices", _devices, "List what this gateway can speak to.", config=False).add_argument(
        "--json", action="store_true", help="print a JSON list"
    )
    command("decode", _decode, "Say what the gateway makes of each frame: JSON lines in, JSON lines out.", config=False)
    events = command("events", _events, "Show or export what happened in the house, oldest first.")
    form = events.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per line")
    form.add_argument("--csv", action="store_true", help="comma-separated values with a heading")
    events.add_argument("--kind", metavar="KIND", help="only this kind, for example alarm")
    events.add_argument("--device", metavar="ID", help="only this device")
    events.add_argument("--since", metavar="TIME", help="only from this time on (RFC 3339 with an offset, or a date)")
    events.add_argument("--limit", type=_count, metavar="N", help="only the newest N")
    excerpts = command(
        "excerpts", _excerpts, "List the seconds of samples that each fall left, or write them to files."
    )
    excerpts.add_argument("--json", action="store_true", help="print a JSON list")
    excerpts.add_argument("--out", type=Path, metavar="FOLDER", help="write the samples as .npz files into this folder")
    command("status", _status, "Ask the running gateway how it is.").add_argument(
        "--json", action="store_true", help="print one JSON object"
    )
    command("wipe", _wipe, "Delete everything about the resident, before the box goes to another.").add_argument(
        "--yes", action="store_true", help="do not ask"
    )
    away = command("away", _away, "Say until when nobody is at home, or that somebody is back; alone, ask who is away.")
    how = away.add_mutually_exclusive_group()
    how.add_argument(
        "--until", metavar="DATE", help="nobody before the end of this day (2026-11-29), or 2026-11-29T18:00"
    )
    how.add_argument("--back", action="store_true", help="somebody is at home again")
    away.add_argument(
        "--by", choices=("installer", "family"), default="installer", help="who says so (default installer)"
    )
    away.add_argument("--json", action="store_true", help="print one JSON object")
    rhythm = command("rhythm", _rhythm, "Draw the home's usual day of the last four weeks, for installer and family.")
    rhythm.add_argument("--out", type=Path, default=Path("rhythm.svg"), metavar="FILE", help="default rhythm.svg")
    rhythm.add_argument("--consent", action="store_true", help="the resident, or who decides for them, has agreed")
    rhythm.add_argument("--json", action="store_true", help="print what is drawn as one JSON object")
    walk = command("walk-test", _walk_test, "List the devices, when each was last proven, and which to test by hand.")
    how = walk.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print a JSON list")
    how.add_argument("--follow", action="store_true", help="tick off each device as it is pressed, for up to an hour")
    learn = command("learn", _learn, "Show what a line hears, and print the sections to enrol it.")
    learn.add_argument("--line", required=True, metavar="NAME", help='the name of a [[serial]], or "broker"')
    learn.add_argument("--seconds", type=_seconds, default=60, metavar="N", help="how long, at most 600 (default 60)")
    learn.add_argument("--bridge-learn", action="store_true", help="a Sonoff bridge enters its own learning mode, too")
    learn.add_argument("--join", action="store_true", help="zigbee2mqtt lets devices join meanwhile (broker only)")
    learn.add_argument("--json", action="store_true", help="print one JSON object at the end")
    return parser


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 1 to 600")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of events; write 0 or more")
    return int(text)


def _terminal_columns() -> int | None:
    """How wide the terminal is; None where a file or another program reads."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _run(arguments: argparse.Namespace) -> int:
    from gateway import collector, memory

    collector.hold()
    memory.give_back_early()
    from gateway.app import run
    from gateway.config import ConfigError
    from gateway.house import AGAIN_STATUS
    from gateway.logs import logging_to_stderr
    from gateway.settings import begin

    try:
        config = begin(arguments.config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return WRONG
    with logging_to_stderr(verbose=arguments.verbose):
        status = asyncio.run(run(config))
    if status == AGAIN_STATUS:
        # The same process to the service manager, and nothing of the last run in memory.
        os.execv(sys.executable, [sys.executable, "-P", *sys.argv])  # noqa: S606
    return status


def _wipe(arguments: argparse.Namespace) -> int:
    from gateway import inspect_running
    from gateway.config import ConfigError, load
    from gateway.store.wiping import wipe

    try:
        config = load(arguments.config)
        if inspect_running.is_running(config):
            print("the gateway is running; stop it first (systemctl stop anju-gateway)", file=sys.stderr)
            return WRONG
        if not arguments.yes and input(f'everything in {config.store_path} is lost; write "wipe" to go on: ') != "wipe":
            print("nothing was deleted")
            return NO
        wiped = wipe(config.store_path, "on_the_spot")
    except (ConfigError, OSError, EOFError) as error:
        print(str(error) or "nothing was deleted: write --yes where nobody is there to answer", file=sys.stderr)
        return WRONG
    print(f"deleted: {wiped.files} files with {wiped.events or 0} events; the next start tells the district")
    return DONE


def _demo(arguments: argparse.Namespace) -> int:
    flags = [f"--{name}" for name in ("once", "json") if getattr(arguments, name)]
    # Another program, started by its command line: the house knows nothing of the simulator.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "simulator.demo", *flags])  # noqa: S606


def _check_config(arguments: argparse.Namespace) -> int:
    from gateway.config import check

    problems, warnings = check(arguments.config)
    for line in problems + warnings:
        print(line, file=sys.stderr)
    if not problems:
        print(f"{arguments.config}: no mistakes")
    return WRONG if problems else DONE


def _devices(arguments: argparse.Namespace) -> int:
    from gateway import catalogue, plug_ins

    for fault in plug_ins.faults():
        print(fault, file=sys.stderr)
    rows = catalogue.rows()
    print(json.dumps(rows) if arguments.json else catalogue.table(rows, _terminal_columns()))
    return DONE


def _decode(_arguments: argparse.Namespace) -> int:
    from gateway.decode import run

    return run(sys.stdin.buffer, sys.stdout)


def _events(arguments: argparse.Namespace) -> int:
    from gateway import export
    from gateway.config import ConfigError, load
    from gateway.store.database import StoreError

    try:
        config = load(arguments.config)
        form = "json" if arguments.json else "csv" if arguments.csv else export.form_for(_terminal_columns())
        export.write(config.store_path, export.filter_of(arguments), form, sys.stdout)
    except (ConfigError, StoreError, ValueError) as error:
        print(error, file=sys.stderr)
        return WRONG
    return DONE


def _excerpts(arguments: argparse.Namespace) -> int:
    from gateway import excerpts
    from gateway.config import ConfigError, load
    from gateway.store.database import StoreError

    try:
        config = load(arguments.config)
        if arguments.out is not None:
            for file in excerpts.export(config.store_path, arguments.out):
                print(file, file=sys.stderr if arguments.json else sys.stdout)
        if arguments.out is None or arguments.json:
            excerpts.write(config.store_path, "json" if arguments.json else "table", sys.stdout)
    except (ConfigError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        return WRONG
    return DONE


def _learn(arguments: argparse.Namespace) -> int:
    from gateway.config import ConfigError
    from gateway.control import Request
    from gateway.learn import BROKER, LearnError, learn
    from gateway.settings import current

    if (arguments.join and arguments.line != BROKER) or (arguments.bridge_learn and arguments.line == BROKER):
        print(f"--join is for --line {BROKER}, --bridge-learn for a serial line", file=sys.stderr)
        return WRONG
    request = Request(arguments.line, arguments.seconds, arguments.bridge_learn)
    said = sys.stderr if arguments.json else sys.stdout
    try:
        config = current(arguments.config)
        learning = learn(config, request, lambda line: print(line, file=said, flush=True), join=arguments.join)
        learnt = asyncio.run(learning)
    except (ConfigError, LearnError) as error:
        print(error, file=sys.stderr)
        return WRONG
    if arguments.json:
        print(json.dumps({"heard": learnt.rows()}))
    elif learnt.rows():
        print(f"\n{learnt.sections()}", end="")
    else:
        print("nothing was heard: battery, distance, or another frequency?")
    return DONE if learnt.rows() else NO


def _away(arguments: argparse.Namespace) -> int:
    from gateway import away_command
    from gateway.config import ConfigError, load
    from gateway.contract.times import to_text
    from gateway.control import AwayRequest

    try:
        config = load(arguments.config)
        until = None if arguments.until is None else to_text(away_command.end_of(arguments.until, config.zone))
        absence = away_command.ask(config, AwayRequest(by=arguments.by, until=until, back=arguments.back))
    except (ConfigError, away_command.AwayError) as error:
        print(error, file=sys.stderr)
        return WRONG
    print(away_command.as_json(absence) if arguments.json else away_command.text(absence, config.zone))
    return DONE


def _rhythm(arguments: argparse.Namespace) -> int:
    from gateway.config import ConfigError, load
    from gateway.rhythm import command
    from gateway.store.database import StoreError

    if not arguments.consent:
        print(command.CONSENT, file=sys.stderr)
        return WRONG
    try:
        day = command.draw(load(arguments.config), arguments.out)
    except (ConfigError, StoreError, OSError) as error:
        print(error, file=sys.stderr)
        return WRONG
    print(command.as_json(day) if arguments.json else f"{arguments.out}: {day.days} days")
    return DONE if day.days else NO


def _walk_test(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from gateway import walk_test
    from gateway.config import ConfigError
    from gateway.settings import current
    from gateway.store.database import StoreError

    try:
        config = current(arguments.config)
        if arguments.follow:
            return DONE if walk_test.follow(config, sys.stdout) else NO
        now = datetime.now(UTC)
        found = walk_test.look(config, now)
    except (ConfigError, StoreError) as error:
        print(error, file=sys.stderr)
        return WRONG
    print(walk_test.as_json(found) if arguments.json else walk_test.table(found, config.notice.language, now))
    return NO if walk_test.needs_work(found) else DONE


def _status(arguments: argparse.Namespace) -> int:
    from gateway import inspect_running
    from gateway.config import ConfigError
    from gateway.settings import current

    try:
        config = current(arguments.config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return WRONG
    report = inspect_running.ask(config)
    print(json.dumps(report, ensure_ascii=False) if arguments.json else inspect_running.text(report))
    return DONE if report["status"] == "working" else NO
