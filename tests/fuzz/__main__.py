"""`make fuzz`: random and damaged inputs for every decoder. Ends with status 1 at the first that breaks something."""

import argparse
import time

from tests.fuzz import libfuzzer
from tests.fuzz.engine import Fuzzer
from tests.fuzz.targets import Target, targets

ROUND_INPUTS = 2_000


def main() -> None:
    """Fuzz every target in turns until all inputs are spent."""
    parser = argparse.ArgumentParser(prog="python -P -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many in total (default 1000000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs (default 1)")
    parser.add_argument("--target", help="only targets whose name contains this")
    arguments = parser.parse_args()
    chosen = [target for target in targets() if arguments.target is None or arguments.target in target.name]
    if not chosen:
        parser.error(f"no target is called {arguments.target!r}; there are: {', '.join(one.name for one in targets())}")
    share = -(-arguments.inputs // len(chosen))
    if libfuzzer.is_installed():
        print("guided by Atheris (libFuzzer)")
        _guided(chosen, share, arguments.seed)
    else:
        print("guided by the suite's own engine: Atheris has no wheel for this machine, or is not installed")
        _own(chosen, share, arguments)
    print(
        f"{share * len(chosen):,} inputs, {len(chosen)} target(s), seed {arguments.seed}: nothing raised, nothing grew"
    )


def _guided(chosen: list[Target], share: int, seed: int) -> None:
    for target in chosen:
        try:
            print(libfuzzer.fuzz(target, share, seed), flush=True)
        except libfuzzer.FuzzError as error:
            raise SystemExit(str(error)) from None


def _own(chosen: list[Target], share: int, arguments: argparse.Namespace) -> None:
    began, spent = time.monotonic(), 0
    for target in chosen:
        fuzzer = Fuzzer(target, arguments.seed)
        while fuzzer.inputs < share:
            fuzzer.run(min(ROUND_INPUTS, share - fuzzer.inputs))
            done = spent + fuzzer.inputs
            rate = done / (time.monotonic() - began)
            shown = (
                f"{target.name}: {fuzzer.inputs:,} inputs, {len(fuzzer.reached):,} steps, corpus {len(fuzzer.corpus)}"
            )
            print(f"\r{done:>11,} of {arguments.inputs:,} ({rate:,.0f}/s)  {shown:<80}", end="", flush=True)
        spent += fuzzer.inputs
        print()


if __name__ == "__main__":
    main()
