"""The documents as a reader meets them: links that lead somewhere, tables that are whole."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("gateway/**/*.md")])
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def anchor(heading: str) -> str:
    """A heading's name in links, as the usual hosts of repositories make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, name = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if name:
            headings = re.findall(r"^#+ (.*)$", CODE.sub("", target.read_text("utf-8")), re.MULTILINE)
            assert name in map(anchor, headings), link


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_no_row_is_cut_off_from_its_table(page: Path) -> None:
    lines = ["", *CODE.sub("", page.read_text("utf-8")).splitlines(), ""]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if line.startswith("|") and not before.startswith("|"):
            assert re.fullmatch(r"[|: -]+", after), f"no head of a table: {line}"
