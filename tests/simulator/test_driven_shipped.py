"""The scenarios that ship, in driven time: each passes, and each fails once any of its steps is taken away."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.driven.engine import play_driven
from simulator.judge import judge
from simulator.scenario import Scenario
from simulator.scenario_file import SHIPPED, load_scenario, scenario_files

FILES = scenario_files([SHIPPED])
WITHOUT_ONE = [(file, number) for file in FILES for number in range(len(load_scenario(file).steps))]


def reasons(scenario: Scenario) -> tuple[str, ...]:
    return judge(scenario, play_driven(scenario).seen).reasons


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_passes(file: Path) -> None:
    assert reasons(load_scenario(file)) == ()


@pytest.mark.parametrize(("file", "number"), WITHOUT_ONE, ids=lambda value: getattr(value, "stem", str(value)))
def test_it_fails_without_one_of_its_steps(file: Path, number: int) -> None:
    scenario = load_scenario(file)
    without = scenario.steps[:number] + scenario.steps[number + 1 :]
    assert reasons(replace(scenario, steps=without)) != (), scenario.steps[number]
