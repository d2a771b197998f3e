"""From the bytes of a TOML file to its tables, with every mistake of syntax noted instead of only the first."""

import re
import tomllib
from pathlib import Path
from typing import Any

from drivers.toml_lines import TomlLines
from drivers.toml_tables import Findings

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_MISTAKES_LIMIT = 20
"""After so many mistakes of syntax the file is something else altogether."""

_REMEDIES = (
    ("Cannot overwrite", "the same key stands twice here; remove one of them"),
    ("Cannot declare", "this section stands twice; join them, or write [[device]] for each device"),
    ("Invalid value", 'write text in "quotes", numbers and true or false without'),
    ("Expected '='", "write key = value"),
    ("Illegal character '\\n'", "close the quotes on the same line"),
    ("Unterminated string", "close the quotes"),
    ("Unclosed array", "close the array with ]"),
    ("Unclosed inline table", "close the table with } on the same line"),
    ("Expected newline", "write one key = value on a line"),
    ("Unescaped '\\'", "write \\\\ for a backslash, or use 'single quotes'"),
)


class UnreadableFileError(Exception):
    """The file cannot be read at all; the text is the one mistake to report."""


def read(path: Path, unreadable_remedy: str) -> tuple[dict[str, Any], Findings]:
    """The file's tables and its mistakes so far. Lines with a mistake of syntax are read as if they were empty.

    `unreadable_remedy` is what to do where the file cannot be opened.

    Raises UnreadableFileError where there is nothing to go on with.
    """
    text = _decode(path, unreadable_remedy)
    mistakes: list[tuple[int, str]] = []
    while True:
        try:
            data = tomllib.loads(text)
            break
        except RecursionError:
            raise UnreadableFileError(f"{path}:1: nested too deeply; write sections as in the example") from None
        except ValueError as error:
            line, message = _mistake(str(error), text)
            mistakes.append((line, message))
            repaired = _without_line(text, line, message)
            if repaired is None or len(mistakes) >= _MISTAKES_LIMIT:
                data, text = {}, ""
                break
            text = repaired
    findings = Findings(str(path), TomlLines(text), incomplete=bool(mistakes))
    for line, message in mistakes:
        findings.problem_on_line(line, message)
    return data, findings


def _decode(path: Path, remedy: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{path}:1: cannot be read: {error.strerror}; {remedy}") from None
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(f"{path}:{line}: is not UTF-8; save the file as UTF-8 text") from None


def _mistake(message: str, text: str) -> tuple[int, str]:
    place = _PLACE.search(message)
    line = int(place.group(1)) if place and place.group(1) else text.rstrip("\n").count("\n") + 1
    said = _PLACE.sub("", message)
    remedy = next((remedy for start, remedy in _REMEDIES if said.startswith(start)), "write it as in the example")
    return line, f"not valid TOML: {said}; {remedy}"


def _without_line(text: str, line: int, message: str) -> str | None:
    """The text without a faulty `key = value` line; None where leaving it out would shift what the rest means."""
    lines = text.split("\n")
    faulty = lines[line - 1].strip()
    if not faulty or faulty.startswith(("[", "#")) or "Unclosed" in message or "Unterminated" in message:
        return None
    lines[line - 1] = ""
    return "\n".join(lines)
