"""The scenarios that ship: each passes in driven time, and each of its steps would be missed.

Those that take days of a home's life are only played; `anju-sim run simulator/scenarios --prove` tries theirs too.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.deeds import DAY_SECONDS
from simulator.driven.engine import play_driven
from simulator.judge import judge
from simulator.run_command import not_missed
from simulator.scenario import Scenario
from simulator.scenario_file import SHIPPED, load_scenario, scenario_files

SCENARIOS = [load_scenario(file) for file in scenario_files([SHIPPED])]
WITHIN_A_DAY = [scenario for scenario in SCENARIOS if scenario.lasts_seconds < DAY_SECONDS]


def name_of(scenario: Scenario) -> str:
    return scenario.file.stem


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name_of)
def test_it_passes(scenario: Scenario) -> None:
    assert judge(scenario, play_driven(scenario).seen).reasons == ()


@pytest.mark.parametrize("scenario", WITHIN_A_DAY, ids=name_of)
def test_every_step_of_it_would_be_missed(scenario: Scenario) -> None:
    assert not_missed(scenario, play_driven) == ()


def test_a_step_that_nobody_would_miss_is_named(tmp_path: Path) -> None:
    (cord,) = [scenario for scenario in SCENARIOS if scenario.name == "cord at night"]
    wait = replace(cord.steps[0], do="wait", device=None, numbers={}, words={})
    (reason,) = not_missed(replace(cord, steps=(wait, *cord.steps)), play_driven)
    assert reason.startswith("it passes without its step 1, the wait")
