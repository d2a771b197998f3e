"""When a siren sounds, for how long, and what it is told: pure decisions, and the task on a virtual clock."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.output import Action, Message, Sounding, Target
from gateway.announce.announcer import Announcer
from gateway.announce.device_output import INTERVAL_SECONDS, DeviceOutput
from gateway.announce.output import UnderWay
from gateway.announce.sounding import TEST_SECONDS, Deadlines, Wish
from gateway.announce.words import SENTENCES
from gateway.config_outputs import BROKER, CLASSES, STATES, OutputConfig
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.outlet import Outlet
from gateway.problems import Problems
from simulator.driven.loop import run_virtually
from tests.announce.events import raised

SIREN = OutputConfig(
    name="siren", driver="zigbee2mqtt", action="siren", target=Target(address="siren-1"), line=BROKER,
    states=frozenset({"calling", "not_reached", "received"}), classes=frozenset({"fire"}), tests=False, seconds=240,
)  # fmt: skip
SMOKE = UnderWay(alarm="a", priority="fire", state="calling", since=100.0, test=False, active=True)


def test_a_siren_sounds_for_its_time_and_no_longer() -> None:
    deadlines = Deadlines(SIREN)
    assert deadlines.wish([SMOKE], 100.0) == Wish(until=340.0, fire=True, state="calling")
    later = replace(SMOKE, state="not_reached", since=280.0)
    assert deadlines.wish([later], 280.0) == Wish(until=340.0, fire=True, state="not_reached"), (
        "the time counts from the first state"
    )
    assert deadlines.wish([later], 340.0) is None


@pytest.mark.parametrize(
    "change", [{"state": "accepted"}, {"priority": "person"}, {"active": False}, {"test": True}, {"since": -1_000.0}]
)
def test_it_is_silent_for_what_does_not_concern_it(change: dict[str, object]) -> None:
    assert Deadlines(SIREN).wish([replace(SMOKE, **change)], 100.0) is None  # type: ignore[arg-type]


def test_a_test_is_short_and_only_where_it_is_wanted() -> None:
    wish = Deadlines(replace(SIREN, tests=True)).wish([replace(SMOKE, test=True, state="accepted")], 100.0)
    assert wish == Wish(until=100.0 + TEST_SECONDS, fire=True, state="accepted")


def test_the_longest_of_several_alarms_counts() -> None:
    config = replace(SIREN, classes=frozenset(CLASSES))
    sos = replace(SMOKE, alarm="b", priority="person", since=200.0)
    deadlines = Deadlines(config)
    assert deadlines.wish([SMOKE, sos], 200.0) == Wish(until=440.0, fire=True, state="calling")
    assert deadlines.wish([SMOKE, sos], 340.0) == Wish(until=440.0, fire=False, state="calling"), (
        "the fire's time is over"
    )


alarms = st.lists(
    st.builds(
        UnderWay, alarm=st.sampled_from("abc"), priority=st.sampled_from(CLASSES), state=st.sampled_from(STATES),
        since=st.floats(-1_000, 1_000), test=st.booleans(), active=st.booleans(),
    ),
    max_size=4, unique_by=lambda alarm: alarm.alarm,
)  # fmt: skip


@given(st.lists(st.tuples(alarms, st.floats(0, 100)), max_size=8), st.integers(1, 600))
def test_whatever_happens_it_ends(steps: list[tuple[list[UnderWay], float]], seconds: int) -> None:
    deadlines, now = Deadlines(replace(SIREN, seconds=seconds, tests=True, classes=frozenset(CLASSES))), 1_000.0
    for under_way, pause in steps:
        now += pause
        wish = deadlines.wish(under_way, now)
        if wish is not None:
            assert any(alarm.active for alarm in under_way)
            assert now < wish.until <= now + seconds
    assert deadlines.wish([], now) is None


class Wire:
    """What was sent when, as `(second, seconds to sound or None)`; it can refuse."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.sent: list[tuple[float, int | None]] = []
        self._clock = clock
        self.works = True
        self.outlet = Outlet(Metrics("test"), Problems())

    def open(self) -> None:
        self.outlet._open(self._take)

    def _take(self, message: Message) -> bool:
        if self.works:
            self.sent.append((self._clock(), int(message.payload) or None))
        return self.works


def encode(_target: Target, sounding: Sounding | None) -> Message:
    return Message("", str(sounding.seconds if sounding else 0).encode())


Scene = Callable[[Notices, Announcer, Wire], Awaitable[None]]


def played(
    scene: Scene, *, again_seconds: float | None = None, config: OutputConfig = SIREN
) -> list[tuple[float, int | None]]:
    """What a siren is told in a scene that moves the virtual clock."""

    async def play() -> list[tuple[float, int | None]]:
        clock = asyncio.get_running_loop().time
        wire = Wire(clock)
        action = Action(encode=encode, again_seconds=again_seconds)
        siren = DeviceOutput(config, action, wire.outlet, clock, SENTENCES["en"])
        announcer = Announcer([siren], clock)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(announcer.run()), group.create_task(siren.run())]
            await scene(Notices(announcer), announcer, wire)
            for task in tasks:
                task.cancel()
        return wire.sent

    return run_virtually(play())


def test_told_to_be_silent_at_the_start_then_to_sound_then_to_stop_when_the_smoke_has_gone() -> None:
    async def scene(notices: Notices, _announcer: Announcer, wire: Wire) -> None:
        wire.open()
        await asyncio.sleep(10)
        notices.begin(raised("a", "smoke"))
        await asyncio.sleep(20)
        notices.clear("a")
        await asyncio.sleep(1_000)

    assert played(scene) == [(0.0, None), (10.0, 240), (30.0, None)]


def test_it_is_stopped_when_its_time_is_over_or_a_person_has_it_or_it_is_silenced() -> None:
    async def scene(notices: Notices, announcer: Announcer, wire: Wire) -> None:
        wire.open()
        await asyncio.sleep(10)
        notices.begin(raised("a", "smoke"))
        await asyncio.sleep(990)
        notices.begin(raised("b", "smoke"))
        await asyncio.sleep(10)
        notices.rise("b", "accepted")
        await asyncio.sleep(990)
        notices.begin(raised("c", "smoke"))
        await asyncio.sleep(10)
        announcer.silence("c")
        await asyncio.sleep(990)

    assert played(scene) == [
        (0.0, None), (10.0, 240), (250.0, None), (1_000.0, 240), (1_010.0, None), (2_000.0, 240), (2_010.0, None),
    ]  # fmt: skip


def test_a_line_that_comes_back_is_told_anew_with_what_is_left() -> None:
    async def scene(notices: Notices, _announcer: Announcer, wire: Wire) -> None:
        notices.begin(raised("a", "smoke"))
        await asyncio.sleep(40)
        wire.open()
        await asyncio.sleep(60)
        wire.outlet.close()
        notices.clear("a")
        await asyncio.sleep(50)
        wire.open()
        await asyncio.sleep(1)

    assert played(scene) == [(40.0, 200), (150.0, None)]


def test_a_line_without_room_is_asked_again_and_not_faster_than_a_device_can_follow() -> None:
    async def scene(notices: Notices, _announcer: Announcer, wire: Wire) -> None:
        wire.open()
        await asyncio.sleep(10)
        wire.works = False
        notices.begin(raised("a", "smoke"))
        await asyncio.sleep(3.5)
        wire.works = True
        await asyncio.sleep(2)
        for number in range(100):
            notices.begin(raised(f"b{number}", "smoke"))
            notices.clear("a" if number % 2 else f"b{number}")
            await asyncio.sleep(0.1)

    sent = played(scene)
    assert sent[:2] == [(0.0, None), (14.0, 236)]
    times = [at for at, _ in sent]
    assert all(later - earlier >= INTERVAL_SECONDS for earlier, later in itertools.pairwise(times))


def test_what_lasts_a_moment_is_said_again() -> None:
    async def scene(notices: Notices, _announcer: Announcer, wire: Wire) -> None:
        wire.open()
        await asyncio.sleep(10)
        notices.begin(raised("a", "smoke"))
        await asyncio.sleep(500)

    beeps = played(scene, again_seconds=3.0, config=replace(SIREN, seconds=10))
    assert beeps == [(0.0, None), (10.0, 10), (13.0, 7), (16.0, 4), (19.0, 1), (20.0, None)]


def test_an_alarm_of_an_earlier_run_does_not_start_its_time_again() -> None:
    async def scene(_notices: Notices, announcer: Announcer, wire: Wire) -> None:
        announcer.resume(raised("old", "smoke"), "calling", 3_600.0, active=True)
        announcer.resume(raised("new", "smoke"), "calling", 100.0, active=True)
        announcer.resume(raised("over", "smoke"), "calling", 1.0, active=False)
        wire.open()
        await asyncio.sleep(500)

    assert played(scene) == [(0.0, 140), (140.0, None)]


def test_a_text_says_each_notice_once_however_late_it_comes() -> None:
    said: list[tuple[float, str]] = []

    async def life() -> None:
        clock = asyncio.get_running_loop().time
        outlet = Outlet(Metrics("test"), Problems())
        config = replace(SIREN, states=frozenset({"calling", "accepted", "dispatched"}), seconds=60)

        def show(_target: Target, sounding: Sounding | None) -> Message | None:
            return Message("", sounding.text.encode()) if sounding else None

        def take(message: Message) -> bool:
            said.append((clock(), message.payload.decode()))
            return True

        watch = DeviceOutput(config, Action(encode=show, says=True), outlet, clock, SENTENCES["en"])
        announcer = Announcer([watch], clock)
        notices = Notices(announcer)
        outlet.open_listener(take)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(announcer.run()), group.create_task(watch.run())]
            await asyncio.sleep(10)
            notices.begin(raised("a", "smoke"))
            await asyncio.sleep(20)
            for state, seconds in (("received", 10), ("accepted", 3_000), ("dispatched", 10)):
                notices.rise("a", state)
                await asyncio.sleep(seconds)
            for task in tasks:
                task.cancel()

    run_virtually(life())
    words = SENTENCES["en"]
    assert said == [(10.0, words["calling"]), (40.0, words["accepted"]), (3_040.0, words["dispatched"])]
