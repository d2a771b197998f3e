"""Floor plans: the one that ships is a gateway's file without mistakes; a broken one names file, line and remedy."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import load
from simulator.gateway_file import Place, gateway_file, toml
from simulator.plan_file import SHIPPED, SimulatorFileError, load_plan, read_plan, shipped_plans
from simulator.ports import free_port

ROOM = '[[room]]\nid = "bathroom"\nuse = "bathroom"\nx = 0.0\ny = 0.0\nwidth = 2\nheight = 2.5\n'


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    with pytest.raises(SimulatorFileError) as caught:
        read_plan(file)
    for problem in caught.value.problems:
        assert re.match(rf"{re.escape(str(file))}:\d+: .+", problem)
    return [problem.removeprefix(str(file)) for problem in caught.value.problems]


def test_one_bedroom_has_what_scripts_rely_on() -> None:
    plan = load_plan("one-bedroom")
    ids = {device.id for device in plan.devices}
    assert {"cord-bath", "cord-bed", "smoke-kitchen", "button-bed", "band", "door"} <= ids
    assert {device.room for device in plan.of_family("motion")} == {room.id for room in plan.rooms}
    assert {cord.driver for cord in plan.of_family("cord")} == {"ev1527"}


@pytest.mark.parametrize("name", shipped_plans())
def test_every_plan_that_ships_is_a_sound_file_of_a_gateway(tmp_path: Path, name: str) -> None:
    plan = load_plan(name)
    assert plan.name == name
    place = Place(folder=tmp_path, district_port=free_port(), local_port=free_port(), http_port=0)
    place.file.write_text(gateway_file(plan, place, {"intake": {"presses_per_minute": 3}}), encoding="utf-8")
    config = load(place.file)
    assert [device.id for device in config.devices] == [device.id for device in plan.devices]
    assert config.presses_per_minute == 3
    assert config.warnings == ()


def test_a_plan_of_ones_own_lies_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text((SHIPPED / "one-bedroom.toml").read_text(), encoding="utf-8")
    assert load_plan("my.toml", tmp_path) == load_plan("one-bedroom")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('name = "p"\n', 1, "room is missing; write each room as a section [[room]]"),
        (f'name = "p"\nnoise = 1\n{ROOM}', 2, 'unknown key "noise"'),
        (f'name = "p"\ntimezone = "Asia/Nowhere"\n{ROOM}', 2, "there is no timezone"),
        (f'name = "p"\n{ROOM}use = "bath"\n', 9, "not valid TOML: Cannot overwrite"),
        (f'name = "p"\n{ROOM}[[device]]\nid = "c"\nfamily = "chord"\n', 11, 'did you mean "cord"?'),
        (
            f'name = "p"\n{ROOM}[[device]]\nid = "c"\nfamily = "button"\naddress = "b"\nroom = "attic"\n',
            13,
            'unknown room "attic"; known here: bathroom',
        ),
        (
            f'name = "p"\n{ROOM}[[device]]\nid = "c"\nfamily = "cord"\naddress = "xyz"\nroom = "bathroom"\n',
            12,
            "write five hexadecimal digits",
        ),
        (
            f'name = "p"\n{ROOM}[[device]]\nid = "c"\nfamily = "cord"\naddress = "9EAD9"\nroom = "bathroom"\n',
            1,
            "nobody would hear the senders of driver ev1527; write a section [[receiver]]",
        ),
        (
            f'name = "p"\n{ROOM}[[device]]\nid = "b"\nfamily = "button"\naddress = "b"\nroom = "bathroom"\nx = 9.0\n',
            14,
            "b stands outside of its room bathroom",
        ),
        (f'name = "p"\n{ROOM}{ROOM}', 10, 'id "bathroom" stands on line 3 already; change one'),
        (f'name = "p"\n{ROOM}[[resident]]\nid = "r"\nwakes = 8.0\nsleeps = 7.0\n', 12, "sleeps is not after wakes"),
        (f'name = "p"\n{ROOM}[[receiver]]\nname = "rf"\nframes = "c7"\n', 11, 'unknown frames "c7"'),
        (f'name = "p"\n{ROOM}x = wide\n', 9, "not valid TOML"),
    ],
)
def test_a_mistake_names_its_line_and_the_remedy(tmp_path: Path, text: str, line: int, words: str) -> None:
    assert any(problem.startswith(f":{line}: ") and words in problem for problem in problems(tmp_path, text)), problems(
        tmp_path, text
    )


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, 'name = ""\nmore = 1\n[[room]]\nid = "R"\nuse = "hall"\n')) >= 6


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SimulatorFileError, match=r"nowhere\.toml:1: cannot be read: .*; give the plan's own file"):
        load_plan("nowhere.toml", tmp_path)


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_whatever_stands_in_a_file_it_is_a_plan_or_a_list_of_mistakes(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any-plan.toml"
    file.write_bytes(data)
    with pytest.raises(SimulatorFileError) as caught:
        read_plan(file)
    assert all(problem.startswith(f"{file}:") for problem in caught.value.problems)


WORDS = st.text(alphabet="ab\"'\\\n\t€ .", max_size=8)
VALUES = st.booleans() | st.integers(-(2**60), 2**60) | WORDS


@given(st.dictionaries(WORDS.filter(bool), VALUES), st.dictionaries(WORDS.filter(bool), VALUES))
def test_what_is_written_as_toml_reads_the_same(plain: dict[str, object], section: dict[str, object]) -> None:
    document: dict[str, object] = {**plain, "sect": section, "many": [section, plain]}
    assert tomllib.loads(toml(document)) == document
