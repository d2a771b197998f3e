"""Precision in the field: what operators said of the falls that were told."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.fall.figures import Share

REAL = frozenset({"real", "helped", "hospital", "no_help_needed"})
"""Somebody had fallen; `no_help_needed` too: they got up by themselves."""
FALSE = frozenset({"false", "accidental", "device_fault", "cooking_smoke"})
TEST = frozenset({"test"})
_CANCELLED = "cancelled"


class EventsError(Exception):
    """The file of events cannot be read; the message is FILE:LINE: text."""


@dataclass(frozen=True, slots=True)
class Field:
    """Falls told in the field, by what came of them."""

    precision: Share
    """Real ones among those that were real or false."""
    tests: int
    unknown: int
    """Nobody said, or nobody was found."""


def read(path: Path) -> list[dict[str, Any]]:
    """The falls among what `anju events --json` (an object a line) or `anju excerpts --json` (one list) printed.

    Raises EventsError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EventsError(f"{path}:1: cannot be read ({error}); write it with: anju events --json > {path}") from error
    found: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            said = json.loads(line) if line.strip() else []
        except json.JSONDecodeError as error:
            raise EventsError(f"{path}:{number}: not JSON ({error.msg}); wanted is one object a line") from error
        for event in said if isinstance(said, list) else [said]:
            if not isinstance(event, dict):
                raise EventsError(f"{path}:{number}: wanted is one object a line")
            if _is_fall(event):
                found.append(event)
    return found


def _is_fall(event: dict[str, Any]) -> bool:
    """An excerpt is always of a fall; one that was cancelled inside its window counts in either list."""
    told = event.get("type") == "fall" and event.get("kind", "alarm") in ("alarm", _CANCELLED)
    return told or "disposition" in event


def field(events: Iterable[dict[str, Any]]) -> Field:
    """Count the results."""
    results = [_result(event) for event in events]
    real, false = (sum(result in names for result in results) for names in (REAL, FALSE))
    tests = sum(result in TEST for result in results)
    return Field(Share(real, real + false), tests, len(results) - real - false - tests)


def _result(event: dict[str, Any]) -> str:
    """The operator's word, where it stands: beside the event or among its answers."""
    if event.get("test") is True:
        return "test"
    answers = event.get("answers")
    inner = answers.get("result") if isinstance(answers, dict) else None
    result = event.get("disposition") or event.get("result") or inner
    if result is None and event.get("kind") == _CANCELLED:
        return "false"
    return result if isinstance(result, str) else ""
