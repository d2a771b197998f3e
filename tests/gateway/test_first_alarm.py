"""The whole way of an alarm through a running gateway: a frame on a pty or the local broker, answers from a centre."""

import json
from pathlib import Path

import aiomqtt
import pytest

from drivers.link.pty import PtyPair
from simulator.ports import LOOPBACK
from tests.support.brokers import Broker
from tests.support.centre import accepts, call_centre
from tests.support.house import House
from tests.support.processes import Child, run

SOS_FRAME = bytes.fromhex("AAA424EA013603B69EAD9F55")  # stock A4 framing, timings of the captured frame a4-1


async def publish_in_the_house(broker: Broker, topic: str, body: object, *, retain: bool = False) -> None:
    async with aiomqtt.Client(LOOPBACK, broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.publish(topic, json.dumps(body), qos=1, retain=retain)


async def ready(gateway: Child) -> None:
    await gateway.wait_line("connected to the district")
    await gateway.wait_line("listening on serial")


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


async def test_a_pulled_cord_is_heard_stored_sent_and_answered(house: House, district_broker: Broker) -> None:
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker, manner=accepts) as centre, house.gateway_running() as gateway:
            await ready(gateway)
            for _ in range(12):
                await radio.write(SOS_FRAME)
            answered = b""
            while len(answered) < 12 * 3:  # stock firmware wants each of its frames acknowledged
                answered += await radio.read()
            assert answered == bytes.fromhex("AAA055") * 12
            line = await gateway.wait_line(r"notice state=accepted alarm=(\S+)")
            (alarm,) = await centre.wait_on("alarm")
            assert alarm.id == line.group(1)
            assert alarm.body["type"] == "anju.alarm.raised"
            assert alarm.body["subject"] == "r-0001"
            data = alarm.body["data"]
            assert (data["kind"], data["type"], data["device"], data["room"]) == (
                "alarm",
                "sos",
                "cord-bath",
                "bathroom",
            )
            assert (data["priority"], data["attempt"], data["test"]) == ("person", 1, False)
            assert alarm.retain is False
            assert alarm.content_type == "application/cloudevents+json"
            status, health = house.get("/healthz")
            assert (status, json.loads(health)["status"]) == (200, "working")
            assert await gateway.terminate() == 0
    shown = json.loads(run("anju", "events", "--config", house.file, "--json").stdout)
    assert shown["id"] == alarm.id
    assert shown["repeat_count"] == 12
    assert shown["answers"]["received"]
    assert shown["answers"]["accepted"]
    assert shown["answers"]["resolved"] is None


async def test_a_smoke_detector_alarms_once_and_its_end_is_cleared(
    house: House, district_broker: Broker, local_broker: Broker
) -> None:
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await gateway.wait_line("connected to the district")
        await gateway.wait_line("listening on the local broker")
        for _ in range(3):
            await publish_in_the_house(local_broker, "zigbee2mqtt/smoke-1", {"smoke": True, "battery": 90})
        await publish_in_the_house(local_broker, "zigbee2mqtt/smoke-1", {"smoke": False, "battery": 90})
        raised, cleared = await centre.wait_on("alarm", count=2)
        assert (raised.body["type"], cleared.body["type"]) == ("anju.alarm.raised", "anju.alarm.cleared")
        assert cleared.alarm == raised.id
        assert raised.body["data"]["priority"] == "fire"
        assert cleared.body["data"]["state"] == "cleared"


async def test_no_broker_at_start_then_the_alarm_goes_out_with_its_first_id(
    tmp_path: Path, local_broker: Broker
) -> None:
    district = Broker()
    house = House(folder=tmp_path, uplink_port=district.port, broker_port=local_broker.port)
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with house.gateway_running() as gateway:
            await gateway.wait_line("no line to the district")
            await gateway.wait_line("listening on serial")
            await radio.write(SOS_FRAME)
            ours = (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)
            with district:
                async with call_centre(district) as centre:
                    await gateway.wait_line("notice state=received alarm=" + ours)
                    assert centre.raised == [ours]


@pytest.mark.parametrize("kill_after", ["notice state=calling", "notice state=received"])
async def test_killed_at_any_step_nothing_is_lost_and_nothing_is_doubled(
    house: House, district_broker: Broker, kill_after: str
) -> None:
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker) as centre:
            async with house.gateway_running() as gateway:
                await ready(gateway)
                await radio.write(SOS_FRAME)
                await gateway.wait_line(kill_after)
                await gateway.kill()
            async with house.gateway_running() as gateway:
                await ready(gateway)
                await centre.wait(lambda: centre.raised)
                await radio.write(
                    bytes.fromhex("AAA424EA013603B69EAD9B55")
                )  # the tamper code: proof that the line works
                await centre.wait_on("event", kind="tamper")
            assert len(set(centre.raised)) == 1
    shown = [json.loads(line) for line in run("anju", "events", "--config", house.file, "--json").stdout.splitlines()]
    assert [event["type"] for event in shown if event["kind"] == "alarm"] == ["sos"]
