"""`anju events`: the house's events as a table, JSON lines or CSV."""

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from gateway.contract.times import from_text
from gateway.store.database import open_for_reading, reading
from gateway.store.jobs import HANDLING
from gateway.store.reading import Filter, events

_COLUMNS = ("received_at", "kind", "type", "device", "room", "repeat_count")
_HEADINGS = ("RECEIVED (UTC)", "KIND", "TYPE", "DEVICE", "ROOM", "TIMES", "STATE")
_WIDTHS = (19, 15, 17, 13, 10, 5, 0)
"""Together with a state `_TABLE_COLUMNS`; a longer cell moves its row, nothing is cut."""


_TABLE_COLUMNS = 100


def form_for(columns: int | None) -> str:
    """How to show events where nobody asked for a form: a table, or lines on a terminal too narrow for it."""
    return "table" if columns is None or columns >= _TABLE_COLUMNS else "lines"


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
    with closing(open_for_reading(path)) as connection, reading(path):
        found = events(connection, wanted)
        if form == "json":
            out.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in found)
        elif form == "csv":
            _write_csv(found, out)
        elif form == "lines":
            _write_lines(found, out)
        else:
            _write_table(found, out)


def _write_csv(found: Iterable[dict[str, Any]], out: TextIO) -> None:
    names = ("id", *_COLUMNS, "priority", *HANDLING, "result")
    rows = csv.DictWriter(out, names, extrasaction="ignore")
    rows.writeheader()
    for event in found:
        rows.writerow({**event, **event["answers"]})


def _write_table(found: Iterable[dict[str, Any]], out: TextIO) -> None:
    out.write(_line(_HEADINGS))
    for event in found:
        cells = ["" if event[name] is None else str(event[name]) for name in _COLUMNS[1:]]
        out.write(_line([_when(event), *cells, _state(event)]))


def _write_lines(found: Iterable[dict[str, Any]], out: TextIO) -> None:
    for event in found:
        times = f"{event['repeat_count']} times" if event["repeat_count"] > 1 else ""
        out.write(f"{_when(event)} UTC\n")
        for cells in ((event["kind"], event["type"], _state(event)), (event["device"], event["room"], times)):
            if any(cells):
                out.write(f"    {' · '.join(filter(None, cells))}\n")


def _when(event: dict[str, Any]) -> str:
    return str(event["received_at"])[:19].replace("T", " ")


def _state(event: dict[str, Any]) -> str:
    if event["result"]:
        return str(event["result"])
    reached = [state for state in HANDLING if event["answers"][state]]
    if reached:
        return reached[-1]
    return "" if event["priority"] == "telemetry" else "waiting"


def _line(cells: Sequence[str]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip() + "\n"


def _moment(text: str) -> datetime:
    try:
        return from_text(f"{text}T00:00:00Z" if len(text) == len("2026-01-01") else text)
    except ValueError as error:
        raise ValueError(f"--since {text}: {error}; write 2026-03-01 or 2026-03-01T12:00:00+08:00") from None
