"""The walls between the rooms, as far as import-linter cannot hold them by itself."""

import importlib.util
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("benchmarks", "callcentre", "drivers", "gateway", "models", "simulator", "tests")


def test_every_part_of_the_gateway_but_the_contract_is_behind_the_wall() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    outside = {"callcentre", "simulator", "gateway.contract"}
    (wall,) = [contract for contract in contracts if set(contract["source_modules"]) == outside]
    behind = {name.removeprefix("gateway.") for name in wall["forbidden_modules"]}
    present = {
        entry.stem
        for entry in (ROOT / "gateway").iterdir()
        if not entry.name.startswith("_") and (entry.suffix == ".py" or entry.is_dir())
    }
    assert behind == present - {"contract"}


def test_every_top_level_name_that_equals_one_of_ours_is_ours() -> None:
    installed = Path(sysconfig.get_paths()["purelib"])
    strangers = [name for name in ROOMS if (installed / name).exists() or (installed / f"{name}.py").exists()]
    assert strangers == []
    for name in ROOMS:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.submodule_search_locations is not None
        assert Path(next(iter(found.submodule_search_locations))) == ROOT / name


def test_commands_run_without_the_working_directory_on_the_path() -> None:
    for unit in (ROOT / "deploy").rglob("*.service"):
        assert "python -P" in unit.read_text()
    assert "-P" in (ROOT / "Makefile").read_text()
    assert sys.flags.safe_path, "the suite itself runs as `python -P -m pytest`"


def test_nobody_waits_with_what_can_lose_a_cancellation() -> None:
    # Python 3.11's wait_for gives the result of what ended just as it was cancelled, and a stop then never comes.
    for path in [path for room in ROOMS[1:6] for path in (ROOT / room).rglob("*.py")]:
        assert "wait_for(" not in path.read_text(), f"{path}: write asyncio.timeout"
        # And its TaskGroup forgets one that comes while an error ends the group.
        assert "asyncio.TaskGroup(" not in path.read_text(), f"{path}: write drivers.link.group.Group"


def test_only_the_supervisor_catches_everything() -> None:
    for path in [path for room in ROOMS[1:6] for path in (ROOT / room).rglob("*.py")]:
        text = path.read_text()
        if path != ROOT / "gateway" / "supervise.py":
            assert "except Exception" not in text, path
            assert "except* Exception" not in text, path
