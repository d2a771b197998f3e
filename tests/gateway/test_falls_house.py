"""Falls from a band's samples in the running gateway: real process, real brokers, made-up movements."""

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drivers import wearable, wearable_event
from gateway.falls.judge import Judge
from gateway.falls.reports import Fallen
from tests.gateway.bands import BAND, BLOCK, RATE_HZ, fall, rests, stretches, walks, wear
from tests.gateway.faults import ready, say, stored
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import BUTTON, CORD, House
from tests.support.processes import Child
from tests.support.wait import until

CANCEL = {**BUTTON, "id": "cancel", "address": "cancel", "presses": {"single": "all_right"}}
MOTION = {
    "id": "motion", "driver": "zigbee2mqtt", "address": "motion", "model": "generic-motion", "room": "kitchen",
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices = [CORD, BUTTON, CANCEL, MOTION, BAND]
    return house


def waits(house: House, seconds: int) -> None:
    house.devices[-1] = {**BAND, "cancel_seconds": seconds}


async def hears(gateway: Child) -> None:
    await ready(gateway, serial=False)
    await gateway.wait_line("listening on the streams of the local broker")


async def test_a_fall_becomes_an_alarm_with_its_evidence_and_the_samples_stay(
    house: House, district_broker: Broker
) -> None:
    waits(house, 1)
    samples = fall()
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await hears(gateway)
        await wear(house.broker_port, np.concatenate([samples, rests(samples, 12)]))
        (alarm,) = await centre.wait_on("alarm", kind="alarm", type="fall", state="active")
        data = alarm.body["data"]
        assert (data["device"], data["priority"], data["room"]) == ("band", "person", "living room")
        evidence = data["evidence"]
        assert evidence["score"] > 0.5
        assert evidence["peak_g"] > 2
        assert evidence["still_seconds"] >= 8
        assert evidence["turned_degrees"] > 50
        assert (evidence["window"], evidence["explanation"]) == ("due", "fall.lying_still")
        assert evidence["model"]
        await centre.answer(alarm, "resolved", result="hospital")
        await until(lambda: _excerpts(house)[0][1] == "hospital")
    ((event, _, seconds),) = _excerpts(house)
    assert event == alarm.id == stored(house, "alarm")[0]["id"]
    assert 5.5 < seconds <= 6.1
    assert not any(b"samples" in heard.payload for heard in centre.heard)


def _excerpts(house: House) -> list[tuple[str, str | None, float]]:
    with sqlite3.connect(house.store) as connection:
        rows = connection.execute("SELECT event, result, length(samples) / 6.0 / rate_hz FROM excerpt").fetchall()
    return [(event, result, seconds) for event, result, seconds in rows]


async def test_killed_inside_the_window_the_fall_leaves_at_the_next_start(
    house: House, district_broker: Broker
) -> None:
    waits(house, 2)
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            await hears(gateway)
            await wear(house.broker_port, fall())
            await gateway.wait_line("alarm .* is held for 2 s")
            await gateway.kill()
        assert _left(house) == []
        async with house.gateway_running() as gateway:
            await gateway.wait_line("nothing was left of device band: its watch over falls begins anew")
            (alarm,) = await centre.wait_on("alarm", kind="alarm", type="fall")
            await gateway.wait_line("notice state=received alarm=.*")
        assert centre.raised == [alarm.id]
        assert alarm.body["data"]["evidence"]["peak_g"] > 2


async def test_stopped_between_impact_and_verdict_the_fall_is_one_alarm_of_the_next_run(
    house: House, district_broker: Broker
) -> None:
    waits(house, 1)
    whole = np.concatenate([fall(), rests(fall(), 12)])
    impact = _impact(whole)
    at = round((impact + 1.0) * RATE_HZ / BLOCK)
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            await hears(gateway)
            await _send(house, whole, 0, at)
            await until(lambda: house.metric("anju_wearable_blocks_total") == at)
            assert house.metric("anju_falls_found_total") == 0
            assert await gateway.terminate() == 0
        assert _left(house) == ["band"]
        await _send(house, whole, at, at + 4)
        async with house.gateway_running() as gateway:
            await gateway.wait_line("the watch over falls goes on where device band was left")
            await hears(gateway)
            await _send(house, whole, at + 4, None)
            (alarm,) = await centre.wait_on("alarm", kind="alarm", type="fall", state="active")
            await until(lambda: house.metric("anju_wearable_blocks_total") == len(list(stretches(whole))) - at)
            await gateway.wait_line("notice state=received alarm=.*")
            assert _left(house) == [], "a kill after this finds nothing of another time"
        assert centre.raised == [alarm.id]
    evidence = alarm.body["data"]["evidence"]
    assert evidence["peak_g"] > 2
    assert evidence["turned_degrees"] > 50
    ((event, _, seconds),) = _excerpts(house)
    assert event == alarm.id
    assert 5.5 < seconds <= 6.1


def _impact(samples: Any) -> float:
    judge = Judge({"band": "torso"})
    reports = [report for stretch in stretches(samples) for report in judge.take("band", stretch)]
    reports += judge.finish("band")
    return next(report.at for report in reports if isinstance(report, Fallen))


def _left(house: House) -> list[str]:
    with sqlite3.connect(house.store) as connection:
        return [row[0] for row in connection.execute("SELECT device FROM watching WHERE rule = 'falls'")]


async def test_a_button_a_cord_and_the_bands_own_flag(house: House, district_broker: Broker) -> None:
    waits(house, 60)
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await hears(gateway)
        await wear(house.broker_port, fall())
        await gateway.wait_line("alarm .* is held for 60 s")
        await say(house.broker_port, wearable_event.topic_of("band-1"), wearable_event.encode("fall"))
        await until(lambda: house.metric('anju_events_total{kind="supervision"}'))
        await say(house.broker_port, "zigbee2mqtt/cancel", {"action": "single"})
        (cancelled,) = await centre.wait_on("alarm", type="fall", state="cancelled")
        assert cancelled.body["data"]["evidence"]["explanation"] == "fall.said_all_right"
        assert house.metric("anju_pending_alarms") == 0
        assert centre.raised == []
        await say(house.broker_port, wearable_event.topic_of("band-1"), wearable_event.encode("fall"))
        await until(lambda: house.metric("anju_pending_alarms") == 1)
        await say(house.broker_port, "zigbee2mqtt/button-1", {"action": "on"})
        await centre.wait(lambda: len(centre.raised) == 2)
        assert {heard.type for heard in centre.on("alarm", state="active")} == {"sos", "fall"}


async def test_only_who_walks_past_another_sensor_takes_a_fall_back_without_a_word(
    house: House, district_broker: Broker
) -> None:
    waits(house, 60)
    samples = fall()
    gets_up = np.concatenate([samples, rests(samples, 4), walks(20)])
    at = round(19 * RATE_HZ / BLOCK)
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await hears(gateway)
        await _send(house, gets_up, 0, at)
        await gateway.wait_line("alarm .* is held for 60 s")
        await say(house.broker_port, "zigbee2mqtt/motion", {"occupancy": True})
        await until(lambda: house.metric('anju_events_total{kind="activity"}'))
        assert house.metric("anju_pending_alarms") == 1, "a cat sets a motion sensor off too"
        await _send(house, gets_up, at, None)
        (cancelled,) = await centre.wait_on("alarm", type="fall", state="cancelled")
        evidence = cancelled.body["data"]["evidence"]
        assert (evidence["cancelled_by"], evidence["stirred"]) == ("walking", "motion")
        assert evidence["explanation"] == "fall.walked"
        assert centre.raised == []


async def _send(house: House, samples: Any, first: int, last: int | None) -> None:
    for stretch in list(stretches(samples))[first:last]:
        await say(house.broker_port, wearable.topic_of("band-1"), wearable.encode_block(stretch.block))


async def test_a_sensor_in_the_wrong_unit_is_a_trouble_with_its_name_and_an_end(
    house: House, district_broker: Broker
) -> None:
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await hears(gateway)
        await wear(house.broker_port, np.minimum(walks(20) * 9.81, 7.9))
        (trouble,) = await centre.wait_on("event", kind="trouble", device="band")
        assert trouble.type == "device_fault"
        assert trouble.body["data"]["evidence"]["fault"] in ("wrong_unit", "saturated")
        assert centre.raised == []


async def test_without_a_wearable_nothing_of_it_is_loaded(house: House) -> None:
    house.devices = [CORD, BUTTON]
    async with house.gateway_running() as gateway:
        await gateway.wait_line("listening on the local broker")
        with open(f"/proc/{gateway.pid}/maps") as loaded:  # noqa: ASYNC230
            assert "numpy" not in loaded.read()
