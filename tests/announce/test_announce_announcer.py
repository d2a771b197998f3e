"""The announcer's task and the lamp's rhythm on a virtual clock."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.announce.announcer import Announcer
from gateway.announce.lamp import PATTERNS, Lamp
from gateway.announce.output import Announcement
from gateway.announce.switch import Led
from gateway.notice import Notices
from gateway.problems import Problems
from simulator.driven.loop import run_virtually
from tests.announce.events import raised


class Recorder:
    """An output that writes down when it was to say what."""

    name = "recorder"

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.said: list[tuple[float, tuple[str, ...]]] = []

    def show(self, announcement: Announcement) -> None:
        if announcement.words:
            self.said.append((self._clock(), announcement.words))

    async def run(self) -> None:
        return


def test_being_away_is_shown_where_no_alarm_is_under_way() -> None:
    async def life() -> list[str | None]:
        shown: list[str | None] = []

        class Shower(Recorder):
            def show(self, announcement: Announcement) -> None:
                shown.append(announcement.state)

        clock = asyncio.get_running_loop().time
        announcer = Announcer([Shower(clock)], clock)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(announcer.run())
            announcer.show_away(True)
            await asyncio.sleep(1)
            announcer.begin(raised("a"))
            await asyncio.sleep(1)
            announcer.rise("a", "resolved")
            await asyncio.sleep(400)
            announcer.show_away(False)
            await asyncio.sleep(1)
            task.cancel()
        return shown

    shown = run_virtually(life())
    assert [state for state, before in zip(shown, [None, *shown], strict=False) if state != before] == [
        "away",
        "calling",
        "resolved",
        "away",
        None,
    ]


def test_every_output_gets_the_life_of_an_alarm_on_time() -> None:
    async def life() -> list[Recorder]:
        clock = asyncio.get_running_loop().time
        outputs = [Recorder(clock), Recorder(clock)]
        announcer = Announcer(outputs, clock)
        notices = Notices(announcer)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(announcer.run())
            await asyncio.sleep(5)
            notices.begin(raised("a", "smoke"))
            await asyncio.sleep(40)
            notices.rise("a", "not_reached")
            notices.clear("a")
            await asyncio.sleep(70)
            notices.rise("a", "received")
            notices.rise("a", "accepted")
            notices.rise("a", "accepted")
            await asyncio.sleep(10_000)
            notices.rise("a", "resolved")
            await asyncio.sleep(10_000)
            task.cancel()
        return outputs

    first, second = run_virtually(life())
    assert first.said == [
        (5.0, ("smoke", "calling")),
        (20.0, ("smoke", "calling")),
        (35.0, ("smoke", "calling")),
        (45.0, ("not_reached",)),
        (105.0, ("not_reached",)),
        (115.0, ("accepted",)),
        (10_115.0, ("resolved",)),
    ]
    assert second.said == first.said


@pytest.mark.parametrize("state", [state for state, pattern in PATTERNS.items() if state and pattern.dark_seconds])
def test_the_lamp_keeps_each_states_rhythm(tmp_path: Path, state: str) -> None:
    (tmp_path / "brightness").write_text("0")
    (tmp_path / "max_brightness").write_text("1")
    pattern = PATTERNS[state]
    period = pattern.lit_seconds + pattern.dark_seconds

    async def look() -> list[bool]:
        lamp = Lamp(Led(tmp_path), Problems())
        lamp.show(Announcement(state=state))
        seen = []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(lamp.run())
            await asyncio.sleep(pattern.lit_seconds / 2)
            for pause in (period / 2, period / 2, 9.5 * period):
                seen.append((tmp_path / "brightness").read_text() == "1")
                lamp.show(Announcement(state=state, words=("calling",)))  # a repeat changes nothing
                await asyncio.sleep(pause)
            task.cancel()
        return seen

    assert run_virtually(look()) == [True, False, True]
