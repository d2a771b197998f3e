"""A fall's cancel window in the running gateway: killed inside it, confirmed by a cord, taken back by a button."""

from pathlib import Path
from typing import Any

import pytest

from tests.gateway.faults import SOS, frame, radio_on, ready, say, stored
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import CORD, House
from tests.support.wait import until

RADAR: dict[str, Any] = {
    "id": "radar", "driver": "zigbee2mqtt", "address": "radar", "model": "generic", "room": "bathroom",
}  # fmt: skip
CANCEL = {
    "id": "cancel", "driver": "zigbee2mqtt", "address": "cancel", "model": "generic-button", "room": "bedroom",
    "presses": {"single": "all_right"},
}  # fmt: skip
FALL = {"fall_status": "fall_alarm"}


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def windowed(seconds: int) -> list[dict[str, Any]]:
    return [CORD, CANCEL, {**RADAR, "cancel_seconds": seconds}]


async def test_killed_inside_the_window_it_leaves_at_the_next_start_once(house: House, district_broker: Broker) -> None:
    house.devices = windowed(2)
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            await say(house.broker_port, "zigbee2mqtt/radar", FALL)
            await gateway.wait_line("alarm .* is held for 2 s")
            await gateway.kill()
        killed_with = list(centre.raised)
        async with house.gateway_running() as gateway:
            (fall,) = await centre.wait_on("alarm", kind="alarm", type="fall")
            await gateway.wait_line("notice state=received alarm=.*")
        assert killed_with == []
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            assert gateway.text.count("is held") == 0
        assert centre.raised == [fall.id]
        assert [row["id"] for row in stored(house, "alarm")] == [fall.id]
        assert fall.body["data"]["evidence"]["window"] == "due"


async def test_a_cord_sends_it_and_a_button_takes_it_back(house: House, district_broker: Broker) -> None:
    house.devices = windowed(60)
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        await say(house.broker_port, "zigbee2mqtt/radar", FALL)
        await gateway.wait_line("alarm .* is held for 60 s")
        assert house.metric("anju_pending_alarms") == 1
        await say(house.broker_port, "zigbee2mqtt/cancel", {"action": "single"})
        (cancelled,) = await centre.wait_on("alarm", type="fall", state="cancelled")
        assert (cancelled.body["type"], cancelled.alarm) == ("anju.alarm.cancelled", cancelled.id)
        assert centre.raised == []
        await say(house.broker_port, "zigbee2mqtt/radar", {"fall_status": "normal"})
        await say(house.broker_port, "zigbee2mqtt/radar", FALL)
        await until(lambda: house.metric("anju_pending_alarms") == 1)
        await radio.write(frame(SOS))
        await centre.wait(lambda: len(centre.raised) == 2)
        assert {heard.type for heard in centre.on("alarm", state="active")} == {"sos", "fall"}
        assert house.metric('anju_pending_alarms_ended_total{end="confirmed",type="fall"}') == 1
