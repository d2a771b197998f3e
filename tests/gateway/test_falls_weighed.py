"""What mats and watches say of a fall, through a wired house: the window, the evidence, the explanation."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from drivers import gps_watch
from drivers.gps_watch_frame import encode
from gateway.contract.envelope import type_of
from tests.gateway.houses import HandClock
from tests.gateway.test_pending import CANCELLED, RADAR, RAISED, Home, running
from tests.support.house import CORD, House

MAT = {
    "id": "mat", "driver": "zigbee2mqtt", "address": "mat", "model": "generic-motion", "room": "bedroom", "role": "bed",
}  # fmt: skip
WATCH: dict[str, Any] = {
    "id": "watch",
    "driver": "gps_watch",
    "address": "8800000015",
    "model": "generic",
    "room": "wrist",
}
FALLEN = "00200000"
"""Bit 21 of the watch's status."""


def written(folder: Path, *devices: dict[str, Any]) -> Path:
    watches = [{"name": "watches", "host": "127.0.0.1", "port": 8001, "driver": "gps_watch"}]
    return House(folder=folder, uplink_port=9, broker_port=9, devices=[CORD, *devices], listeners=watches).write()


async def test_who_lies_in_bed_is_asked_for_longer_and_the_alarm_says_so(tmp_path: Path) -> None:
    async with running(written(tmp_path, RADAR, MAT), HandClock()) as home:
        await home.hear("mat", occupancy=True)
        await home.hear("radar", fall_status="fall_alarm")
        await home.wait(39)
        assert await home.types() == []
        await home.wait(1)
        (fall,) = await home.told()
        assert (type_of(fall), fall.evidence["in_bed"], fall.evidence["window_seconds"]) == (RAISED, True, 40)
        assert fall.evidence["explanation"] == "fall.in_bed"


async def test_who_fell_out_of_the_bed_waits_no_longer_for_it(tmp_path: Path) -> None:
    async with running(written(tmp_path, RADAR, MAT), HandClock()) as home:
        await home.hear("mat", occupancy=True)
        await home.hear("radar", fall_status="fall_alarm")
        await home.wait(5)
        await home.hear("mat", occupancy=False)
        await home.wait(15)
        (fall,) = await home.told()
        assert (fall.evidence["in_bed"], fall.evidence["bed_left"]) == (False, True)
        assert fall.evidence["explanation"] == "fall.device_said"


async def falls(home: Home) -> None:
    """The watch's own word."""
    at = home.clock.now().strftime("%d%m%y,%H%M%S")
    content = f"AL,{at},A,30.020000,N,104.000000,E,0.0,0,0,8,80,64,0,0,{FALLEN},0"
    said = gps_watch.decode(encode("3G", WATCH["address"], content), home.gateway.intake.lookup)
    await asyncio.gather(*home.gateway.reception.hear(said, "gps_watch", 0.0))
    await home.look()


@pytest.mark.parametrize("seconds", [None, 20])
async def test_a_watchs_fall_takes_the_same_road(tmp_path: Path, seconds: int | None) -> None:
    watch = WATCH if seconds is None else {**WATCH, "cancel_seconds": seconds}
    async with running(written(tmp_path, watch), HandClock()) as home:
        await falls(home)
        assert len(await home.types()) == (seconds is None)
        await home.wait(20)
        (fall,) = await home.told()
        assert (type_of(fall), fall.device, fall.evidence["explanation"]) == (RAISED, "watch", "fall.device_said")
        assert fall.location is not None, "where the watch was"


async def test_a_watch_and_a_radar_tell_of_one_fall_and_nobody_needs_to_wait(tmp_path: Path) -> None:
    async with running(written(tmp_path, {**WATCH, "cancel_seconds": 20}, RADAR), HandClock()) as home:
        await falls(home)
        await home.wait(4)
        await home.hear("radar", fall_status="fall_alarm")
        first, second = await home.told()
        assert (type_of(first), first.evidence["seen_by"]) == (RAISED, "radar")
        assert first.evidence["explanation"] == "fall.two_devices"
        assert second.alarm == first.id
        assert CANCELLED not in [kind for kind, _ in await home.types()]
