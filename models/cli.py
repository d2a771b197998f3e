"""The program `anju-models`: train a model, or measure one on recordings.

Each subject is loaded only when it is asked for: training needs libraries that no gateway has.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Mapping
from typing import cast

SUBJECTS: Mapping[str, Mapping[str, str]] = {
    "train": {"fall": "models.fall.commands.train"},
    "evaluate": {
        "fall": "models.fall.commands.evaluate",
        "inactivity": "models.inactivity.commands.evaluate",
    },
}
"""Verb → subject → module. The module has `add_arguments(parser)` and `run(arguments) -> exit status`."""


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns its exit status: 0 done, 1 done and the answer is no, 2 wrong use or wrong input."""
    chosen = _chosen(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="anju-models", description="Train and measure Anju's models")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run: Callable[[argparse.Namespace], int] | None = None
    for verb, subjects in SUBJECTS.items():
        names = verbs.add_parser(verb).add_subparsers(dest="subject", required=True)
        for subject, module in subjects.items():
            command = names.add_parser(subject)
            if (verb, subject) == chosen:
                part = importlib.import_module(module)
                part.add_arguments(command)
                run = cast(Callable[[argparse.Namespace], int], part.run)
    arguments = parser.parse_args(argv)
    assert run is not None, "argparse lets nothing else through"
    return run(arguments)


def _chosen(argv: list[str]) -> tuple[str, ...]:
    return tuple([word for word in argv if not word.startswith("-")][:2])
