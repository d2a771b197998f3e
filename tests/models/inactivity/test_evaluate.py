import json
from pathlib import Path

import numpy as np
import pytest

from models.cli import main
from models.inactivity import sample
from models.inactivity.evaluation.incidents import strays
from models.inactivity.evaluation.recording import Recording
from models.inactivity.sensors import Place, place_of


def a_recording(folder: Path) -> None:
    rooms = [sensor.id for sensor in sample.SENSORS]
    rows = [(at, rooms.index(sensor), count) for at, sensor, count in sample.year(seed=5, days=12)]
    notes = {"rooms": rooms, "door": ["door"], "bed": ["pir-bedroom"], "bath": ["pir-bathroom"], "resolution_s": 1}
    at, room, count = zip(*rows, strict=True)
    np.savez(folder / "home.npz", t=np.array(at), room=np.array(room), count=np.array(count), meta=json.dumps(notes))


def test_a_folder_is_measured_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_recording(tmp_path)
    out = tmp_path / "out"
    assert (
        main(
            ["evaluate", "inactivity", str(tmp_path), "--injections", "5", "--budget", "1", "--json", "--out", str(out)]
        )
        == 0
    )
    watch, timer = json.loads(capsys.readouterr().out)
    assert (watch["home"], watch["method"], timer["method"]) == ("home", "watch", "timer")
    assert watch["injections"] == 5
    assert 0 < watch["median_hours"] <= watch["p90_hours"] <= 24
    assert (out / "inactivity.png").stat().st_size > 1_000
    assert json.loads((out / "inactivity.json").read_text())[0] == watch


def test_stray_signs_after_a_collapse_have_a_row_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_recording(tmp_path)
    words = ["--strays", "--injections", "3", "--budget", "1", "--json"]
    assert main(["evaluate", "inactivity", str(tmp_path), *words]) == 0
    watch, strayed, timer = json.loads(capsys.readouterr().out)
    assert [watch["method"], strayed["method"], timer["method"]] == ["watch", "strays", "timer"]
    assert strayed["false_alarms"] == watch["false_alarms"]


def test_measuring_may_begin_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_recording(tmp_path)
    words = ["evaluate", "inactivity", str(tmp_path), "--injections", "3", "--budget", "1", "--json"]
    assert main([*words, "--from-day", "9"]) == 0
    assert 2.0 < json.loads(capsys.readouterr().out)[0]["days"] < 3.1
    assert main([*words, "--from-day", "11.5"]) == 2
    assert "choose an earlier one" in capsys.readouterr().err


def test_two_strays_fall_within_a_day_and_when_the_home_reports() -> None:
    hourly = Recording("home", sample.SENSORS, [(1_200.0, "door", 1.0)], "UTC", 3_600.0)
    for moment in range(0, 40_000, 1_000):
        first, second = strays(hourly, float(moment))
        assert moment < first[0] <= second[0] <= moment + 25 * 3_600
        assert {first[0] % 3_600, second[0] % 3_600} == {1_200.0}
        assert "door" not in (first[1], second[1])
        assert strays(hourly, float(moment)) == [first, second]


def test_the_same_seed_gives_the_same_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_recording(tmp_path)
    told = []
    for _ in range(2):
        assert main(["evaluate", "inactivity", str(tmp_path), "--injections", "3", "--budget", "1"]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert len(told[0].splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "remedy"),
    [([], "--sample"), (["/nowhere"], "--sample"), (["--sample", "--injections", "1"], "at least 2")],
    ids=["nothing", "empty", "injections"],
)
def test_nothing_to_measure_names_the_remedy(words: list[str], remedy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "inactivity", *words]) == 2
    assert remedy in capsys.readouterr().err


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.npz").write_bytes(b"PK nothing")
    assert main(["evaluate", "inactivity", str(tmp_path)]) == 2
    assert "broken.npz" in capsys.readouterr().err


def test_the_simulated_year_is_the_same_each_time_and_in_order() -> None:
    one = list(sample.year(seed=2, days=30))
    assert one == list(sample.year(seed=2, days=30))
    assert [at for at, _, _ in one] == sorted(at for at, _, _ in one)
    assert {sensor for _, sensor, _ in one} == {sensor.id for sensor in sample.SENSORS}
    assert {place_of(sensor) for sensor in sample.SENSORS} == set(Place) - {Place.OTHER}
