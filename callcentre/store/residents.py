"""The residents' cards: the only place where a pseudonym meets a name. They never leave the centre."""

import csv
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass

COLUMNS = ("pseudonym", "name", "address", "telephone", "note")
_FIELD_LIMIT = 500


class CardError(Exception):
    """The file of cards cannot be used. `problems` holds (line, text with the remedy)."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"line {line}: {text}" for line, text in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Card:
    """Who lives behind a pseudonym."""

    pseudonym: str
    name: str
    address: str
    telephone: str
    note: str


def read_cards(lines: Iterable[str]) -> list[Card]:
    """Read CSV with a head line naming the columns. Raises CardError with every mistake."""
    reader = csv.reader(lines)
    try:
        head = tuple(name.strip().lstrip("\ufeff") for name in next(reader, []))
        if head != COLUMNS:
            raise CardError([(1, f"the first line must be: {','.join(COLUMNS)}")])
        rows = [(reader.line_num, [value.strip() for value in row]) for row in reader if row]
    except csv.Error as error:
        raise CardError([(reader.line_num, f"is not CSV ({error}); quote texts that hold commas")]) from error
    problems = [(line, text) for line, row in rows if (text := _problem(row))]
    if problems:
        raise CardError(problems)
    return [Card(*row) for _, row in rows]


def import_cards(connection: sqlite3.Connection, cards: list[Card]) -> None:
    """Add the cards; one with a known pseudonym replaces the earlier one."""
    connection.executemany(
        "INSERT OR REPLACE INTO resident (pseudonym, name, address, telephone, note) VALUES (?, ?, ?, ?, ?)",
        [astuple(card) for card in cards],
    )


def _problem(row: list[str]) -> str | None:
    if len(row) != len(COLUMNS):
        return f"has {len(row)} fields instead of {len(COLUMNS)}; leave unknown ones empty"
    if not row[0]:
        return "has no pseudonym; give the one the centre issued"
    if any(len(value) > _FIELD_LIMIT for value in row):
        return f"has a field of over {_FIELD_LIMIT} characters; shorten it"
    return None
