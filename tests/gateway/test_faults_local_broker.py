"""The broker inside the home is away: its alarms wait in the devices, its absence is a fault, the cord works on."""

from pathlib import Path

from tests.gateway.faults import SOS, frame, notes, problems, radio_on, ready, say
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House


async def test_away_at_the_start_there_and_away_again(tmp_path: Path, district_broker: Broker) -> None:
    local = Broker()
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local.port)
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway, broker=False)
        await gateway.wait_line("no line to the local broker")
        assert "no line to the local broker" in notes(house)
        (lost,) = await centre.wait_on("event", timeout=30, kind="trouble", type="link_lost")
        assert lost.body["data"]["evidence"]["where"] == "local_broker"
        await radio.write(frame(SOS))
        await centre.wait_on("alarm", type="sos", device="cord-bath")
        with local:
            (back,) = await centre.wait_on("event", kind="restore", type="link_lost")
            assert back.body["data"]["evidence"]["began"] == lost.id
            await say(local.port, "zigbee2mqtt/smoke-1", {"smoke": True})
            await centre.wait_on("alarm", type="smoke")
            assert "local broker" not in notes(house)
        await gateway.wait_line("no line to the local broker .* the other side closed it")
        assert len(problems(gateway)) == 2, gateway.text
        assert house.get("/healthz")[0] == 200
