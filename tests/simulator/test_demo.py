"""The demo as a visitor and as a script run it; and every way in which it must fail."""

import json
import os
import re
import shutil
import signal
import sys
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.processes import Child, run, running
from tests.support.wait import until

DEMO = ("python", "-P", "-m", "simulator.demo")


def programs_of(demo: Child) -> list[psutil.Process]:
    """The running children of a demo."""
    try:
        return psutil.Process(demo.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def program(demo: Child, words: str) -> psutil.Process | None:
    """The child whose command line holds these words."""
    for process in programs_of(demo):
        try:
            if words in " ".join(process.cmdline()):
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def accepted(demo: Child) -> int:
    """What the one JSON object says that a script reads, also where the demo failed."""
    (line,) = demo.stdout
    return int(json.loads(line)["accepted"])


def alarms_for_a_visitor(address: str) -> list[dict[str, Any]]:
    """What a browser sees that has just opened the page and holds nothing but its cookie."""
    with urllib.request.urlopen(address) as page:
        cookie = page.headers["set-cookie"].partition(";")[0]
    request = urllib.request.Request(f"{address}api/alarms?state=all", headers={"cookie": cookie})
    with urllib.request.urlopen(request) as answer:
        alarms: list[dict[str, Any]] = json.load(answer)["alarms"]
    return alarms


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the demo makes its temporary folder."""
    made = tmp_path / "temporary"
    made.mkdir()
    return made


async def test_two_alarms_go_there_and_back(folder: Path) -> None:
    async with running(*DEMO, "--once", "--json", environment={"TMPDIR": str(folder)}) as demo:
        await until(lambda: program(demo, "anju run"), timeout=30)
        programs = programs_of(demo)
        assert await demo.wait(60) == 0, demo.text
    (line,) = demo.stdout
    result = json.loads(line)
    assert [result[key] for key in ("raised", "received", "accepted", "doubled")] == [2, 2, 2, 0]
    assert set(result["latency_ms"]) == {"decode", "commit", "publish", "puback", "received", "accepted"}
    assert all(value > 0 for value in result["latency_ms"].values())
    assert sorted(alarm["type"] for alarm in result["alarms"]) == ["smoke", "sos"]
    assert {uuid.UUID(alarm["id"]).version for alarm in result["alarms"]} == {7}
    assert len({alarm["id"] for alarm in result["alarms"]}) == 2
    assert len(programs) >= 3
    assert all(map(ended, programs))
    assert os.listdir(folder) == []


async def test_a_visitor_opens_the_desk_and_ends_it_with_ctrl_c(folder: Path) -> None:
    async with running(*DEMO, environment={"TMPDIR": str(folder)}) as demo:
        await demo.wait_line("^accepted$", timeout=40)
        address, *states = demo.stdout
        assert states == ["received", "accepted"]
        (alarm,) = alarms_for_a_visitor(address)
        assert (alarm["type"], alarm["state"], alarm["resident_name"]) == ("sos", "accepted", "演示住户一")
        programs = programs_of(demo)
        assert len(programs) == 4
        demo.signal(signal.SIGINT)
        assert await demo.wait() == 0
        assert all(map(ended, programs))
        assert os.listdir(folder) == []


@pytest.mark.parametrize("words", ["simulator.broker", "anju-desk run", "anju run"])
async def test_a_dead_program_ends_it_with_a_message(words: str, folder: Path) -> None:
    async with running(*DEMO, "--once", "--json", environment={"TMPDIR": str(folder)}) as demo:
        process = await until(lambda: program(demo, words), timeout=30)
        assert process is not None
        process.kill()
        assert await demo.wait(60) == 1
        assert accepted(demo) < 2
        assert any(line.startswith("anju demo: the ") for line in demo.stderr)
        assert programs_of(demo) == []
        assert os.listdir(folder) == []


async def test_a_program_that_hangs_is_given_up_within_a_minute(folder: Path) -> None:
    async with running(*DEMO, "--once", "--json", environment={"TMPDIR": str(folder)}) as demo:
        desk = await until(lambda: program(demo, "anju-desk run"), timeout=30)
        assert desk is not None
        desk.suspend()
        assert await demo.wait(60) == 1
        assert accepted(demo) < 2
        assert re.search("gave up|not ready", demo.text)
        assert ended(desk)


async def test_nothing_is_left_behind_even_when_it_is_killed(folder: Path) -> None:
    async with running(*DEMO, environment={"TMPDIR": str(folder)}) as demo:
        await demo.wait_line("^received$", timeout=40)
        programs = programs_of(demo)
        await demo.kill()
        await until(lambda: all(map(ended, programs)))


async def test_without_loopback_it_says_so() -> None:
    unshare = shutil.which("unshare") or "unshare"
    # Root needs no user namespace, and inside a chroot could make none.
    without_network = (unshare, "--net") if os.geteuid() == 0 else (unshare, "--net", "--map-root-user")
    async with running(*without_network, "/bin/true") as probe:
        if await probe.wait():
            pytest.skip("this machine allows no network namespaces")
    async with running(*without_network, sys.executable, *DEMO[1:], "--once", "--json") as demo:
        assert await demo.wait(60) == 1
        assert accepted(demo) == 0
        assert "nothing can be sent over loopback" in demo.text


def test_wrong_use() -> None:
    assert run(*DEMO, "--json").returncode == 2
