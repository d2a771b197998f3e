"""The centre's commands at a running gateway: what is said, what falls silent and stays so, what a test becomes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.event import ClockQuality
from gateway.clock import Clock
from gateway.contract.times import to_text
from simulator.ports import free_port
from tests.announce.players import FakePlayer
from tests.gateway.faults import ready, say, stored
from tests.support.brokers import Broker
from tests.support.centre import Centre, call_centre, silent
from tests.support.house import House


@pytest.fixture
def player(tmp_path: Path) -> FakePlayer:
    return FakePlayer(tmp_path / "player")


async def command(centre: Centre, name: str, **keys: object) -> dict[str, Any]:
    """Order something and return the house's reply. Whoever has seen the birth is heard, and nobody before."""
    await centre.wait(lambda: any(heard.branch == "status" for heard in centre.heard))
    issued = datetime.now(UTC)
    body = {"id": f"{name}-{issued.timestamp()}", "command": name, "issuer": "desk-1", "issued_at": to_text(issued),
            "expiry": to_text(issued + timedelta(minutes=2)), **keys}  # fmt: skip
    await centre.say("gw-0001", "command", json.dumps(body).encode())
    reply: dict[str, Any] = await centre.wait(
        lambda: next((h.body for h in centre.heard if h.branch == "reply" and h.body["id"] == body["id"]), None)
    )
    return reply


async def test_a_silenced_alarm_stays_silent_and_open_across_a_restart(
    tmp_path: Path, district_broker: Broker, local_broker: Broker, player: FakePlayer
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port,
                  sections={"notice": {"sound": True}})  # fmt: skip
    async with call_centre(district_broker, manner=silent) as centre:
        async with house.gateway_running(PATH=player.path) as gateway:
            await ready(gateway, serial=False)
            await say(local_broker.port, "zigbee2mqtt/smoke-1", {"smoke": True})
            (alarm,) = await centre.wait_on("alarm")
            await player.heard("smoke", "calling")
            assert (await command(centre, "silence", alarm="another"))["reason"] == "unknown_alarm"
            assert (await command(centre, "silence", alarm=alarm.id))["done"] is True
            await gateway.wait_line("silences the notices of alarm")
            assert await gateway.terminate() == 0
        async with house.gateway_running(PATH=player.path) as gateway:
            await ready(gateway, serial=False)
            await centre.wait_on("alarm", count=2, alarm=alarm.id)  # sent again: nobody has answered it
            # A second alarm is not silenced with the first; what is heard next is therefore its own.
            await say(local_broker.port, "zigbee2mqtt/button-1", {"action": "on"})
            await player.heard("smoke", "calling", "calling")
    assert [event["answers"]["received"] for event in stored(house, "alarm")] == [None, None]


async def test_a_test_takes_the_alarms_way_and_a_sentence_is_said(
    tmp_path: Path, district_broker: Broker, player: FakePlayer
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port(),
                  sections={"notice": {"sound": True}})  # fmt: skip
    async with call_centre(district_broker) as centre, house.gateway_running(PATH=player.path) as gateway:
        await ready(gateway, serial=False, broker=False)
        spoken = await command(centre, "speak", sentence="open_door")
        if Clock().quality() is ClockQuality.SYNCHRONISED:
            assert spoken["done"] is True
            await player.heard("open_door")
        else:
            assert spoken["reason"] == "clock_untrusted"
        before = [said.split("/")[1] for said in player.said]
        assert (await command(centre, "test", device="smoke-kitchen", type="smoke"))["done"] is True
        assert (await command(centre, "test"))["done"] is True
        first, second = await centre.wait_on("alarm", count=2, kind="test", test=True)
        assert (first.body["type"], first.body["data"]["priority"]) == ("anju.test.raised", "fire")
        assert first.body["data"]["device"] == "smoke-kitchen"
        assert (second.body["data"]["device"], second.body["data"]["priority"]) == (None, "person")
        await gateway.wait_line("notice state=received")
        assert player.said[len(before)] == "zh-CN/test"
    assert centre.raised == []
    assert [event["device"] for event in stored(house, "test")] == ["smoke-kitchen", None]
