"""Presses before and after a restart of the whole house, by a clock that nobody has set."""

import asyncio
from pathlib import Path

from drivers.event import ClockQuality, Kind
from drivers.registry import MQTT_DRIVERS
from gateway.config import load
from gateway.house import House as Gateway
from gateway.remembering import remember
from gateway.store import jobs
from gateway.store.store import Store
from tests.gateway.houses import HandClock
from tests.support.house import BUTTON, House


async def alarms_after(store: Store, file: Path, clock: HandClock, presses: int) -> int:
    """How many alarms the store holds once a house that has just started has heard so many presses."""
    home = Gateway(load(file), store, clock)
    await remember(home)
    said = MQTT_DRIVERS["zigbee2mqtt"].decode(
        "zigbee2mqtt/button-1", b'{"action": "single"}', False, home.intake.lookup
    )
    for _ in range(presses):
        await asyncio.gather(*home.reception.hear(said, "zigbee2mqtt", 0.0))
    newest = await store.ask(jobs.newest, 1_000)
    return sum(one.event.kind is Kind.ALARM and one.event.raises_alarm for one in newest)


async def test_a_restart_minutes_after_many_presses_makes_none_of_the_next_an_old_one(tmp_path: Path) -> None:
    file = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=[BUTTON]).write()
    clock = HandClock()
    clock.known = ClockQuality.UNTRUSTED
    with Store(file.with_suffix(".db")) as store:
        assert await alarms_after(store, file, clock, 10) == 10
        clock.seconds += 100
        assert await alarms_after(store, file, clock, 1) == 11
