"""`anju-models train fall DATA --out DIR`: the models of both positions, with a threshold found on unseen people."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from models.fall.model import POSITIONS, Model, Position
from models.fall.recordings import NoRecordingsError, Recording, load
from models.fall.sample import sample
from models.fall.scoring import Scored, score
from models.fall.threshold import chosen_cut

FOLDS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = __doc__
    add_source(parser)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write torso.npz and wrist.npz to")
    parser.add_argument("--name", default="untitled", help="what the models call themselves in evidence")


def add_source(parser: argparse.ArgumentParser) -> None:
    """Where the recordings come from, and the seed."""
    parser.add_argument("data", nargs="?", type=Path, help="the folder with the recordings")
    parser.add_argument("--sample", action="store_true", help="use made-up recordings instead of a folder")
    parser.add_argument("--position", choices=POSITIONS, help="only this one, not both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folds", type=_folds, default=FOLDS, help="into how many parts the people are dealt")


def _folds(text: str) -> int:
    count = int(text)
    if count < 2:
        raise argparse.ArgumentTypeError(f"{count} leaves nobody to learn from; wanted is 2 or more")
    return count


def lent_to(position: Position, everything: Mapping[Position, list[Recording]]) -> list[Recording]:
    """What the wrist learns from the torso: falls and daily life of the largest set, for devices it never saw."""
    torso = everything["torso"]
    return [each for each in torso if each.group == torso[0].group] if position == "wrist" else []


def given(arguments: argparse.Namespace) -> dict[Position, list[Recording]]:
    """The recordings of each position. Raises NoRecordingsError."""
    if (arguments.data is None) != arguments.sample:
        raise NoRecordingsError("name either the folder with the recordings or --sample")
    if arguments.sample:
        return {position: sample(position, arguments.seed) for position in POSITIONS}
    return {position: load(arguments.data, position) for position in POSITIONS}


def wanted(arguments: argparse.Namespace) -> tuple[Position, ...]:
    """The positions that are asked for."""
    return POSITIONS if arguments.position is None else (arguments.position,)


def run(arguments: argparse.Namespace) -> int:
    """Train and write. Returns 0, or 2 where there is nothing to train on, or nothing to train with."""
    try:
        found = given(arguments)
        arguments.out.mkdir(parents=True, exist_ok=True)
        for position in wanted(arguments):
            recordings = found[position]
            model = train(recordings, lent_to(position, found), position, arguments.folds, arguments.seed)
            path = arguments.out / f"{position}.npz"
            replace(model, version=arguments.name).save(path)
            print(f"{path}: {len(recordings)} recordings, told from a probability of {model.threshold:.3f}")
    except (NoRecordingsError, ModuleNotFoundError, OSError) as error:
        print(f"anju-models train fall: {explained(error)}", file=sys.stderr)
        return 2
    return 0


def explained(error: Exception) -> str:
    """With the remedy, where the message does not name it."""
    missing = isinstance(error, ModuleNotFoundError)
    return f"{error}; install what training needs: make train" if missing else str(error)


def train(recordings: list[Recording], lent: list[Recording], position: Position, fold_count: int, seed: int) -> Model:
    """Train on everybody; probabilities and threshold come from models that had not seen whom they judge."""
    from models.fall.protocol import folds, held_out  # scikit-learn: seconds, and not in every installation
    from models.fall.training import calibrated, fit, material

    dealt = folds(recordings, fold_count, seed)
    with tqdm(total=len(set(dealt.values())) + 2, desc=position, file=sys.stderr) as bar:
        known = material(recordings, position, seed, lent)
        bar.update()
        scored: list[Scored] = []
        for model, people in held_out(recordings, known, dealt, seed):
            scored += score(model, people)
            bar.update()
        model = calibrated(fit(known, seed), scored, chosen_cut(scored, position))
        bar.update()
    return model
