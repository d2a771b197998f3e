"""`anju-sim run` as an engineer and a script call it."""

import json
from pathlib import Path

from simulator.scenario_file import SHIPPED
from tests.support.processes import run

CORD = (SHIPPED / "cord-at-night.toml").read_text("utf-8")
SMOKE = '[[expect]]\nkind = "alarm"\ntype = "smoke"\n'


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_folder_is_a_test_report(tmp_path: Path) -> None:
    written(tmp_path, "a", CORD)
    written(tmp_path, "b", CORD.replace("cord at night", "no smoke") + SMOKE)
    done = run("anju-sim", "run", tmp_path, "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["passed"], report["failed"]) == (1, 1)
    assert [(one["name"], one["passed"]) for one in report["scenarios"]] == [
        ("cord at night", True),
        ("no smoke", False),
    ]
    assert report["scenarios"][1]["reasons"] == ["alarm smoke: 0 came instead of 1"]
    assert report["scenarios"][0]["simulated_seconds"] > 2 * 3_600
    for_people = run("anju-sim", "run", tmp_path / "a.toml", "--prove")
    assert for_people.returncode == 0
    assert "passed    2 h 14 min  cord at night" in for_people.stdout
    assert "1 passed, 0 failed: 2 h 14 min of homes" in for_people.stdout


def test_mistakes_in_any_file_are_told_before_anything_is_played(tmp_path: Path) -> None:
    good = written(tmp_path, "good", CORD)
    broken = written(tmp_path, "broken", CORD.replace('"press"', '"pull"'))
    done = run("anju-sim", "run", good, broken, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert f'{broken}:8: unknown do "pull"; ' in done.stderr
    assert run("anju-sim", "run", tmp_path / "nowhere.toml").returncode == 2


def test_what_no_speed_can_play_is_skipped_and_said(tmp_path: Path) -> None:
    refused = written(tmp_path, "a", CORD + "[gateway.intake]\npresses_per_minute = -1\n")
    clock = written(tmp_path, "b", CORD.replace("02:13:00", "03:13:00") + '[[step]]\nat = "03:14:00"\ndo = "clock"\n')
    for file, speed, words in (
        (refused, (), "presses_per_minute is -1"),
        (clock, ("--real-time",), "is for driven time"),
    ):
        done = run("anju-sim", "run", file, *speed, "--json")
        assert done.returncode == 2
        assert f"{file}:1: skipped: " in done.stderr
        assert words in done.stderr
        assert json.loads(done.stdout)["skipped"][0]["name"] == "cord at night"
