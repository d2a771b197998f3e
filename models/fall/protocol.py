"""Who is trained on and who is measured: never the same person, and once never the same device."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from models.fall.alterations import ALTERATIONS
from models.fall.model import Model
from models.fall.recordings import Recording
from models.fall.scoring import Scored, score
from models.fall.training import Material, fit

UNALTERED = "as recorded"
_EVERY = 3
_LENT = -1
"""The fold of who is only ever trained on."""


def folds(recordings: Sequence[Recording], count: int, seed: int) -> dict[str, int]:
    """Subject → fold. Each study's people are dealt out in turn, those who fall before those who do not."""
    random = np.random.default_rng(seed)
    fallers = {recording.subject for recording in recordings if recording.fall}
    dealt: dict[str, int] = {}
    for group in dict.fromkeys(recording.group for recording in recordings):
        people = sorted({recording.subject for recording in recordings if recording.group == group} - dealt.keys())
        mixed = [people[index] for index in random.permutation(len(people))]
        for subject in sorted(mixed, key=lambda person: person not in fallers):
            dealt[subject] = len(dealt) % count
    return dealt


def held_out(
    recordings: Sequence[Recording], known: Material, fold_of: Mapping[str, int], seed: int
) -> Iterator[tuple[Model, list[Recording]]]:
    """Per fold: a model that never saw its people, and their recordings."""
    belongs = np.array([fold_of.get(str(subject), _LENT) for subject in known.subject])
    for fold in sorted(set(fold_of.values())):
        yield fit(known, seed, belongs != fold), [each for each in recordings if fold_of[each.subject] == fold]


def measured(
    recordings: Sequence[Recording],
    known: Material,
    fold_of: Mapping[str, int],
    seed: int,
    step: Callable[[], object],
) -> tuple[list[Scored], dict[str, list[Scored]]]:
    """Everybody judged by a model that never saw them: as recorded, and after each alteration.

    The alterations are of all falls and of every third recording of daily life, and first comes none at all.
    """
    unseen: list[Scored] = []
    changed: dict[str, list[Scored]] = {name: [] for name in (UNALTERED, *ALTERATIONS)}
    for model, people in held_out(recordings, known, fold_of, seed):
        judged = score(model, people)
        unseen += judged
        kept = [index for index, recording in enumerate(people) if recording.fall or index % _EVERY == 0]
        changed[UNALTERED] += [judged[index] for index in kept]
        step()
        for name, alter in ALTERATIONS.items():
            random = np.random.default_rng(seed)
            changed[name] += score(model, (alter(people[index], random) for index in kept))
            step()
    return unseen, changed


def other_devices(recordings: Sequence[Recording], known: Material, seed: int) -> list[Scored]:
    """Every device with falls, judged by a model that never saw the device; its people may be known."""
    found: list[Scored] = []
    groups = sorted({recording.group for recording in recordings if recording.fall})
    for group in groups if len(groups) > 1 else []:
        model = fit(known, seed, known.group != group)
        found += score(model, [each for each in recordings if each.group == group])
    return found
