"""Scenario files: what they mean, and that a broken one names file, line and remedy."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.deeds import DEEDS, FAULTS
from simulator.plan_file import SimulatorFileError
from simulator.scenario import Scenario
from simulator.scenario_file import SHIPPED, load_scenario, scenario_files

HEAD = 'name = "n"\nseed = 7\nplan = "one-bedroom"\n'
EXPECT = '[[expect]]\nkind = "alarm"\n'


def read(tmp_path: Path, text: str) -> Scenario:
    file = tmp_path / "scenario.toml"
    file.write_text(text)
    return load_scenario(file)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SimulatorFileError) as caught:
        read(tmp_path, text)
    file = str(tmp_path / "scenario.toml")
    assert all(re.match(rf"{re.escape(file)}:\d+: .+", problem) for problem in caught.value.problems)
    return [problem.removeprefix(file) for problem in caught.value.problems]


def test_a_scenario_as_the_contract_writes_it(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        HEAD
        + '[[step]]\nat = "1d 02:13:05"\ndo = "smoke_on"\ndevice = "smoke-kitchen"\n'
        + '[[step]]\nat = "02:13:00.5"\ndo = "press"\ndevice = "cord-bath"\ntimes = 3\nevery_seconds = 20\n'
        + '[[step]]\nat = "00:00:10"\ndo = "broker_down"\n'
        + '[[expect]]\nkind = "alarm"\ntype = "sos"\ndevice = "cord-bath"\nwithin_seconds = 10\n'
        + '[[expect]]\nkind = "restore"\ntype = "smoke"\ncount = 0\nnot_before = "1d 00:00:00"\n',
    )
    assert (scenario.name, scenario.seed, scenario.plan.name) == ("n", 7, "one-bedroom")
    assert [(step.do, step.at) for step in scenario.steps] == [
        ("broker_down", 10.0),
        ("press", 2 * 3600 + 13 * 60 + 0.5),
        ("smoke_on", 26 * 3600 + 13 * 60 + 5),
    ], "in the order of their times, whatever the order in the file"
    press = scenario.steps[1]
    assert press.device is not None
    assert (press.device.id, press.numbers["times"], press.numbers["repeats"]) == ("cord-bath", 3, 12)
    assert press.lasts_seconds == 40
    sos, restore = scenario.expectations
    assert (sos.count, sos.within_seconds, sos.message) == (1, 10.0, "raised")
    assert (restore.count, restore.type, restore.not_before) == (0, "smoke", 86_400.0)
    assert scenario.lasts_seconds == scenario.steps[-1].at + 60


def test_its_times_are_those_of_the_homes_clock(tmp_path: Path) -> None:
    scenario = read(tmp_path, "begins_on = 2026-01-20\n" + HEAD + EXPECT)
    assert scenario.begins_on == date(2026, 1, 20)
    assert scenario.moment(3600).isoformat() == "2026-01-20T01:00:00+08:00"


def test_without_steps_it_is_still_a_scenario_that_can_fail(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + EXPECT).steps == ()


def test_who_does_it_is_known_where_there_is_but_one(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        HEAD
        + EXPECT
        + "".join(f'[[step]]\nat = "00:00:01"\ndo = "{do}"\n' for do in ("fall", "leave", "return", "collapse")),
    )
    assert [step.device and step.device.id for step in scenario.steps] == ["band", "door", "door", None]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD, 1, "expect is missing; a scenario that expects nothing proves nothing"),
        (EXPECT, 1, "name is missing"),
        (f'name = "n"\nplan = "two-bedroom"\n{EXPECT}', 2, "the plan"),
        (f"{HEAD}{EXPECT}count = -1\n", 6, "count is -1; write a whole number from 0"),
        (f"{HEAD}{EXPECT}within_seconds = 0\n", 6, "within_seconds is 0; write a number above 0"),
        (f'{HEAD}[[expect]]\nkind = "activity"\n', 5, '"activity" is nothing that leaves a house'),
        (f'{HEAD}{EXPECT}type = "smok"\n', 6, 'did you mean "smoke"?'),
        (f'{HEAD}{EXPECT}device = "cord-bat"\n', 6, 'did you mean "cord-bath"?'),
        (f'{HEAD}[[expect]]\nkind = "test"\nmessage = "updated"\n', 6, "only an alarm is updated or cancelled"),
        (f'{HEAD}{EXPECT}[[step]]\ndo = "wait"\n', 6, "at is missing; write the time of day"),
        (f'{HEAD}{EXPECT}[[step]]\nat = "25:00:00"\ndo = "wait"\n', 7, 'at is "25:00:00"; write the time of day'),
        (f'{HEAD}{EXPECT}[[step]]\nat = "1:00"\ndo = "wait"\n', 7, 'at is "1:00"; write the time of day'),
        (f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "pull"\n', 8, 'unknown do "pull"; '),
        (f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\n', 6, "do is missing; write what happens"),
        (f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "press"\n', 6, "device is missing; write which device"),
        (
            f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "press"\ndevice = "smoke-kitchen"\n',
            9,
            "smoke-kitchen is a smoke, which cannot press; press is for: cord-bath, cord-bed, button-bed",
        ),
        (
            f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "broker_down"\ndevice = "door"\n',
            9,
            "broker_down is no device's doing; remove device",
        ),
        (
            f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "press"\ndevice = "cord-bath"\nrepeats = 900\n',
            10,
            "repeats is 900; write a number from 5 to 80",
        ),
        (
            f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "press"\ndevice = "cord-bath"\nseconds = 9\n',
            10,
            'unknown key "seconds"',
        ),
        (
            f'{HEAD}{EXPECT}[[step]]\nat = "01:00:00"\ndo = "misbehave"\ndevice = "cord-bath"\nhow = "haunted"\n',
            10,
            'unknown how "haunted"; known here: babbling,',
        ),
        (f"{HEAD}seed = 8\n{EXPECT}", 4, "not valid TOML: Cannot overwrite"),
        (f'begins_on = "2026-01-20"\n{HEAD}{EXPECT}', 1, "begins_on is no date; write it without quotes"),
        (f'life = "yes"\n{HEAD}{EXPECT}', 1, "write true or false without quotes"),
    ],
)
def test_a_mistake_names_its_line_and_the_remedy(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = problems(tmp_path, text)
    assert any(problem.startswith(f":{line}: ") and words in problem for problem in found), found


def test_a_mistake_in_its_plan_is_told_with_the_plans_own_line(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text('name = "home"\n\nroof = 1\n')
    (problem, *_) = [one for one in problems(tmp_path, f'name = "n"\nplan = "home.toml"\n{EXPECT}') if "roof" in one]
    assert problem.startswith(":2: ")
    assert f"{tmp_path}/home.toml:3: " in problem


def test_a_folder_stands_for_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "notes.txt"):
        (tmp_path / name).write_text("")
    alone = tmp_path / "notes.txt"
    assert [file.name for file in scenario_files([tmp_path, alone])] == ["a.toml", "b.toml", "notes.txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(SimulatorFileError, match="holds no scenario"):
        scenario_files([tmp_path / "empty"])


KEYS = st.sampled_from(("at", "do", "device", "kind", "type", "count", "within_seconds", "repeats", "how", "x"))
VALUES = st.sampled_from(
    ('"00:00:01"', *(f'"{do}"' for do in DEEDS), '"cord-bath"', "1", "-1", "[]", "{}", "1.5", '""')
)
LINES = st.builds("{} = {}".format, KEYS, VALUES) | st.sampled_from(("[[step]]", "[[expect]]", "[step]", "]"))


@given(st.lists(LINES, max_size=12))
def test_whatever_stands_in_a_file_it_is_a_scenario_or_a_list_of_mistakes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "any-scenario.toml"
    file.write_text(HEAD + "\n".join(lines))
    mistakes: tuple[str, ...] = ()
    try:
        assert load_scenario(file).expectations
    except SimulatorFileError as error:
        mistakes = error.problems
    assert all(problem.startswith(f"{file}:") for problem in mistakes)


def test_the_scenarios_that_ship_are_sound_and_each_has_a_name_of_its_own() -> None:
    shipped = [load_scenario(file) for file in scenario_files([SHIPPED])]
    names = [scenario.name for scenario in shipped]
    assert len(set(names)) == len(names) >= 14
    assert all(scenario.steps for scenario in shipped)


def test_the_documents_name_everything_that_a_step_can_do() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text("utf-8")
    for do, deed in DEEDS.items():
        assert f"`{do}`" in page
        assert all(f"`{key}`" in page for key in (*deed.numbers, *deed.words)), do
    assert all(f"`{fault}`" in page for fault in FAULTS)
