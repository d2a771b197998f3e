"""What is wrong is said once; a part that fails is started again and said once too."""

import asyncio
from contextlib import suppress

import pytest

from gateway import supervise
from gateway.problems import LIMIT, TEXT_LIMIT_BYTES, Problems
from gateway.supervise import keep
from tests.support.wait import until


def test_a_problem_is_logged_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    problems = Problems()
    for number in range(5):
        problems.report("line", f"no line ({number})")
    assert problems.list() == ["no line (4)"]
    problems.over("line")
    problems.over("line")
    assert caplog.messages == ["no line (0)", "over: no line (4)"]
    assert problems.list() == []


def test_no_more_and_no_longer_than_a_status_can_bear(caplog: pytest.LogCaptureFixture) -> None:
    problems = Problems()
    for _ in range(2):
        for number in range(LIMIT * 2):
            problems.report(str(number), "坏" * 10_000)
    assert len(caplog.messages) == len(problems.list()) == LIMIT
    assert all(0 < len(text.encode()) <= TEXT_LIMIT_BYTES for text in problems.list())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "RESTART_SECONDS", 0.0)


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_part_that_fails_runs_again_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    problems, runs = Problems(), 0

    async def part() -> None:
        nonlocal runs
        runs += 1
        if runs < 5:
            raise OSError("no port")
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.Event().wait())
            if runs < 8:
                raise ValueError("from a task group")

    task = asyncio.create_task(keep("http", part, problems))
    await until(lambda: runs == 8)
    assert [line for line in caplog.messages if "http failed" in line] == [
        "http failed and is started again: OSError('no port')"
    ]
    assert problems.list() == ["http failed and is started again: ValueError('from a task group')"]
    await end(task)


async def test_a_part_that_runs_again_for_a_while_is_well(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervise, "WELL_AFTER_SECONDS", 0.02)
    problems, failed = Problems(), False
    problems.report("http", "what the part itself says of its line")

    async def part() -> None:
        nonlocal failed
        if not failed:
            failed = True
            raise OSError("no port")
        await asyncio.Event().wait()

    task = asyncio.create_task(keep("http", part, problems))
    await until(lambda: "http failed and is started again" in caplog.text)
    await until(lambda: len(problems.list()) == 1)
    assert problems.list() == ["what the part itself says of its line"]
    await end(task)


async def test_an_end_from_outside_ends_it() -> None:
    task = asyncio.create_task(keep("http", asyncio.Event().wait, Problems()))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
