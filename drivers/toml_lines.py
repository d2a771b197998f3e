"""On which line of a TOML text each key and each array element stands; the standard library's parser tells no places.

The text must already have passed `tomllib`: this reads places only and leans on the syntax being sound.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property

KeyPath = tuple[str | int, ...]
"""Where a value stands in the parsed document: ("device", 3, "address")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # up to two quotes may stand directly before the closing three
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]+")


class TomlLines:
    """The lines of one TOML text's values, counted from 1. The text is scanned when the first line is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return _Scanner(self._text).scan()

    def line_of(self, path: KeyPath) -> int:
        """The line of the value at `path`, or of the nearest enclosing value that the text names; else 1."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(found.end() for found in re.finditer(r"\n", text))]
        self._table_counts: dict[KeyPath, int] = {}
        self._lines: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip_blank()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self._lines

    def _header(self) -> KeyPath:
        line = self._line()
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        keys = self._key()
        self._at += 2 if is_array else 1
        path: KeyPath = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
            self._lines.setdefault(path, line)
        path = (*path, keys[-1])
        if is_array:
            self._lines.setdefault(path, line)
            self._table_counts[path] = self._table_counts.get(path, 0) + 1
            path = self._newest(path)
        self._lines[path] = line
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """A header's key that names an array of tables means the array's last table."""
        count = self._table_counts.get(path)
        return path if count is None else (*path, count - 1)

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._skip_blank()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._text[self._at]
        if opening == "[":
            self._items("]", path, self._element)
        elif opening == "{":
            self._items("}", path, lambda table, _: self._pair(table))
        else:
            found = (_STRING if opening in "\"'" else _PLAIN).match(self._text, self._at)
            assert found is not None, "the text has passed tomllib"
            self._at = found.end()

    def _items(self, closing: str, path: KeyPath, read: Callable[[KeyPath, int], None]) -> None:
        self._at += 1
        self._skip_blank()
        index = 0
        while self._text[self._at] != closing:
            read(path, index)
            index += 1
            self._skip_blank()
            if self._text[self._at] == ",":
                self._at += 1
                self._skip_blank()
        self._at += 1

    def _element(self, path: KeyPath, index: int) -> None:
        path = (*path, index)
        self._lines[path] = self._line()
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            found = _KEY_PART.match(self._text, self._at)
            assert found is not None, "the text has passed tomllib"
            self._at = found.end()
            parts.append(_plain_key(found.group(1)))
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _skip_blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        assert found is not None, "the pattern matches the empty string"
        self._at = found.end()

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)


def _plain_key(written: str) -> str:
    if written[0] == "'":
        return written[1:-1]
    if written[0] != '"':
        return written
    if "\\" not in written:
        return written[1:-1]
    return str(tomllib.loads(f"key = {written}")["key"])
