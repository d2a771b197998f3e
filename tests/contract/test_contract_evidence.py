"""Evidence leaves the house as numbers and machine words only."""

import json
import math
from typing import Any

import pytest
from hypothesis import given

from gateway.contract.evidence import PERSONAL_WORDS, leaving
from tests.contract.events import evidence


@pytest.mark.parametrize(
    "value",
    [
        1,
        -2.5,
        True,
        None,
        "8",
        "01950123-4567-7890-8123-456789012345",
        "night_wandering",
        "fall-torso-3",
        "1.2.0",
        "explain.fall.long_lie",
        [1, 2.0, "late", None],
    ],
)
def test_numbers_and_machine_words_leave(value: Any) -> None:
    assert leaving({"score": value}) == {"score": value}


@pytest.mark.parametrize(
    "value",
    [
        "Wang Fang",
        "王芳",
        "13800138000",
        "tel13800138000",
        "11010519491231002X",
        "",
        "x" * 65,
        "two\nlines",
        b"bytes",
        {"nested": 1},
        [[1]],
        list(range(17)),
        math.nan,
        math.inf,
        2**53 + 1,
        object(),
    ],
)
def test_free_text_long_numbers_and_structures_stay(value: Any) -> None:
    assert leaving({"verdict": value}) == {}


@pytest.mark.parametrize(
    "key", ["name", "home_address", "telephone", "phone_2", "id_card", "Score", "with space", "", "姓名", "x" * 33]
)
def test_keys_that_name_a_person_or_are_no_names_stay(key: str) -> None:
    assert leaving({key: 1}) == {}


@given(evidence)
def test_whatever_leaves_is_plain_ascii_json(given_evidence: dict[str, Any]) -> None:
    left = leaving(given_evidence)
    assert json.dumps(left, allow_nan=False).isascii()
    assert not any(PERSONAL_WORDS & set(key.split("_")) for key in left)
    assert all(given_evidence[key] is value for key, value in left.items())
