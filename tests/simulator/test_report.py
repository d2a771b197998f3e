"""The report of `anju-sim run`, for scripts and for people."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.engine import Played
from simulator.judge import Seen
from simulator.report import Row, Skipped, as_json, as_line, as_total, duration, row_of
from simulator.scenario_file import load_scenario

ROW = Row(name="cord at night", file="cord.toml", seed=4, reasons=(), simulated_seconds=7_384.5, seconds=0.25, events=1)
FAILED = replace(ROW, name="smoke", reasons=("alarm smoke: 0 came instead of 1",))
SKIPPED = Skipped(name="week", file="week.toml", reason="it takes a week")


def test_a_row_holds_the_verdict(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('name = "n"\nseed = 3\n[[expect]]\nkind = "alarm"\n')
    seen = Seen(at=1.0, id="a", kind="alarm", type="sos", device=None)
    row = row_of(load_scenario(file), Played(seen=(seen,), simulated_seconds=60.0), 0.1)
    assert (row.name, row.passed, row.simulated_seconds, row.events) == ("n", True, 60.0, 1)
    assert not row_of(load_scenario(file), Played(seen=(), simulated_seconds=60.0), 0.1).passed


def test_for_scripts() -> None:
    told = as_json([ROW, FAILED], [SKIPPED])
    assert (told["passed"], told["failed"]) == (1, 1)
    assert [(one["name"], one["passed"], one["simulated_seconds"]) for one in told["scenarios"]] == [
        ("cord at night", True, 7_384.5),
        ("smoke", False, 7_384.5),
    ]
    assert told["skipped"] == [{"name": "week", "reason": "it takes a week", "file": "week.toml"}]


def test_for_people() -> None:
    assert as_line(ROW).split(maxsplit=1) == ["passed", "2 h 3 min  cord at night"]
    assert as_line(FAILED).splitlines()[1].strip() == "alarm smoke: 0 came instead of 1"
    assert as_total([ROW, FAILED], [SKIPPED]) == "1 passed, 1 failed, 1 skipped: 4 h 6 min of homes in 0.5 s"


@pytest.mark.parametrize(
    ("seconds", "words"), [(2.25, "2.2 s"), (61, "1 min 1 s"), (3_600, "1 h 0 min"), (9 * 86_400, "9 d 0 h")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
