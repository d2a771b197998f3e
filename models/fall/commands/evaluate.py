"""`anju-models evaluate fall DATA`: the figures of the model card, on people no model has seen.

Both parts of the model are trained anew in each fold, exactly as for the shipped model, and judge the people they
have not seen at the shipped threshold. With --events the figure is the precision in the field instead.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from models.fall import field
from models.fall.commands.train import add_source, explained, given, lent_to, wanted
from models.fall.figures import Figure, by, figure
from models.fall.model import Position, shipped
from models.fall.recordings import NoRecordingsError, Recording
from models.fall.report import plain, table
from models.fall.scoring import Scored


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = __doc__
    add_source(parser)
    parser.add_argument(
        "--events",
        type=Path,
        help="what `anju events --json` or `anju excerpts --json` printed: precision in the field",
    )
    parser.add_argument("--out", type=Path, help="a folder for figures.json and the pictures")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of tables")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. Returns 0, or 2 where there is nothing to measure, or nothing to measure with."""
    try:
        shown, text = _in_the_field(arguments.events) if arguments.events else _measured(arguments)
        if arguments.out is not None:
            arguments.out.mkdir(parents=True, exist_ok=True)
            (arguments.out / "figures.json").write_text(json.dumps(shown, indent=1), encoding="utf-8")
    except (NoRecordingsError, field.EventsError, ModuleNotFoundError, OSError) as error:
        print(f"anju-models evaluate fall: {explained(error)}", file=sys.stderr)
        return 2
    print(json.dumps(shown) if arguments.json else text)
    return 0


def _in_the_field(path: Path) -> tuple[dict[str, Any], str]:
    found = field.field(field.read(path))
    low, high = found.precision.interval()
    shown = {
        "falls_told": found.precision.count + found.tests + found.unknown,
        "real": found.precision.hits,
        "false": found.precision.count - found.precision.hits,
        "tests": found.tests,
        "unknown": found.unknown,
        "precision": found.precision.value if found.precision.count else None,
        "precision_interval": [low, high],
    }
    text = f"{shown['real']} real, {shown['false']} false, {found.tests} tests, {found.unknown} without a result"
    return shown, f"{text}\nprecision {found.precision.value:.3f}, 95 % {low:.3f}–{high:.3f}"


def _measured(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    shown: dict[str, Any] = {}
    texts: list[str] = []
    everything = given(arguments)
    for position in wanted(arguments):
        recordings = everything[position]
        model = shipped(position)
        measured = _measure(recordings, lent_to(position, everything), position, arguments)
        shown[position] = {name: plain(figures) for name, figures in measured.items()}
        shown[position] |= {"model": model.version, "threshold": model.threshold}
        head = f"{position}, model {model.version}, told from {model.threshold:.3f}"
        texts += [table(f"{head}: {name}", figures) for name, figures in measured.items()]
    return shown, "\n\n".join(texts)


def _measure(
    recordings: list[Recording], lent: list[Recording], position: Position, arguments: argparse.Namespace
) -> dict[str, list[Figure]]:
    """Train and judge; every table of one position, by name."""
    from models.fall.alterations import ALTERATIONS
    from models.fall.plots import draw  # matplotlib and scikit-learn: seconds, and not in every installation
    from models.fall.protocol import folds, measured, other_devices
    from models.fall.training import material

    cut, seed = shipped(position).cut, arguments.seed
    dealt = folds(recordings, arguments.folds, seed)
    total = 1 + (1 + len(ALTERATIONS)) * len(set(dealt.values()))
    with tqdm(total=total, desc=position, file=sys.stderr) as bar:
        known = material(recordings, position, seed, lent)
        bar.update()
        unseen, changed = measured(recordings, known, dealt, seed, bar.update)
        elsewhere = other_devices(recordings, known, seed)
    if arguments.out is not None:
        draw(unseen, cut, position, arguments.out)
    return tables(unseen, elsewhere, changed, cut)


def tables(
    unseen: list[Scored], elsewhere: list[Scored], changed: Mapping[str, list[Scored]], cut: float
) -> dict[str, list[Figure]]:
    """Every table by name: people and devices never seen, alterations, kinds of falls, what rang, who fell."""
    fallen = [each for each in unseen if each.fall]
    return {
        "unseen people": by(lambda each: each.group, unseen, cut),
        "unseen devices": by(lambda each: each.group, elsewhere, cut),
        "robustness": [figure(name, scored, cut) for name, scored in changed.items()],
        "kinds of falls": by(lambda each: f"{each.group} {each.code}", fallen, cut),
        "what rings falsely": [kind for kind in by(_kind, unseen, cut) if kind.false.count],
        "people": by(lambda each: f"{each.group} {each.subject}", fallen, cut),
    }


def _kind(each: Scored) -> str:
    return f"{each.group} {each.code}"
