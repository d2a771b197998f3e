"""The gateway dies at each step of an alarm's way (SIGKILL): nothing is lost, nothing comes twice to the desk."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.gps_watch_frame import encode
from drivers.link.pty import PtyPair
from simulator.ports import LOOPBACK, free_port
from tests.gateway.faults import SOS, TAMPER, cord, frame, radio_on, ready, say, stored
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import Centre, call_centre, silent, stores
from tests.support.house import CORD, House
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


@pytest.mark.parametrize("step", ["heard", "judged", "answered"])
async def test_what_a_receiver_and_a_watch_were_answered_is_stored(tmp_path: Path, step: str) -> None:
    """Killed at any step: no answer without its event on the disk, so that whoever has none says it again."""
    house, watches = House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port()), free_port()
    house.devices = [CORD, {"id": "watch", "driver": "gps_watch", "address": "8800000015", "room": "outside"}]
    house.listeners = [{"name": "watches", "host": LOOPBACK, "port": watches, "driver": "gps_watch"}]
    report = encode("3G", "8800000015", "AL,220826,134652,V,0,N,0,E,0,0,0,0,0,90,0,0,00010000,0,0")
    answers: dict[str, bytes] = {"sos": b"", "watch": b""}

    async def read_radio(radio: PtyPair) -> None:
        while True:
            answers["sos"] += await radio.read()

    with PtyPair() as radio:
        house.serial_path = radio.path
        async with house.gateway_running() as gateway, asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(read_radio(radio))
            await gateway.wait_line("listening on listener watches")
            await gateway.wait_line("listening on serial")
            reader, writer = await asyncio.open_connection(LOOPBACK, watches)
            await radio.write(frame(SOS))
            writer.write(report)
            if step == "judged":
                await until(lambda: house.metric('anju_events_total{kind="alarm"}'))
            if step == "answered":
                answers["watch"] = await reader.readexactly(len(b"[3G*8800000015*0002*AL]"))
                await until(lambda: answers["sos"])
            await gateway.kill()
            with suppress(ConnectionError):
                answers["watch"] += await reader.read()
            writer.close()
            reading.cancel()
    # Once the disk is opened again, what was committed is there and nothing else can come.
    devices = [event["device"] for event in stored(house, "alarm")] if house.store.exists() else []
    from_memory = "the store cannot be written" in gateway.text  # a disk that hangs answers from memory, and says so
    assert not answers["sos"] or "cord-bath" in devices or from_memory
    assert not answers["watch"] or "watch" in devices or from_memory
    if step == "answered" and not from_memory:
        assert sorted(devices) == ["cord-bath", "watch"]
        assert answers == {"sos": bytes.fromhex("AAA055"), "watch": b"[3G*8800000015*0002*AL]"}


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
