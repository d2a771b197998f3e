"""The receiver's cable: missing at the start, plugged in, pulled, plugged in again; what a cord says besides SOS."""

from pathlib import Path

import pytest

from drivers.link.pty import PtyPair
from tests.gateway.faults import LOW_BATTERY, SOS, TAMPER, frame, notes, problems, ready
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.wait import until

CONNECTED = 'anju_serial_connected{port="rf"}'


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    port = tmp_path / "usb-receiver"
    return House(
        folder=tmp_path,
        uplink_port=district_broker.port,
        broker_port=local_broker.port,
        serial_path=str(port),
    )


async def test_a_receiver_that_comes_and_goes(house: House, district_broker: Broker) -> None:
    link = Path(str(house.serial_path))
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await ready(gateway, serial=False)
        await gateway.wait_line("usb-receiver: there is no such port")
        assert "there is no such port" in notes(house)
        with PtyPair(link) as radio:
            await gateway.wait_line("listening on serial")
            await gateway.wait_line("over: .*there is no such port")
            assert house.metric(CONNECTED) == 1
            await radio.write(frame(TAMPER))
            await radio.write(frame(LOW_BATTERY))
            await radio.write(frame(SOS))
            await centre.wait_on("event", kind="tamper", device="cord-bath")
            await centre.wait_on("event", kind="low_battery", device="cord-bath")
            await centre.wait_on("alarm", type="sos", device="cord-bath")
        await gateway.wait_line("usb-receiver: the device has gone|usb-receiver: there is no such port .*")
        await until(lambda: house.metric(CONNECTED) == 0)
        (lost,) = await centre.wait_on("event", timeout=30, kind="trouble", type="link_lost")
        assert lost.body["data"]["priority"] == "trouble"
        assert lost.body["data"]["evidence"]["where"] == "serial.rf"
        with PtyPair(link) as radio:
            (back,) = await centre.wait_on("event", kind="restore", type="link_lost")
            assert back.body["data"]["evidence"]["began"] == lost.id
            await until(lambda: house.metric(CONNECTED) == 1)
            await radio.write(frame(SOS))
            await centre.wait_on("alarm", count=2, type="sos")
        assert len(problems(gateway)) <= 4, gateway.text
        assert len(centre.raised) == 2
