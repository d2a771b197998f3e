"""Counting by id on both sides: what the homes' databases hold against what the desk's holds."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


class TallyError(Exception):
    """A database cannot be read; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`raised` and `on_desk` are counts of alarms, the rest ids or rows that should not be there.

    `unheard` are calls for help that no home stored; `foreign` are rows on the desk of alarms that no home of this
    fleet has raised: an earlier run's, which the broker had kept.
    """

    raised: int
    on_desk: int
    lost: int
    doubled: int
    foreign: int
    fire_first: int


def tally(homes: Iterable[Path], desk: Path, *, called: int, both: Iterable[str]) -> Tally:
    """Count. `called` is how often somebody called for help, `both` the gateways where smoke must come before a cord.

    Lost is what a home has and the desk has not, or what no home has at all. Doubled is what the desk shows twice, or
    what a home made two alarms of. Raises TallyError.
    """
    raised = [id_ for home in homes for (id_,) in _rows(home, "SELECT id FROM events WHERE kind = 'alarm'")]
    rows = _rows(desk, "SELECT id, gateway, type, received_at FROM alarms")
    shown = [id_ for id_, *_ in rows]
    ours = set(raised)
    return Tally(
        raised=len(raised),
        on_desk=len(ours & set(shown)),
        lost=len(ours - set(shown)) + max(0, called - len(raised)),
        doubled=sum(id_ in ours for id_ in shown) - len(ours & set(shown)) + max(0, len(raised) - called),
        foreign=len(set(shown) - ours),
        fire_first=sum(_fire_is_first(rows, gateway) for gateway in both),
    )


def _fire_is_first(rows: list[tuple[str, ...]], gateway: str) -> bool:
    """Times of the desk have milliseconds: two alarms of one batch may bear the same."""
    fires = [at for _, of, type_, at in rows if of == gateway and type_ == "smoke"]
    cords = [at for _, of, type_, at in rows if of == gateway and type_ == "sos"]
    return bool(fires and cords) and min(fires) <= min(cords)


def _rows(path: Path, query: str) -> list[tuple[str, ...]]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.Error as error:
        raise TallyError(f"{path}: {error}") from error
