"""Scenarios in driven time: a real gateway in this process, on a clock that jumps over idleness."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.driven.engine import play_driven
from simulator.engine import Played, UnplayableError
from simulator.judge import judge
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario

SOS = ("alarm", "sos", "cord-bath")
DETERMINISM = """
import sys
from pathlib import Path
from simulator.driven.engine import play_driven
from simulator.scenario_file import load_scenario
print(play_driven(load_scenario(Path(sys.argv[1]))).seen)
"""


def written(folder: Path, text: str, seed: int = 7) -> Scenario:
    file = folder / "scenario.toml"
    file.write_text(f'name = "test"\nseed = {seed}\nplan = "one-bedroom"\n{text}\n[[expect]]\nkind = "alarm"\n')
    return load_scenario(file)


def step(at: str, do: str, **more: object) -> str:
    keys = {"at": at, "do": do, **more}
    return "\n".join(["[[step]]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()), ""])


def came(played: Played) -> list[tuple[str, str | None, str | None]]:
    return [(one.kind, one.type, one.device) for one in sorted(played.seen, key=lambda one: one.at)]


def at_of(played: Played, type_: str) -> float:
    return next(one.at for one in played.seen if one.type == type_)


def test_a_cord_at_night_is_at_the_desk_at_once_and_no_second_of_the_night_is_waited_for(tmp_path: Path) -> None:
    played = play_driven(written(tmp_path, step("02:13:00", "press", device="cord-bath")))
    assert came(played) == [SOS]
    assert at_of(played, "sos") == pytest.approx(2 * 3_600 + 13 * 60, abs=1.0)
    assert played.simulated_seconds >= 8_000


def test_smoke_while_the_broker_is_down_arrives_once_it_is_up(tmp_path: Path) -> None:
    text = step("03:00:00", "broker_down") + step("03:01:00", "smoke_on", device="smoke-kitchen")
    played = play_driven(written(tmp_path, text + step("03:05:00", "broker_up")))
    assert came(played)[0] == ("alarm", "smoke", "smoke-kitchen")
    assert 3 * 3_600 + 300 < at_of(played, "smoke") < 3 * 3_600 + 305
    played = play_driven(written(tmp_path, text))
    assert came(played) == []


def test_a_cord_just_before_the_power_goes_is_sent_after_it_is_back_and_one_meanwhile_never(tmp_path: Path) -> None:
    text = step("03:00:00", "line_down") + step("03:00:30", "press", device="cord-bath")
    text += step("03:01:00", "power_cut", seconds=600) + step("03:05:00", "press", device="cord-bed")
    played = play_driven(written(tmp_path, text + step("03:20:00", "line_up")))
    assert came(played).count(SOS) == 1
    assert ("alarm", "sos", "cord-bed") not in came(played)
    assert at_of(played, "sos") > 3 * 3_600 + 20 * 60


def test_a_fall_in_its_cancel_window_survives_the_power_cut(tmp_path: Path) -> None:
    text = step("04:00:00", "fall", device="band") + step("04:00:10", "power_cut", seconds=60)
    played = play_driven(written(tmp_path, text))
    assert came(played).count(("alarm", "fall", "band")) == 1
    assert at_of(played, "fall") > 4 * 3_600 + 70


def test_a_desk_that_was_away_answers_everything_when_it_is_back_and_nothing_comes_twice(tmp_path: Path) -> None:
    text = step("01:00:00", "centre_down") + step("01:05:00", "press", device="button-bed")
    played = play_driven(written(tmp_path, text + step("01:30:00", "centre_up") + step("02:00:00", "wait")))
    assert came(played) == [("alarm", "sos", "button-bed")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (step("01:00:00", "jam", seconds=60), ("trouble", "rf_interference", None)),
        (step("01:00:00", "clock", seconds=-3600), ("trouble", "clock", None)),
        (step("01:00:00", "unplug"), ("trouble", "link_lost", None)),
        (step("01:00:00", "local_broker_down"), ("trouble", "link_lost", None)),
        (step("01:00:00", "low_battery", device="door"), ("low_battery", None, "door")),
        (step("01:00:00", "remove", device="door") + step("4d 00:00:00", "wait"), ("supervision_lost", None, "door")),
        (step("01:00:00", "command", device="smoke-kitchen"), ("test", None, "smoke-kitchen")),
    ],
    ids=["jam", "clock", "unplug", "local_broker", "battery", "removed", "command"],
)
def test_what_befalls_a_house_is_told(tmp_path: Path, text: str, expected: tuple[str, str | None, str | None]) -> None:
    assert expected in came(play_driven(written(tmp_path, text)))
    assert expected not in came(play_driven(written(tmp_path, step("01:00:00", "wait"))))


def test_another_process_with_another_hash_seed_gives_the_same_events_to_the_byte(tmp_path: Path) -> None:
    text = step("01:00:00", "press", device="cord-bath", times=15, every_seconds=3) + step("01:10:00", "broker_down")
    text += step("01:11:00", "fall", device="band") + step("01:20:00", "broker_up")
    scenario = written(tmp_path, text)
    printed = [
        subprocess.run(
            [sys.executable, "-P", "-c", DETERMINISM, scenario.file],
            capture_output=True, check=True, timeout=100, env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert printed[0] == printed[1]
    assert printed[0].count(b"Seen(") > 10
    assert play_driven(written(tmp_path, text, seed=8)).seen != play_driven(scenario).seen


def test_a_plan_that_the_gateway_refuses_is_said(tmp_path: Path) -> None:
    scenario = written(tmp_path, step("01:00:00", "wait") + '[gateway.intake]\npresses_per_minute = "many"')
    with pytest.raises(UnplayableError, match="presses_per_minute"):
        play_driven(scenario)


def test_the_verdict_on_what_was_played(tmp_path: Path) -> None:
    for text, passes in ((step("01:00:00", "press", device="cord-bed"), True), (step("01:00:00", "wait"), False)):
        scenario = written(tmp_path, text)
        assert judge(scenario, play_driven(scenario).seen).passed is passes
