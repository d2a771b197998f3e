"""Real time: scenarios through real programs, a pty and MQTT. Short ones: they last as long as life does."""

from pathlib import Path

import pytest

from simulator.engine import Played, UnplayableError
from simulator.judge import judge
from simulator.real_time import LONGEST_SECONDS, play_real_time
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario

CORD = '[[step]]\nat = "02:13:00"\ndo = "press"\ndevice = "cord-bath"\n'


def scenario(tmp_path: Path, text: str) -> Scenario:
    file = tmp_path / "scenario.toml"
    file.write_text(f'name = "n"\nseed = 3\n{text}')
    return load_scenario(file)


def reasons(told: Scenario, played: Played) -> tuple[str, ...]:
    return judge(told, played.seen).reasons


def test_a_cord_at_night_and_the_line_cut_meanwhile(tmp_path: Path) -> None:
    """The cord is pulled while nothing gets through: its alarm comes when the line is whole again, and once."""
    told = scenario(
        tmp_path,
        '[[step]]\nat = "02:12:59"\ndo = "line_down"\n'
        + CORD
        + '[[step]]\nat = "02:13:01"\ndo = "line_up"\n'
        + '[[expect]]\nkind = "alarm"\ntype = "sos"\ndevice = "cord-bath"\nnot_before = "02:13:01"\n',
    )
    played = play_real_time(told)
    assert reasons(told, played) == ()
    assert 4 < played.simulated_seconds < 63


def test_smoke_through_a_power_cut_and_without_the_district(tmp_path: Path) -> None:
    told = scenario(
        tmp_path,
        '[[step]]\nat = "18:00:00"\ndo = "broker_down"\n'
        '[[step]]\nat = "18:00:00.5"\ndo = "smoke_on"\ndevice = "smoke-kitchen"\n'
        '[[step]]\nat = "18:00:02"\ndo = "power_cut"\nseconds = 1\n'
        '[[step]]\nat = "18:00:04"\ndo = "broker_up"\n'
        '[[step]]\nat = "18:00:05"\ndo = "smoke_off"\ndevice = "smoke-kitchen"\n'
        '[[expect]]\nkind = "alarm"\ntype = "smoke"\ndevice = "smoke-kitchen"\nnot_before = "18:00:04"\n'
        '[[expect]]\nkind = "restore"\ntype = "smoke"\nnot_before = "18:00:05"\n',
    )
    assert reasons(told, play_real_time(told)) == ()


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        (CORD + '[[step]]\nat = "02:33:00"\ndo = "wait"\n', "it takes 21 min 2 s and real time is for 10 min 0 s"),
        (CORD + '[[step]]\nat = "02:13:10"\ndo = "clock"\n', "clock is for driven time"),
    ],
)
def test_what_takes_too_long_or_another_clock_is_not_begun(tmp_path: Path, steps: str, reason: str) -> None:
    assert LONGEST_SECONDS == 600
    with pytest.raises(UnplayableError, match=f"{reason}.* without --real-time"):
        play_real_time(scenario(tmp_path, steps + '[[expect]]\nkind = "alarm"\n'))
