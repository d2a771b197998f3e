"""A buzzer: what can be told by ear, that it falls silent whatever happens, and a switch that refuses."""

import asyncio
from itertools import combinations

from gateway.announce.announcer import Announcer
from gateway.announce.buzzer import LONG, SHORT, SIGNALS, Buzzer
from gateway.announce.output import Announcement
from gateway.announce.switch import SwitchError
from gateway.announce.words import SPOKEN_AT_A_PRESS, SPOKEN_BEFORE_AN_ALARM
from gateway.notice import RANKS
from gateway.problems import Problems
from simulator.driven.loop import run_virtually
from tests.announce.events import raised


class Ear:
    """A switch that notes when it was on: (from second, for seconds). `refuses`: it cannot be switched."""

    def __init__(self) -> None:
        self.tones: list[tuple[float, float]] = []
        self.refuses = False
        self.since: float | None = None

    async def set(self, *, on: bool) -> None:
        if self.refuses:
            raise SwitchError("it is stuck")
        now = asyncio.get_running_loop().time()
        if on and self.since is None:
            self.since = now
        elif not on and self.since is not None:
            self.tones.append((round(self.since, 3), round(now - self.since, 3)))
            self.since = None

    @property
    def lengths(self) -> tuple[float, ...]:
        return tuple(seconds for _, seconds in self.tones)


def hear(*shown: tuple[float, Announcement], until: float = 60.0, ear: Ear | None = None) -> Ear:
    """What is heard where each announcement is shown at its second."""
    ear = ear or Ear()

    async def play() -> None:
        buzzer = Buzzer(ear, Problems())
        async with asyncio.TaskGroup() as group:
            task = group.create_task(buzzer.run())
            for at, announcement in shown:
                await asyncio.sleep(at - asyncio.get_running_loop().time())
                buzzer.show(announcement)
            await asyncio.sleep(until - asyncio.get_running_loop().time())
            task.cancel()

    run_virtually(play())
    assert ear.since is None, "silent in the end"
    return ear


def said(*words: str, cuts_in: bool = False) -> Announcement:
    return Announcement(state="calling", words=words, cuts_in=cuts_in)


def test_everything_that_is_announced_has_its_own_signal() -> None:
    assert set(SIGNALS) == {*RANKS, *SPOKEN_AT_A_PRESS, *SPOKEN_BEFORE_AN_ALARM}
    assert all(first != second for first, second in combinations(SIGNALS.values(), 2))
    assert {tone for signal in SIGNALS.values() for tone in signal} == {SHORT, LONG}
    assert 4 * SHORT < LONG


def test_the_state_is_sounded_whatever_is_said_before_it() -> None:
    assert hear((1.0, said("test", "calling"))).lengths == SIGNALS["calling"]
    assert hear((1.0, said("smoke", "not_reached"))).lengths == SIGNALS["not_reached"]
    assert hear((1.0, said("smoke")), (2.0, Announcement(state="calling"))).lengths == ()


def test_what_cuts_in_is_heard_at_once_and_what_does_not_waits() -> None:
    waited = hear((1.0, said("arrived")), (1.5, said("well")))
    assert waited.lengths == SIGNALS["arrived"] + SIGNALS["well"]
    cut = hear((1.0, said("arrived")), (1.5, said("calling", cuts_in=True)))
    assert cut.tones[0] == (1.0, 0.5)
    assert cut.tones[1][0] == 1.5
    assert cut.lengths[1:] == SIGNALS["calling"]


def test_of_many_signals_the_newest_are_sounded() -> None:
    heard = hear((1.0, said("arrived")), *[(1.1 + number / 100, said("well")) for number in range(50)])
    assert heard.lengths == SIGNALS["arrived"] + 2 * SIGNALS["well"]


def test_a_gateway_that_stops_in_the_middle_of_a_tone_leaves_silence() -> None:
    assert hear((1.0, said("arrived")), until=1.3).tones == [(1.0, 0.3)]


def test_a_buzzer_that_cannot_be_switched_is_told_and_tried_again() -> None:
    async def play() -> None:
        ear, problems = Ear(), Problems()
        ear.refuses = True
        buzzer = Buzzer(ear, problems)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(buzzer.run())
            await asyncio.sleep(0)
            assert problems.list() == ["it is stuck"]
            ear.refuses = False
            await asyncio.sleep(61.0)
            assert problems.list() == []
            buzzer.show(said("accepted"))
            await asyncio.sleep(10.0)
            assert ear.lengths == SIGNALS["accepted"]
            task.cancel()

    run_virtually(play())


def test_through_an_announcer_it_sounds_when_the_voice_would_speak() -> None:
    async def play() -> None:
        ear = Ear()
        buzzer = Buzzer(ear, Problems())
        announcer = Announcer([buzzer], asyncio.get_running_loop().time)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part()) for part in (announcer.run, buzzer.run)]
            announcer.begin(raised("a"))
            await asyncio.sleep(16.0)
            assert ear.lengths == 2 * SIGNALS["calling"]
            announcer.rise("a", "accepted")
            await asyncio.sleep(600.0)
            assert ear.lengths == 2 * SIGNALS["calling"] + SIGNALS["accepted"]
            announcer.speak("well")
            await asyncio.sleep(5.0)
            assert ear.lengths[-1:] == SIGNALS["well"]
            for task in tasks:
                task.cancel()

    run_virtually(play())
