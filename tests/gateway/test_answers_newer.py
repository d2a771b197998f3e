"""A newer centre may use words that this version does not know: version 1 grows only by addition."""

import json

import pytest

from gateway.answers import _read

BASE = {"id": "a-1", "about": "m-1", "at": "2026-03-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("said", "state", "result"),
    [
        ({"state": "escalated"}, "received", None),
        ({"state": "resolved", "result": "moved_house"}, "resolved", None),
        ({"state": "resolved", "result": "helped", "colour": "green"}, "resolved", "helped"),
    ],
)
def test_unknown_words_are_read_as_far_as_they_are_understood(
    said: dict[str, str], state: str, result: str | None
) -> None:
    answer = _read(json.dumps(BASE | said).encode())
    assert (answer.state, answer.result) == (state, result)
