"""`anju events`: the house's events as a table, JSON lines or CSV."""

import argparse
import csv
import json
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from gateway.contract.times import from_text
from gateway.store.database import open_for_reading
from gateway.store.jobs import HANDLING
from gateway.store.reading import Filter, events

_COLUMNS = ("received_at", "kind", "type", "device", "room", "repeat_count")
_WIDTHS = (25, 17, 17, 18, 14, 7)


def filter_of(arguments: argparse.Namespace) -> Filter:
    """The filter that the command line asks for. Raises ValueError for a time that is none."""
    return Filter(
        kind=arguments.kind,
        device=arguments.device,
        since=_moment(arguments.since) if arguments.since else None,
        limit=arguments.limit,
    )


def write(path: Path, wanted: Filter, form: str, out: TextIO) -> None:
    """Write the events of the store at `path` to `out`. Raises StoreError."""
    with closing(open_for_reading(path)) as connection:
        found = events(connection, wanted)
        if form == "json":
            out.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in found)
        elif form == "csv":
            _write_csv(found, out)
        else:
            _write_table(found, out)


def _write_csv(found: Iterable[dict[str, Any]], out: TextIO) -> None:
    names = ("id", *_COLUMNS, "priority", *HANDLING, "result")
    rows = csv.DictWriter(out, names, extrasaction="ignore")
    rows.writeheader()
    for event in found:
        rows.writerow({**event, **event["answers"]})


def _write_table(found: Iterable[dict[str, Any]], out: TextIO) -> None:
    out.write(_line([*(name.upper() for name in _COLUMNS), "STATE"]))
    for event in found:
        reached = [state for state in HANDLING if event["answers"][state]]
        state = event["result"] or (reached[-1] if reached else "waiting" if event["priority"] != "telemetry" else "")
        out.write(_line([*("" if event[name] is None else str(event[name]) for name in _COLUMNS), state]))


def _line(cells: list[str]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, (*_WIDTHS, 0), strict=True)).rstrip() + "\n"


def _moment(text: str) -> datetime:
    if len(text) == len("2026-01-01"):
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    return from_text(text)
