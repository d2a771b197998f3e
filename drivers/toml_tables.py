"""Reading tables of a TOML file so that every mistake is noted with its line and remedy, and none stops the reading."""

import difflib
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from drivers.toml_lines import KeyPath, TomlLines

_KIND_NAMES = {str: "text", bool: "true or false", int: "a whole number", dict: "a table", list: "an array"}
_HOST = re.compile(r"[A-Za-z0-9._:%-]{1,253}")


class Findings:
    """The mistakes and warnings of one file. `incomplete`: lines were left out, so that nothing counts as missing."""

    def __init__(self, file: str, lines: TomlLines, *, incomplete: bool = False) -> None:
        self._file = file
        self._lines = lines
        self._problems: list[tuple[int, str]] = []
        self._warnings: list[tuple[int, str]] = []
        self._faults: list[tuple[int, str]] = []
        self.incomplete = incomplete

    def problem(self, path: KeyPath, text: str) -> None:
        """Note a mistake at a key."""
        self.problem_on_line(self._lines.line_of(path), text)

    def problem_on_line(self, line: int, text: str) -> None:
        """Note a mistake on a line, counted from 1."""
        self._problems.append((line, f"{self._file}:{line}: {text}"))

    def warning(self, path: KeyPath, text: str) -> None:
        """Note what does not stop the gateway but is hardly meant."""
        line = self._lines.line_of(path)
        self._warnings.append((line, f"{self._file}:{line}: warning: {text}"))

    def fault(self, path: KeyPath, text: str) -> None:
        """Note what is no mistake of the file but cannot be used: the house runs without it."""
        line = self._lines.line_of(path)
        self._faults.append((line, f"{self._file}:{line}: {text}"))

    def line_of(self, path: KeyPath) -> int:
        """The line of a key, to point at it from elsewhere."""
        return self._lines.line_of(path)

    @property
    def problems(self) -> list[str]:
        """All mistakes as `FILE:LINE: text`, by line."""
        return [text for _, text in sorted(self._problems, key=lambda found: found[0])]

    @property
    def warnings(self) -> list[str]:
        """All warnings as `FILE:LINE: warning: text`, by line."""
        return [text for _, text in sorted(self._warnings, key=lambda found: found[0])]

    @property
    def faults(self) -> list[str]:
        """All that cannot be used as `FILE:LINE: text`, by line."""
        return [text for _, text in sorted(self._faults, key=lambda found: found[0])]


class Table:
    """One table of the file. Each reader returns a value of the right type even after noting a mistake."""

    def __init__(self, values: dict[str, Any], path: KeyPath, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        self._values = values
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the file sets `key`."""
        return key in self._values

    def problem(self, key: str, text: str) -> None:
        """Note a mistake at one of this table's keys."""
        self.findings.problem((*self.path, key), text)

    def warning(self, key: str, text: str) -> None:
        """Note a warning at one of this table's keys."""
        self.findings.warning((*self.path, key), text)

    def fault(self, key: str, text: str) -> None:
        """Note that what one of this table's keys names cannot be used."""
        self.findings.fault((*self.path, key), text)

    def missing(self, key: str, remedy: str) -> None:
        """Note that a key is missing, unless it may stand on a line that could not be read."""
        if not self.findings.incomplete:
            self.findings.problem(self.path, f"{key} is missing; {remedy}")

    def text(self, key: str, default: str | None = None, *, remedy: str) -> str:
        """A text that is not empty; required where there is no default. A mistake reads as an empty text."""
        value = self._read(key, str, remedy, required=default is None)
        if value is None:
            return default or ""
        if not value.strip():
            self.problem(key, f"{key} is empty; {remedy}")
        return str(value)

    def optional_text(self, key: str, *, remedy: str) -> str | None:
        """A text that is not empty, or None where the file has none."""
        return self.text(key, "", remedy=remedy) or None

    def matching_text(self, key: str, pattern: str, *, remedy: str, required: bool = True) -> str:
        """A text of which the whole matches the pattern; an empty one after a mistake or where it may be absent."""
        value = self.text(key, None if required else "", remedy=remedy)
        if value.strip() and not re.fullmatch(pattern, value):
            self.problem(key, f"{key} is {quoted(value)}; {remedy}")
            return ""
        return value

    def integer(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number within bounds, both included."""
        value = self.optional_integer(key, low, high)
        return default if value is None else value

    def optional_integer(self, key: str, low: int, high: int) -> int | None:
        """A whole number within bounds, both included; None where it is absent or wrong."""
        remedy = f"write a whole number from {low} to {high}"
        value: int | None = self._read(key, int, remedy, required=False)
        if value is not None and not low <= value <= high:
            self.problem(key, f"{key} is {value}; {remedy}")
            return None
        return value

    def optional_number(self, key: str) -> float | None:
        """A whole or a decimal number; None where it is absent or wrong."""
        value = self.anything(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.problem(key, f"{key} is {shown(value)}, not a number; write it without quotes, such as 40 or 38.5")
            return None
        return float(value)

    def optional_flag(self, key: str) -> bool | None:
        """True or false; None where it is absent or wrong."""
        value: bool | None = self._read(key, bool, "write true or false without quotes", required=False)
        return value

    def port(self, default: int, *, lowest: int = 1) -> int:
        """A TCP port under the key `port`."""
        return self.integer("port", lowest, 65_535, default)

    def required_port(self, remedy: str) -> int:
        """A TCP port under the key `port` that has no default; 0 after a mistake."""
        if not self.has("port"):
            self.missing("port", remedy)
        return self.integer("port", 1, 65_535, 0)

    def host(self, default: str | None = None) -> str:
        """A host name or address under the key `host`."""
        remedy = "write a host name or an IP address, without port or scheme"
        value = self.text("host", default, remedy=remedy)
        if value.strip() and not _HOST.fullmatch(value):
            self.problem("host", f"host is {quoted(value)}; {remedy}")
            return ""
        return value

    def texts(self, key: str, remedy: str) -> dict[str, str]:
        """A table of texts; wrong entries are noted and left out. Its keys are not checked for being known."""
        values = self._read(key, dict, remedy, required=False) or {}
        read = {}
        for name, value in values.items():
            if isinstance(value, str):
                read[name] = value
            else:
                self.findings.problem((*self.path, key, name), f"{name} in {key} is {shown(value)}; {remedy}")
        return read

    def words(self, key: str, known: Sequence[str], default: Sequence[str]) -> list[str]:
        """An array of known words; wrong ones are noted and left out."""
        remedy = f"write an array of: {', '.join(known)}"
        values = self._read(key, list, remedy, required=False)
        if values is None:
            return list(default)
        if not values:
            self.problem(key, f"{key} is empty; {remedy}")
        for value in values:
            if value not in known:
                self.problem(key, f"{key} holds {shown(value)}; {remedy}")
        return [value for value in values if value in known]

    def table(self, key: str, *, required: bool = False) -> "Table | None":
        """A section of its own, `[key]`; None where it is absent or wrong."""
        name = ".".join(map(str, (*self.path, key)))
        values = self._read(key, dict, f"write a section [{name}]", required=required)
        return None if values is None else Table(values, (*self.path, key), self.findings)

    def tables(self, key: str) -> list["Table"]:
        """All sections `[[key]]`, in order."""
        remedy = f"write each one as a section [[{key}]]"
        values = self._read(key, list, remedy, required=False) or []
        found = []
        for index, value in enumerate(values):
            if isinstance(value, dict):
                found.append(Table(value, (*self.path, key, index), self.findings))
            else:
                self.findings.problem((*self.path, key, index), f"{key} holds {shown(value)}; {remedy}")
        return found

    def anything(self, key: str) -> object:
        """The value as it stands in the file, of whatever type; None where it is absent."""
        self._asked.append(key)
        return self._values.get(key)

    def report_unknown(self) -> None:
        """Note every key that nobody asked for; call it after all reading."""
        for key in self._values:
            if key not in self._asked:
                self.problem(key, f"unknown key {quoted(key)}{suggestion(key, self._asked)}")

    def _read(self, key: str, kind: type, remedy: str, *, required: bool) -> Any:
        self._asked.append(key)
        value = self._values.get(key)
        if value is None:
            if required:
                self.missing(key, remedy)
            return None
        if type(value) is not kind:  # a bool is an int to Python, not to a reader
            self.problem(key, f"{key} is {shown(value)}, not {_KIND_NAMES[kind]}; {remedy}")
            return None
        return value


def quoted(text: str) -> str:
    """A text as it may stand in a message: one line, at most 80 characters."""
    short = text if len(text) <= 80 else text[:77] + "..."
    return '"' + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short) + '"'


def shown(value: object) -> str:
    """A value of any type as it may stand in a message."""
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return _KIND_NAMES[type(value)]
    return str(value)[:80]


def suggestion(word: str, known: Sequence[str]) -> str:
    """The end of a message about an unknown word: the one that was likely meant, else all that would do."""
    close = difflib.get_close_matches(word.lower(), known, n=1)
    if close:
        return f"; did you mean {quoted(close[0])}?"
    return f"; known here: {listed(known)}"


def listed(words: Iterable[str]) -> str:
    """Words in alphabetical order for a message."""
    return ", ".join(sorted(words))
