"""A collapse, a question, an alarm: the home's rhythm in a wired house, on a clock turned by hand."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers import gps_watch, gps_watch_frame
from drivers.event import Kind
from gateway.contract.evidence import leaving
from gateway.store import watching
from tests.gateway.houses import HandClock
from tests.gateway.rhythms import (
    BUTTON,
    CORD,
    DAY,
    HOUR,
    MIDNIGHT,
    ROUND,
    SENSORS,
    Home,
    running,
    written,
)
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import CORD as RADIO_CORD
from tests.support.house import SMOKE, House
from tests.support.processes import run

TEN = MIDNIGHT + 10 * HOUR
"""Ten in the morning."""
ALARM, OVER = ("alarm", "inactivity"), ("restore", "inactivity")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, [*SENSORS, BUTTON, CORD])


async def waits_for_the_question(home: Home, *, within_hours: float = 10) -> None:
    begins = home.clock.seconds
    while home.clock.seconds < begins + within_hours * HOUR and not home.asks:
        home.wait(5)
    assert home.asks


async def test_a_collapse_becomes_a_question_then_an_alarm_with_its_explanation_at_the_district(
    tmp_path: Path, district_broker: Broker
) -> None:
    file = written(tmp_path, SENSORS, district_broker.port)
    async with call_centre(district_broker) as centre, running(file, HandClock(MIDNIGHT)) as home:
        gateway = home.gateway
        uplink = asyncio.create_task(gateway.uplink.run(gateway.status.next_session))
        try:
            await home.lives(TEN)
            assert await home.told() == []
            await waits_for_the_question(home)
            assert await home.told() == []
            home.wait(6 * 60)
            assert await home.told() == [ALARM]
            (heard,) = await centre.wait_on("alarm")
        finally:
            uplink.cancel()
            with suppress(asyncio.CancelledError):
                await uplink
    data = heard.body["data"]
    assert (data["kind"], data["type"], data["priority"], data["room"]) == ("alarm", "inactivity", "person", "kitchen")
    assert (data["contact_id"], data["scaip"]) == ("641", ["0010", "0009"])
    evidence = data["evidence"]
    assert evidence["verdict"] == "inactivity"
    assert evidence["explanation"] == "rhythm.inactivity"
    assert evidence["since_local"].startswith("09:")
    assert evidence["silent_minutes"] >= 6 * 60
    assert evidence["asked"] is False  # this house has no voice
    assert evidence["waited_minutes"] >= 10


async def test_life_answers_the_question(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        await waits_for_the_question(home)
        await home.moves(*ROUND)
        assert not home.asks
        home.wait(120)
        assert await home.told() == []


async def test_the_button_answers_the_question(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        await waits_for_the_question(home)
        await home.says("well", action="single")
        assert not home.asks
        home.wait(120)
        assert await home.told() == []


async def test_a_call_for_help_is_a_call_for_help(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        await waits_for_the_question(home)
        await home.says("cord", action="on")
        home.wait(120)
        assert await home.told() == [("alarm", "sos")]


async def test_life_after_the_alarm_is_told_and_the_next_silence_is_another_alarm(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        home.wait(12 * 60)
        assert await home.told() == [ALARM]
        await home.moves("motion-bath")
        assert await home.told() == [ALARM]  # one sensor alone is nobody
        home.wait(20)
        await home.moves(*ROUND)
        assert await home.told() == [ALARM, OVER]
        await home.lives(TEN + DAY)
        home.wait(12 * 60)
        assert await home.told() == [ALARM, OVER, ALARM]


@pytest.mark.parametrize("hours", [1.0, 5.0])
async def test_a_restart_in_the_middle_of_a_silence_changes_nothing(file: Path, hours: float) -> None:
    clock = HandClock(MIDNIGHT)
    async with running(file, clock) as home:
        await home.lives(TEN)
        home.wait(hours * 60)
    clock.seconds += 20
    async with running(file, clock) as home:
        home.wait((12 - hours) * 60)
        since = (await home.alarm()).event.evidence["since_local"]
        assert since.startswith("09:")
        await home.moves(*ROUND)
        assert await home.told() == [ALARM, OVER]


async def test_a_question_that_was_open_is_asked_again_after_a_restart(file: Path) -> None:
    clock = HandClock(MIDNIGHT)
    async with running(file, clock) as home:
        await home.lives(TEN)
        await waits_for_the_question(home)
    async with running(file, clock) as home:
        home.wait(1)
        assert home.asks


async def test_a_power_cut_of_hours_is_not_the_persons_silence(file: Path) -> None:
    clock = HandClock(MIDNIGHT)
    async with running(file, clock) as home:
        await home.lives(TEN)
    clock.seconds += 9 * HOUR
    async with running(file, clock) as home:
        home.wait(60)
        assert await home.told() == []


async def test_a_clock_set_back_a_day_and_forth_is_no_alarm_but_a_trouble(file: Path) -> None:
    clock = HandClock(MIDNIGHT)
    async with running(file, clock) as home:
        await home.lives(TEN)
        real = clock.now
        clock.now = lambda: real() - timedelta(days=1)  # type: ignore[method-assign]
        for _ in range(6):
            home.wait(15)
            await home.moves(*ROUND)
        clock.now = real  # type: ignore[method-assign]
        for _ in range(6):
            home.wait(15)
            await home.moves(*ROUND)
        told = await home.told()
        assert ("trouble", "clock") in told
        assert ALARM not in told
        home.wait(12 * 60)
        assert ALARM in await home.told()


async def test_dead_sensors_are_faults_and_no_silence_of_a_person(tmp_path: Path) -> None:
    file = written(tmp_path, [{**one, "supervision_seconds": 4 * 3_600} for one in SENSORS])
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        for device in SENSORS:
            known = home.gateway.intake.lookup("zigbee2mqtt", str(device["address"]))
            home.gateway.reception.tell(
                home.gateway.intake.fault(Kind.SUPERVISION_LOST, None, home.gateway.reception.moment(), device=known)
            )
        home.wait(10)
        assert home.protection == "none"
        home.wait(9 * 60)
        assert {kind for kind, _ in await home.told()} == {"supervision_lost"}
        await home.lives(home.clock.seconds + 2 * HOUR)
        assert home.protection == "watching"
        assert ALARM not in await home.told()


async def test_a_declared_absence_is_not_watched_and_its_end_is(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        now = home.clock.now()
        assert home.gateway.away.declare(now, now + timedelta(days=2), "family") is None
        home.wait(60)
        assert home.protection == "suspended"
        home.wait(46 * 60, 300)
        assert await home.told() == []
        home.wait(30 * 60, 60)  # and nobody comes home
        assert home.protection == "watching"
        assert (await home.alarm()).event.evidence["verdict"] == "out_too_long"


async def test_who_went_out_and_does_not_come_back_is_told_with_the_last_fix_of_the_watch(tmp_path: Path) -> None:
    watch = {"id": "watch", "driver": "gps_watch", "address": "8800000015", "room": "wrist"}
    async with running(written(tmp_path, [*SENSORS, watch]), HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        await home.door()
        home.wait(60)
        content = "UD,220826,134652,A,30.020000,N,104.000000,E,0.0,0,0,8,80,64,0,0,00000000,0"
        said = gps_watch.decode(gps_watch_frame.encode("3G", "8800000015", content), home.gateway.intake.lookup)
        await asyncio.gather(*home.gateway.reception.hear(said, "gps_watch", 0.0))
        home.wait(23 * 60, 120)
        event = (await home.alarm()).event
        assert event.evidence["verdict"] == "out_too_long"
        assert event.location is not None
        assert (event.location.latitude, event.room) == (30.02, "entry")


async def test_six_days_with_two_stray_blips_a_day_are_one_alarm_at_most(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        await home.moves("motion-kitchen")
        await home.door()
        for _ in range(12):
            home.wait(12 * 60, 120)
            await home.says("motion-kitchen", occupancy=True)
            await home.says("motion-kitchen", occupancy=False)
        alarms = [one.event for one in await home.events() if one.event.raises_alarm]
        assert [one.evidence["verdict"] for one in alarms] in ([], ["out_too_long"])


async def test_a_kit_of_cord_and_smoke_detector_is_never_called_protected(tmp_path: Path) -> None:
    async with running(written(tmp_path, [RADIO_CORD, SMOKE, CORD]), HandClock(MIDNIGHT)) as home:
        await home.says("cord", action="on")
        home.wait(24 * 60, 600)
        assert home.protection == "none"
        assert await home.told() == [("alarm", "sos")]


async def test_a_house_may_switch_it_off(tmp_path: Path) -> None:
    file = written(tmp_path, SENSORS, inactivity={"enabled": False})
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(MIDNIGHT + 10 * HOUR)
        home.wait(24 * 60, 300)
        assert (home.protection, await home.told()) == ("off", [])


async def test_what_was_learned_is_forgotten_where_it_is_switched_off(tmp_path: Path) -> None:
    clock = HandClock(MIDNIGHT)
    async with running(written(tmp_path, SENSORS), clock) as home:
        await home.lives(TEN)
    async with running(written(tmp_path, SENSORS), clock) as home:
        assert [row.rule for row in await home.store.ask(watching.all_rows)] == ["rhythm"]
    async with running(written(tmp_path, SENSORS, inactivity={"enabled": False}), clock) as home:
        assert await home.store.ask(watching.all_rows) == []


async def test_a_device_that_says_itself_what_it_senses_joins_the_watch_and_stays_over_a_restart(
    tmp_path: Path,
) -> None:
    unknown = [{**one, "model": "SNZB-99"} for one in SENSORS]
    file, clock = written(tmp_path, unknown), HandClock(MIDNIGHT)
    async with running(file, clock) as home:
        assert home.protection == "none"
        await home.lives(MIDNIGHT + 9 * HOUR)
        assert home.protection == "watching"
    async with running(file, clock) as home:
        home.wait(1)
        assert home.protection == "watching"
        home.wait(12 * 60)
        assert await home.told() == [ALARM]


async def test_who_sleeps_through_is_not_asked_in_the_first_nights(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        for night in range(1, 4):
            await home.lives(MIDNIGHT + night * DAY + 6 * HOUR)
            assert not home.asks
        assert await home.told() == []


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (SENSORS, "inactivity is watched: inactivity, not_up, bathroom_long, out_too_long, night_wandering"),
        ([RADIO_CORD, SMOKE], "no inactivity protection: no sensor here sees everyday activity"),
    ],
    ids=["sensors", "cord and smoke detector"],
)
async def test_a_running_house_says_what_it_promises(
    tmp_path: Path, district_broker: Broker, devices: list[dict[str, Any]], said: str
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=9, devices=devices)
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await gateway.wait_line("health and metrics on port")
        await centre.wait(lambda: any(heard.branch == "status" for heard in centre.heard))
        (birth, *_) = [heard for heard in centre.heard if heard.branch == "status"]
        assert birth.body["protection"]["inactivity"] == ("watching" if devices is SENSORS else "none")
        status = await asyncio.to_thread(run, "anju", "status", "--config", house.file)
        assert said in status.stdout


async def test_a_week_unlike_the_month_before_is_a_note_with_its_numbers(file: Path) -> None:
    async with running(file, HandClock(MIDNIGHT)) as home:
        await home.lives(TEN)
        rhythm = home.gateway.rhythm
        assert rhythm is not None
        assert rhythm._watch is not None
        memory = rhythm._watch._memory
        memory.habits.routine.days = [[7.0, 1.0, 2.0, 6.0]] * 28 + [[7.0, 4.0, 2.0, 6.0]] * 7
        memory.note = "this week", "本周"
        home.wait(1)
        (note,) = [one.event for one in await home.events()]
        assert (note.kind.value, note.type) == ("service_request", "routine_change")
        assert leaving(note.evidence) == {
            "verdict": "routine_change", "explanation": "rhythm.routine_change",
            "times_up_at_night": 4.0, "times_up_at_night_before": 1.0,
        }  # fmt: skip
