"""A band and a telephone on a real gateway, through the local broker."""

from collections.abc import Callable
from pathlib import Path

import aiomqtt

from drivers import owntracks, wearable
from drivers.wearable import SampleBlock
from tests.gateway.faults import ready, say
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.wait import until

BAND = {"id": "band", "driver": "wearable", "address": "band-1", "room": "any", "position": "wrist"}
PHONE = {"id": "phone", "driver": "owntracks", "address": "u/d", "room": "outside"}
BUTTON = {
    "id": "button", "driver": "zigbee2mqtt", "address": "button-1", "model": "generic-button", "room": "bedroom",
}  # fmt: skip
PLACE = {"_type": "location", "lat": 48.858331, "lon": 2.295132, "tst": 1_736_161_169, "batt": 11}


def block(battery_percent: int) -> bytes:
    return wearable.encode_block(
        SampleBlock(
            rate_hz=50,
            range_g=8,
            sequence=1,
            clock_ms=20,
            battery_percent=battery_percent,
            samples=((0, 0, 4_096),) * 25,
        )
    )


async def test_batteries_are_told_and_positions_are_not(tmp_path: Path, district_broker: Broker) -> None:
    with Broker() as local:
        house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local.port)
        house.devices = [BAND, PHONE]
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            await gateway.wait_line("listening on the streams of the local broker")
            await say(local.port, wearable.topic_of("band-1"), block(90))
            await say(local.port, wearable.topic_of("band-1"), block(5))
            await say(local.port, *owntracks.encode("u/d", PLACE))
            await say(local.port, wearable.topic_of("band-2"), block(90))
            await say(local.port, wearable.topic_of("band-1"), b"AB\x02" + block(90)[3:])
            for device in ("band", "phone"):
                await centre.wait_on("event", kind="low_battery", device=device)
            await until(lambda: "band-2" in house.get("/offers")[1])
            await until(lambda: house.metric('anju_rejects_total{driver="wearable",reason="unknown_version"}'))
            assert centre.raised == []
            assert not any("48.858" in str(heard.body) for heard in centre.heard)
            assert "48.858" not in gateway.text


async def test_samples_that_pile_up_while_the_gateway_is_away_push_no_press_out(
    tmp_path: Path, district_broker: Broker, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    local = mosquitto("max_queued_messages 20", "queue_qos0_messages true")
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local.port)
    house.devices = [BAND, BUTTON]
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            await gateway.wait_line("listening on the streams of the local broker")
        async with aiomqtt.Client(local.host, local.port, protocol=aiomqtt.ProtocolVersion.V5) as band:
            for _ in range(200):
                await band.publish(wearable.topic_of("band-1"), block(90), qos=1)
        await say(local.port, "zigbee2mqtt/button-1", {"action": "on"})
        async with house.gateway_running():
            (heard,) = await centre.wait_on("alarm", kind="alarm")
    assert heard.body["data"]["device"] == "button"
