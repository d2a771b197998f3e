"""How often each state is said, and for how long: a table and one function."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Said every `every_seconds` while the state is younger than `patience_seconds`, then every `then_seconds`."""

    every_seconds: float
    patience_seconds: float = inf
    then_seconds: float = inf


REPEATS: dict[str, Repeat] = {
    "calling": Repeat(every_seconds=15.0),
    "not_reached": Repeat(every_seconds=60.0, patience_seconds=3_600.0, then_seconds=600.0),
    "received": Repeat(every_seconds=30.0, patience_seconds=600.0, then_seconds=600.0),
}
"""Until a person has the alarm. What is not listed is said once. Who is told the same thing all night pulls the plug:
after the patience a reminder every ten minutes has to do."""

SILENT_AFTER_SECONDS = 86_400.0
"""An alarm that nobody has accepted within a day is said no longer; the lamp goes on."""


def next_time(state: str, *, raised_at: float, since: float, said_at: float | None) -> float | None:
    """When a state is to be said next; None where it never is again. All times on one monotonic clock, in seconds.

    `raised_at` is the alarm's, `since` that of its present state, `said_at` None where that was not said yet.
    """
    if said_at is None:
        return since
    repeat = REPEATS.get(state)
    if repeat is None:
        return None
    patient = said_at - since < repeat.patience_seconds
    due = said_at + (repeat.every_seconds if patient else repeat.then_seconds)
    return due if due - raised_at < SILENT_AFTER_SECONDS else None
