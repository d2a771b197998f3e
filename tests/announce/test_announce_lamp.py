"""A lamp on a folder that looks like one of Linux's LED class."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.announce.lamp import PATTERNS, Lamp
from gateway.announce.output import AWAY, Announcement
from gateway.announce.switch import Led
from gateway.problems import Problems
from tests.support.wait import until


@pytest.fixture
def led(tmp_path: Path) -> Path:
    (tmp_path / "brightness").write_text("1")
    (tmp_path / "max_brightness").write_text("255\n")
    return tmp_path


def brightness(led: Path) -> str:
    return (led / "brightness").read_text().strip()


@asynccontextmanager
async def burning(lamp: Lamp) -> AsyncIterator[Lamp]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(lamp.run())
        yield lamp
        task.cancel()


async def test_a_quiet_house_is_dark_from_the_start_to_the_end(led: Path) -> None:
    async with burning(Lamp(Led(led), Problems())) as lamp:
        await until(lambda: brightness(led) == "0")
        lamp.show(Announcement(state="accepted"))
        await until(lambda: brightness(led) == "255", what="lit as bright as it can")
        lamp.show(Announcement(state=None))
        await until(lambda: brightness(led) == "0")
        lamp.show(Announcement(state="accepted"))
        await until(lambda: brightness(led) == "255")
    assert brightness(led) == "0", "a stopped gateway leaves no light behind"


async def test_a_call_blinks(led: Path) -> None:
    async with burning(Lamp(Led(led), Problems())) as lamp:
        lamp.show(Announcement(state="not_reached"))
        for wanted in ("255", "0", "255", "0"):
            await until(lambda wanted=wanted: brightness(led) == wanted)  # type: ignore[misc]


def test_the_states_can_be_told_apart() -> None:
    assert PATTERNS[None].lit_seconds == 0
    assert all(PATTERNS[state].dark_seconds == 0 for state in ("accepted", "dispatched", "arrived"))
    away = PATTERNS[AWAY]
    assert away.lit_seconds < 0.05 * away.dark_seconds, "a wink, by which nobody takes it for an alarm"
    blinking = [PATTERNS[state] for state in ("not_reached", "calling", "received")]
    assert all(pattern.lit_seconds and pattern.dark_seconds for pattern in blinking)
    periods = [pattern.lit_seconds + pattern.dark_seconds for pattern in blinking[:2]]
    assert 4 * periods[0] < periods[1], "not reached blinks much faster than calling"


async def test_a_lamp_that_cannot_be_switched_is_reported_once_and_used_again(
    led: Path, caplog: pytest.LogCaptureFixture
) -> None:
    problems = Problems()
    (led / "brightness").rename(led / "taken")
    (led / "brightness").mkdir()  # refuses writes, to root as well
    async with burning(Lamp(Led(led), problems)) as lamp:
        lamp.show(Announcement(state="not_reached"))
        (said,) = await until(problems.list)
        assert str(led) in said
        lamp.show(Announcement(state="accepted"))
        (led / "brightness").rmdir()
        (led / "taken").rename(led / "brightness")
        lamp.show(Announcement(state="not_reached"))
        await until(lambda: not problems.list(), what="the problem over")
    assert caplog.text.count("cannot be switched") - caplog.text.count("over: ") == 1
