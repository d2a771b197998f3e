"""The gateway dies at each step of an alarm's way (SIGKILL): nothing is lost, nothing comes twice to the desk."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.faults import SOS, TAMPER, cord, frame, radio_on, ready, say, stored
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import Centre, call_centre, silent, stores
from tests.support.house import House
from tests.support.proxy import proxy
from tests.support.wait import until

PRESS = {"action": "single", "battery": 80, "linkquality": 90}


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def raised_of(centre: Centre, device: str) -> set[str]:
    """The distinct ids of the alarms that the desk saw from one device."""
    return {heard.id for heard in centre.on("alarm", device=device)}


async def test_killed_before_the_commit(house: House, district_broker: Broker) -> None:
    cords = [cord(number) for number in range(4)]
    house.devices = [*house.devices, *cords]
    async with call_centre(district_broker) as centre, radio_on(house) as radio:
        for device in cords:
            async with house.gateway_running() as gateway:
                await ready(gateway, uplink=False, broker=False)
                await radio.write(frame(SOS, device["address"]))
                await gateway.kill()
        async with house.gateway_running() as gateway:
            await ready(gateway)
            await radio.write(frame(SOS))
            await gateway.wait_line("notice state=received alarm=.*")
            await until(lambda: house.metric("anju_outbox_unanswered") == 0)
        kept = {event["id"]: event["device"] for event in stored(house, "alarm")}
        assert len(raised_of(centre, "cord-bath")) == 1
        assert kept.keys() == set(centre.raised), "what is ours is delivered, what is not ours nobody hears of"
        assert len(set(kept.values())) == len(kept), "one pull is one alarm"


async def test_killed_after_the_puback_of_a_silent_centre(house: House, district_broker: Broker) -> None:
    async with call_centre(district_broker, manner=silent) as centre, radio_on(house) as radio:
        async with house.gateway_running() as gateway:
            await ready(gateway)
            await radio.write(frame(SOS))
            (first,) = await centre.wait_on("alarm")
            await until(lambda: house.get("/healthz")[0] == 200)
            await gateway.kill()
        async with house.gateway_running() as gateway:
            await centre.wait_on("alarm", count=2)
            centre.manner = stores
            await centre.answer(first, "received")
            await gateway.wait_line("notice state=received alarm=" + first.id)
            assert house.metric("anju_outbox_unanswered") is not None
            await until(lambda: house.metric("anju_outbox_unanswered") == 0)
        assert centre.raised == [first.id]
        assert [event["id"] for event in stored(house, "alarm")] == [first.id]


@pytest.mark.parametrize("forgets", [False, True], ids=["kept-session", "forgotten-session"])
async def test_killed_before_the_answer_is_stored(house: House, district_broker: Broker, forgets: bool) -> None:
    async with call_centre(district_broker, manner=silent) as centre, radio_on(house) as radio:
        async with house.gateway_running() as gateway:
            await ready(gateway)
            await radio.write(frame(SOS))
            (alarm,) = await centre.wait_on("alarm")
            await gateway.kill()
        await centre.answer(alarm, "accepted", role="operator")
        if forgets:
            # The answer is lost with the broker's memory: the alarm itself must go again and be answered again.
            await centre.leave()
            district_broker.kill()
            district_broker.start()
            centre.manner = lambda _heard: ("accepted",)
            await centre.come()
        async with house.gateway_running() as gateway:
            await gateway.wait_line("notice state=accepted alarm=" + alarm.id)
        assert centre.raised == [alarm.id]
        (event,) = stored(house, "alarm")
        assert event["answers"]["received"]
        assert event["answers"]["accepted"]


async def test_a_press_by_mqtt_that_was_stored_but_not_acknowledged_is_one_alarm(
    tmp_path: Path, district_broker: Broker, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    local = mosquitto()
    async with proxy(local.port) as wire, call_centre(district_broker) as centre:
        house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=wire.port)
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            wire.deaf = True
            await say(local.port, "zigbee2mqtt/button-1", PRESS)
            await gateway.wait_line("notice state=received")
            await gateway.kill()
        wire.deaf = False
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            redelivered = 'anju_rejects_total{driver="zigbee2mqtt",reason="redelivered"}'
            await until(lambda: house.metric(redelivered) == 1)
            await say(local.port, "zigbee2mqtt/button-1", PRESS)  # pressed again: that is a second alarm
            await centre.wait(lambda: len(centre.raised) == 2)
        assert len(stored(house, "alarm")) == 2


async def test_a_press_by_mqtt_that_was_not_stored_comes_again_and_counts(
    tmp_path: Path, district_broker: Broker, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    local = mosquitto()
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local.port)
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            await ready(gateway, serial=False)
            gateway.signal(signal.SIGSTOP)
            await say(local.port, "zigbee2mqtt/button-1", PRESS)
            await gateway.kill()
        async with house.gateway_running():
            await centre.wait(lambda: centre.raised)
        assert len(stored(house, "alarm")) == 1


async def test_killed_while_a_fault_waits_it_is_sent_after_the_start(house: House, district_broker: Broker) -> None:
    async with call_centre(district_broker, manner=silent) as centre, radio_on(house) as radio:
        async with house.gateway_running() as gateway:
            await ready(gateway)
            await radio.write(frame(TAMPER))
            (first,) = await centre.wait_on("event", kind="tamper")
            await gateway.kill()
        async with house.gateway_running():
            first, again = await centre.wait_on("event", count=2, kind="tamper")
            assert first.id == again.id
