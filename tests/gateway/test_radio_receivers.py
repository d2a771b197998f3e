"""A cord that receivers on the local broker hear, through a running gateway: one press, one alarm."""

import json
from pathlib import Path

import aiomqtt

from simulator.ports import LOOPBACK
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.processes import run

BURST = (
    ("tele/bridge/RESULT", {"RfReceived": {"Sync": 9450, "Low": 310, "High": 950, "Data": "9EAD9F", "RfKey": "None"}}),
    ("tele/bridge/RESULT", {"RfRaw": {"Data": "AAA424EA013603B69EAD9F55"}}),
    ("home/gate/433toMQTT", {"value": 0x9EAD9F, "protocol": 1, "length": 24, "delay": 311}),
    ("home/gate/433toMQTT", {"value": 3327, "protocol": 10, "length": 12, "delay": 108}),
    ("rtl_433/host/events", {"model": "Smoke-GS558", "id": 11087, "unit": 25, "learn": 0, "code": "f9b579"}),
    ("rtl_433/host/events", {"model": "Kerui-Security", "id": 0x9EAD9, "cmd": 15, "state": "battery"}),
)


async def test_receivers_on_the_broker_hear_a_press_once(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await gateway.wait_line("connected to the district")
        await gateway.wait_line("listening on the local broker")
        async with aiomqtt.Client(LOOPBACK, local_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as receivers:
            for topic, message in BURST:
                await receivers.publish(topic, json.dumps(message), qos=1)
            # What is kept about another device comes last: once it is seen, all before it has been heard.
            await receivers.publish("zigbee2mqtt/smoke-1", json.dumps({"smoke": True}), qos=1)
        alarms = await centre.wait_on("alarm", count=2)
        assert sorted(alarm.body["data"]["device"] for alarm in alarms) == ["cord-bath", "smoke-kitchen"]
        assert await gateway.terminate() == 0
    shown = [json.loads(line) for line in run("anju", "events", "--config", house.file, "--json").stdout.splitlines()]
    cords = [event for event in shown if event["device"] == "cord-bath"]
    assert [(event["kind"], event["type"], event["repeat_count"]) for event in cords] == [("alarm", "sos", 5)]
