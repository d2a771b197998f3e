"""The page's words: one in each language for everything a house can say and everything the page asks for."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

from callcentre.handling import Role
from callcentre.reading_fault import BABBLING, STUCK_BUTTON
from callcentre.reading_rhythm import VERDICTS
from callcentre.reports import UNREADABLE
from drivers.event import AlarmType, Kind, LocationSource, ServiceType, State, TroubleType
from drivers.measurements import QUANTITIES
from gateway.clock_watch import CAUSES
from gateway.contract.messages import RESULTS, FallsWatched
from gateway.falls.ailments import FAULTS as SAMPLE_FAULTS
from gateway.falls.explanation import EXPLANATIONS
from gateway.falls.findings import OVERLOAD
from gateway.rhythm.rhythm import _FAULT_PLACE
from gateway.watch import PUT_ASIDE

PAGE = Path(__file__).parents[2] / "callcentre" / "page"
WORDS = (PAGE / "words.js").read_text("utf-8")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_IN_CHINESE = {"English", "WGS", "GCJ", "WiFi", "C", "mg", "dL"}
"""What Chinese itself writes in Latin letters, and the name of the other language."""
FAULTS = (*TroubleType, Kind.TAMPER, Kind.LOW_BATTERY, Kind.SUPERVISION_LOST, UNREADABLE, *ServiceType)
VITAL = [name for name, quantity in QUANTITIES.items() if quantity.is_vital]
STEPS = (
    "accept",
    "dispatch",
    "arrive",
    "resolve",
    "take_over",
    "none",
    "accepted",
    "dispatched",
    "arrived",
    "resolved",
)
UNITS = {str(QUANTITIES[name].unit).replace("/", "_per_") for name in VITAL} - {"mmHg", "kg"}
"""As they travel; two are written the same in every language."""


def table(name: str) -> dict[str, tuple[str, str]]:
    """One table of the page's words: name → (Chinese, English)."""
    (body,) = re.findall(rf"^const {name} = \{{(.*?)\}};$", WORDS, re.DOTALL | re.MULTILINE)
    pairs = re.findall(r'(\w+): \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"', body)
    return {key: (chinese, english) for key, chinese, english in pairs}


TABLES = re.findall(r"^const ([A-Z]+) = \{", WORDS, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("TYPES", [*AlarmType, UNREADABLE]),
        ("FAULTS", FAULTS),
        ("PLACES", [*CAUSES, PUT_ASIDE, "local_broker", "box", OVERLOAD, _FAULT_PLACE]),
        ("DETAILS", [*SAMPLE_FAULTS, BABBLING, STUCK_BUTTON]),
        ("FALL_WATCHES", [state for state in get_args(FallsWatched) if state != "watching"]),
        ("SOURCES", LocationSource),
        ("QUANTITIES", VITAL),
        ("FALLS", [word.removeprefix("fall.") for word in EXPLANATIONS]),
        ("RHYTHMS", VERDICTS),
        ("PROTECTIONS", ["none", "off"]),
        ("UNITS", UNITS),
        ("RESULTS", RESULTS),
        ("PAIRS", [*Role, *STEPS, State.CLEARED, State.CANCELLED]),
    ],
)
def test_everything_that_can_be_said_has_its_word(name: str, needed: Iterable[str | StrEnum]) -> None:
    assert sorted({str(word) for word in needed} - table(name).keys()) == []


def test_the_page_asks_for_no_word_that_is_missing() -> None:
    asked = set()
    for file in sorted([*PAGE.glob("*.js"), *PAGE.glob("*.html")]):
        asked |= set(re.findall(r'word\("(\w+)"|data-word="(\w+)"', file.read_text("utf-8")))
    names = {one or other for one, other in asked}
    assert len(names) > 50
    assert sorted(names - table("PAIRS").keys()) == []


@pytest.mark.parametrize("name", TABLES)
def test_each_language_keeps_to_itself(name: str) -> None:
    pairs = table(name)
    assert pairs
    for key, (chinese, english) in pairs.items():
        assert not set(re.findall(r"[A-Za-z]+", chinese)) - LATIN_IN_CHINESE, f"{name}.{key}: {chinese}"
        assert key == "other_language" or not HAN.search(english), f"{name}.{key}: {english}"
