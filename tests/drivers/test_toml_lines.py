import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.toml_lines import KeyPath, TomlLines

TRICKY = '''\
# a comment with [brackets] and key = "value"
title = "a # no comment"   # [x]
"quoted key" = 'lit\\'
'single.dot' = 1
"esc\\u0061pe" = 2
a.b . "c" = 3
text = """
fake = 1
[fake]
"""""
literal = \'\'\'
x = """ \'\'\'\'
list = [
  1, # one ]
  "two, ]",
  [ 3,
    4 ],
  { x = 1, y.z = [ 5,
    6 ] },
]
when = 1979-05-27 07:32:00 # a space inside
inline = { "k" = { deep = "}" }, e = {} }

[table . "sub table"]
k = 1
[[item]]
n = 0
[item.part]
p = 1
[[item]]
[[item.leaf]]
v = 1
[[item.leaf]]
v = 2
[table]
late = true
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("single.dot",), 4),
        (("escape",), 5),
        (("a", "b", "c"), 6),
        (("text",), 7),
        (("literal",), 11),
        (("list",), 13),
        (("list", 0), 14),
        (("list", 1), 15),
        (("list", 2), 16),
        (("list", 2, 1), 17),
        (("list", 3, "x"), 18),
        (("list", 3, "y", "z", 1), 19),
        (("when",), 21),
        (("inline", "k", "deep"), 22),
        (("inline", "e"), 22),
        (("table", "sub table"), 24),
        (("table", "sub table", "k"), 25),
        (("item", 0, "n"), 27),
        (("item", 0, "part", "p"), 29),
        (("item", 1), 30),
        (("item", 1, "leaf", 0, "v"), 32),
        (("item", 1, "leaf", 1, "v"), 34),
        (("table",), 35),
        (("table", "late"), 36),
        (("table", "late", "absent", 4), 36),
        (("absent",), 1),
    ],
)
def test_every_way_to_write_a_key_has_its_line(path: KeyPath, line: int) -> None:
    assert TomlLines(TRICKY).line_of(path) == line


def test_windows_line_ends() -> None:
    assert TomlLines("a = 1\r\n\r\n[t]\r\nb = 2\r\n").line_of(("t", "b")) == 4


KEYS = st.text(st.sampled_from("ab_-1 .\"'#=[\\é\t"), min_size=1, max_size=4)
TEXTS = st.text(st.sampled_from("ab#[]{}=,'\"\\\n\t é"), max_size=8)


def basic(text: str, *, lines: bool = False) -> str:
    """Write a TOML string: on several lines where `lines` is true and the text has line ends."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"""\n{text}"""' if lines else '"' + text.replace("\n", "\\n") + '"'


class Writer:
    """Writes a document piece by piece and notes on which line it put each key."""

    def __init__(self) -> None:
        self.text = ""
        self.lines: dict[KeyPath, int] = {}

    def here(self) -> int:
        return self.text.count("\n") + 1

    def value(self, path: KeyPath, value: Any, draw: st.DrawFn) -> None:
        if isinstance(value, str):
            self.text += basic(value, lines=draw(st.booleans()))
        elif isinstance(value, list):
            self.text += "[" + draw(GAPS)
            for index, item in enumerate(value):
                self.lines[(*path, index)] = self.here()
                self.value((*path, index), item, draw)
                self.text += draw(GAPS) + "," + draw(GAPS)
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{ "
            for number, (key, item) in enumerate(value.items()):
                self.text += ", " if number else ""
                self.pair(path, key, item, draw)
            self.text += " }"
        else:
            self.text += str(value).lower()

    def pair(self, path: KeyPath, key: str, value: Any, draw: st.DrawFn) -> None:
        self.lines[(*path, key)] = self.here()
        self.text += basic(key) + draw(st.sampled_from(["=", " = "]))
        self.value((*path, key), value, draw)


GAPS = st.sampled_from(["", " ", "\n", " # ], }\n", "\n\n"])
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[KeyPath, int], Any]:
    writer = Writer()
    data: dict[str, Any] = draw(TABLES)
    for key, value in data.items():
        writer.pair((), key, value, draw)
        writer.text += draw(st.sampled_from(["\n", " # end = [\n\n"]))
    for name in draw(st.lists(KEYS, max_size=3, unique=True)):
        if name in data:
            continue
        tables = draw(st.lists(TABLES, min_size=1, max_size=3))
        single = len(tables) == 1 and draw(st.booleans())
        data[name] = tables[0] if single else tables
        for index, table in enumerate(tables):
            path: KeyPath = (name,) if single else (name, index)
            writer.lines[path] = writer.here()
            writer.text += f"[{basic(name)}]\n" if single else f"[[ {basic(name)} ]] # [x]\n"
            for key, value in table.items():
                writer.pair(path, key, value, draw)
                writer.text += "\n"
    return writer.text, writer.lines, data


@settings(deadline=None)
@given(documents())
def test_every_value_of_any_document_has_the_line_it_was_written_on(
    document: tuple[str, dict[KeyPath, int], Any],
) -> None:
    text, lines, data = document
    assert tomllib.loads(text) == data
    places = TomlLines(text)
    assert {path: places.line_of(path) for path in lines} == lines
