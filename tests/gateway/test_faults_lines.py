"""The house's inner lines: the receiver's cable and the local broker, missing at the start, there, gone, back again."""

from pathlib import Path
from typing import Any

from drivers.link.pty import PtyPair
from simulator.ports import free_port
from tests.gateway.faults import LOW_BATTERY, SOS, TAMPER, cord, frame, notes, problems, ready, say, stored
from tests.support.brokers import Broker
from tests.support.centre import Centre, Heard, call_centre
from tests.support.house import House
from tests.support.wait import until

CONNECTED = 'anju_serial_connected{port="rf"}'
LOST: dict[str, Any] = {"kind": "trouble", "type": "link_lost"}
BACK: dict[str, Any] = {"kind": "restore", "type": "link_lost"}


async def line_lost(centre: Centre, where: str) -> Heard:
    """The trouble of one lost line."""

    def found() -> Heard | None:
        lost = centre.on("event", **LOST)
        return next((heard for heard in lost if heard.body["data"]["evidence"]["where"] == where), None)

    heard: Heard = await centre.wait(found, 30)
    return heard


async def test_both_missing_at_the_start_and_one_pulled_later(tmp_path: Path, district_broker: Broker) -> None:
    local, cable = Broker(), tmp_path / "usb-receiver"
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local.port, serial_path=str(cable))
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await ready(gateway, serial=False, broker=False)
        await gateway.wait_line("usb-receiver: there is no such port")
        await gateway.wait_line("no line to the local broker")
        assert "there is no such port" in notes(house)
        assert "no line to the local broker" in notes(house)
        with PtyPair(cable) as radio:
            await gateway.wait_line("listening on serial")
            await gateway.wait_line("over: .*there is no such port")
            assert house.metric(CONNECTED) == 1
            await radio.write(frame(TAMPER))
            await radio.write(frame(LOW_BATTERY))
            await radio.write(frame(SOS))
            await centre.wait_on("event", kind="tamper", device="cord-bath", priority="trouble")
            await centre.wait_on("event", kind="low_battery", device="cord-bath", priority="trouble")
            await centre.wait_on("alarm", type="sos", device="cord-bath")
        await until(lambda: house.metric(CONNECTED) == 0)

        no_broker, no_cable = await line_lost(centre, "local_broker"), await line_lost(centre, "serial.rf")
        assert no_broker.body["data"]["priority"] == "trouble"
        with PtyPair(cable) as radio, local:
            ended = await centre.wait_on("event", count=2, **BACK)
            assert {heard.body["data"]["evidence"]["began"] for heard in ended} == {no_broker.id, no_cable.id}
            await until(lambda: house.metric(CONNECTED) == 1)
            await radio.write(frame(SOS))
            await centre.wait_on("alarm", count=2, type="sos")
            await say(local.port, "zigbee2mqtt/smoke-1", {"smoke": True})
            await centre.wait_on("alarm", type="smoke")
            assert notes(house) == ""
        assert len(problems(gateway)) <= 6, gateway.text
        assert len(centre.raised) == 3


async def test_two_receivers_hear_one_press_once_and_each_does_while_the_other_is_unplugged(
    tmp_path: Path, district_broker: Broker
) -> None:
    first, second = tmp_path / "usb-hall", tmp_path / "usb-bedroom"
    house = House(
        folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port(), serial_path=str(first),
        second_serial_path=str(second),
    )  # fmt: skip
    plugged = 'anju_serial_connected{port="rf"}'
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        with PtyPair(second) as bedroom:
            with PtyPair(first) as hall:
                await ready(gateway, serial=False, broker=False)
                await gateway.wait_line("listening on serial rf ")
                await gateway.wait_line("listening on serial rf2 ")
                for radio in (hall, bedroom, hall, bedroom):
                    await radio.write(frame(SOS))
                # The tamper of another code comes last on each: once both are seen, all before them has been heard.
                for radio in (hall, bedroom):
                    await radio.write(frame(TAMPER))
                await until(lambda: house.metric('anju_events_total{kind="tamper"}'))
            await until(lambda: house.metric(plugged) == 0)
            await bedroom.write(frame(SOS, cord(2)["address"]))
            await until(lambda: house.metric("anju_unknown_sources_total"), what="the other receiver hears alone")
        with PtyPair(first) as hall:
            await until(lambda: house.metric(plugged) == 1, what="plugged in again, without a restart")
            await hall.write(frame(LOW_BATTERY))
            await centre.wait_on("event", kind="low_battery")
        assert await gateway.terminate() == 0
    assert [(event["type"], event["repeat_count"]) for event in stored(house, "alarm")] == [("sos", 4)]
    assert [event["repeat_count"] for event in stored(house, "tamper")] == [2]
