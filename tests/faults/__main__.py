"""`make faults SEEDS=20`: every fault with every seed, and the table. Ends with status 1 where anything was lost or
doubled. What is done is kept in a file, so that a run that was broken off goes on where it was."""

import argparse
import sys
from pathlib import Path

from tests.faults.count import Result
from tests.faults.kinds import FAULTS
from tests.faults.report import faulty, table
from tests.faults.run import Key, run_all
from tests.faults.scene import FULL, SHORT


def main() -> None:
    """Run, show how far it is, print the table."""
    parser = argparse.ArgumentParser(prog="python -P -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds per fault (default 1)")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this fault; may be given again")
    parser.add_argument("--short", action="store_true", help=f"outages of {SHORT.outage_seconds:g} s instead of 60 s")
    parser.add_argument("--jobs", type=int, default=4, help="how many houses at a time (default 4)")
    parser.add_argument("--results", type=Path, default=Path("faults.jsonl"), help="where results are kept")
    arguments = parser.parse_args()
    faults = [fault for fault in FAULTS if not arguments.only or fault.name in arguments.only]
    if not faults:
        parser.error(f"no fault is called so; there are: {', '.join(fault.name for fault in FAULTS)}")
    pace = SHORT if arguments.short else FULL
    keys = [(pace.name, fault.name, seed) for seed in range(1, arguments.seeds + 1) for fault in faults]
    finished = 0

    def done(key: Key, result: Result) -> None:
        nonlocal finished
        finished += 1
        verdict = "good" if result.good else f"lost {result.lost} doubled {result.doubled} {result.remarks}"
        print(f"{finished}. {key[1]}, seed {key[2]}: {result.owed} presses, {verdict}", file=sys.stderr, flush=True)

    print(f"{len(keys)} runs; what {arguments.results} holds is not run again", file=sys.stderr)
    results = run_all(keys, arguments.jobs, arguments.results, done)
    shown = {fault: [results[key] for key in keys if key[1] == fault.name] for fault in faults}
    print(f"Outages of {pace.outage_seconds:g} s, {arguments.seeds} seed(s) per fault\n\n{table(shown)}")
    wrong = faulty(shown)
    print("\n".join(wrong), file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
