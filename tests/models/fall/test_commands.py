"""`anju-models train fall` and `evaluate fall`, as they are typed."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.cli import main
from models.fall import FallDetector
from models.fall.model import read
from models.fall.sample import sample


def test_training_and_measuring_run_on_the_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_up = ["--sample", "--position", "torso", "--folds", "2"]
    assert main(["train", "fall", *made_up, "--name", "made-up", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    model = read(tmp_path / "torso.npz")
    assert model.version == "made-up"
    for each in [each for each in sample("torso") if each.code == "F1"][:4]:
        detector = FallDetector("torso", model=model)
        assert any(told.is_fall for told in detector.feed(each.samples, 0.0) + detector.finish())
    assert main(["evaluate", "fall", *made_up, "--json", "--out", str(tmp_path / "shown")]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["torso"]["unseen people"][0]["falls"] == 16
    assert {row["name"] for row in shown["torso"]["robustness"]} >= {"as recorded", "turned", "20 Hz"}
    assert len(list((tmp_path / "shown").glob("*.png"))) == 4
    assert json.loads((tmp_path / "shown" / "figures.json").read_text(encoding="utf-8")) == shown


def test_the_field_needs_no_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "events").write_text('{"type": "fall", "result": "helped"}\n', encoding="utf-8")
    assert main(["evaluate", "fall", "--events", str(tmp_path / "events"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["precision"] == 1.0


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_a_place_without_recordings_is_named_with_the_remedy(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main([verb, "fall", str(tmp_path / "nowhere"), *out]) == 2
    assert "no such folder" in capsys.readouterr().err
    file = tmp_path / "sisfall_waist_50hz.npz"
    np.savez_compressed(file, acc=np.random.default_rng(1).integers(-99, 99, (5_000, 3)), rate=50.0)
    whole = file.read_bytes()
    torn = bytearray(whole)
    torn[200:300] = bytes(100)
    for content in (b"no archive", b"", whole[: len(whole) // 2], bytes(torn), whole):
        file.write_bytes(content)
        assert main([verb, "fall", str(tmp_path), *out]) == 2
        assert "copy it anew" in capsys.readouterr().err
    assert main([verb, "fall", *out]) == 2
    assert "--sample" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_parts_of_which_one_is_everybody_are_refused(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "fall", "--sample", "--folds", "1", "--out", "nowhere"])
    assert "2 or more" in capsys.readouterr().err
