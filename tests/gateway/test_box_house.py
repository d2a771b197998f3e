"""The box of a whole gateway, from the kernel's edges to the call centre and back to lamp and buzzer.

The gateway is a process of its own, on a chip below python-periphery (see `tests.support.box_gateway`); store, brokers
and centre are real ones.
"""

import errno
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from drivers.box_presses import FULL_SECONDS
from simulator.ports import LOOPBACK
from tests.gateway.faults import say
from tests.support.brokers import Broker
from tests.support.centre import accepts, call_centre, silent
from tests.support.gpio_kernel import CHIP
from tests.support.house import SMOKE, House
from tests.support.processes import Child, running
from tests.support.processes import run as run_command
from tests.support.wait import until

SOS, WELL, AWAY, VISIT, TEST, LAMP, BUZZER = 17, 27, 22, 23, 24, 5, 6
BUTTONS = {"sos": SOS, "well": WELL, "away": AWAY, "visit": VISIT, "test": TEST}
PRESS_SECONDS = 2 * FULL_SECONDS
QUICKLY_LOST = "gateway.watch.LINE_LOST_AFTER_SECONDS=0"
LISTENING = "listening on the box"


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(
        folder=tmp_path,
        uplink_port=district_broker.port,
        broker_port=local_broker.port,
        devices=[SMOKE],
        sections={"box": {"room": "hall", "chip": CHIP, "buttons": BUTTONS, "lamp": LAMP, "buzzer": BUZZER}},
    )


@asynccontextmanager
async def with_a_box(house: House, *wishes: str, ready: str = LISTENING) -> AsyncIterator[Child]:
    async with running(sys.executable, "-P", "-m", "tests.support.box_gateway", house.write(), *wishes) as gateway:
        await gateway.wait_line("health and metrics on port")
        await gateway.wait_line(ready)
        yield gateway


def press(gateway: Child, button: int) -> None:
    gateway.send_line(f"press {button} {PRESS_SECONDS}")


def healthz(house: House) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(house.get("/healthz")[1])
    return found


def events(house: House) -> list[dict[str, Any]]:
    shown = run_command("anju", "events", "--config", house.file, "--json")
    return [json.loads(line) for line in shown.stdout.splitlines()]


async def fire(broker: Broker) -> None:
    async with aiomqtt.Client(LOOPBACK, broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.publish("zigbee2mqtt/smoke-1", '{"smoke": true}', qos=1)


async def test_a_press_of_sos_is_an_alarm_and_its_outcome_is_seen_and_heard(
    house: House, district_broker: Broker
) -> None:
    async with call_centre(district_broker, manner=silent) as centre, with_a_box(house) as gateway:
        await gateway.wait_line(f"line {LAMP} off")
        await gateway.wait_line(f"line {BUZZER} off")
        gateway.send_line(f"rattle {SOS} 5")
        gateway.send_line(f"set {SOS} on")  # and nobody lets go
        (alarm,) = await centre.wait_on("alarm")
        data = alarm.body["data"]
        assert (data["kind"], data["type"], data["device"], data["room"]) == ("alarm", "sos", "box", "hall")
        assert (data["priority"], data["supervised"], data["test"]) == ("person", False, False)
        await gateway.wait_line(f"line {LAMP} on")
        await until(lambda: gateway.text.count(f"line {BUZZER} on") >= 2, what="two short tones")
        await centre.answer(alarm, "received")
        await centre.answer(alarm, "accepted")
        await gateway.wait_line("notice state=accepted")
        await until(lambda: gateway.text.count(f"line {BUZZER} on") >= 3)
        assert await gateway.terminate() == 0
        outputs = [line for line in gateway.lines if line.startswith("line ")]
        assert [[line for line in outputs if f" {one} " in line][-1] for one in (LAMP, BUZZER)] == [
            f"line {LAMP} off",
            f"line {BUZZER} off",
        ], "a stopped gateway neither shines nor sounds"
        assert len(centre.raised) == 1


async def test_a_test_takes_the_alarms_way_and_a_visitors_press_is_a_service_request(
    house: House, district_broker: Broker
) -> None:
    async with call_centre(district_broker, manner=accepts) as centre, with_a_box(house) as gateway:
        press(gateway, TEST)
        (heard,) = await centre.wait_on("alarm")
        assert heard.body["type"] == "anju.test.raised"
        assert (heard.body["data"]["type"], heard.body["data"]["test"]) == ("sos", True)
        await gateway.wait_line("notice state=calling .*test=True")
        await gateway.wait_line("notice state=accepted")
        press(gateway, VISIT)
        (heard,) = await centre.wait_on("event", kind="service_request")
        assert (heard.type, heard.body["data"]["device"]) == ("visit_done", "box")
        assert centre.raised == []


async def test_away_outlives_a_restart_holds_no_alarm_back_and_ends_with_any_sign_of_the_resident(
    house: House, district_broker: Broker, local_broker: Broker
) -> None:
    async with call_centre(district_broker, manner=accepts) as centre:
        async with with_a_box(house) as gateway:
            press(gateway, AWAY)
            since = await until(lambda: healthz(house).get("away_since"))
            await gateway.wait_line(f"line {LAMP} on")
            assert f"nobody at home since {since}" in run_command("anju", "status", "--config", house.file).stdout
            press(gateway, VISIT)
            await centre.wait_on("event", kind="service_request")
            await gateway.kill()
        async with with_a_box(house) as gateway:
            assert healthz(house)["away_since"] == since
            await gateway.wait_line(f"line {LAMP} on")
            await gateway.wait_line("listening on the local broker")
            await fire(local_broker)
            await centre.wait_on("alarm", type="smoke")
            assert healthz(house)["away_since"] == since
            press(gateway, SOS)
            await centre.wait_on("alarm", type="sos")
            await until(lambda: "away_since" not in healthz(house))
            press(gateway, AWAY)
            await until(lambda: "away_since" in healthz(house))
            press(gateway, WELL)
            await until(lambda: "away_since" not in healthz(house))
            assert await gateway.terminate() == 0
        async with with_a_box(house):
            assert "away_since" not in healthz(house)
        assert not any("away" in heard.payload.decode() for heard in centre.heard), "it never leaves the house"
    buttons = [event["type"] for event in events(house) if event["kind"] == "activity"]
    assert buttons[-2:] == ["button"] * 2


async def test_the_boxs_own_button_takes_a_fall_back(
    house: House, district_broker: Broker, local_broker: Broker
) -> None:
    house.devices = [{**SMOKE, "id": "radar", "address": "radar", "model": "generic", "cancel_seconds": 60}]
    async with call_centre(district_broker) as centre, with_a_box(house) as gateway:
        await gateway.wait_line("listening on the local broker")
        await say(local_broker.port, "zigbee2mqtt/radar", {"fall_status": "fall_alarm"})
        await gateway.wait_line("alarm .* is held for 60 s")
        press(gateway, WELL)
        (cancelled,) = await centre.wait_on("alarm", type="fall", state="cancelled")
        evidence = cancelled.body["data"]["evidence"]
        assert (evidence["cancelled_by"], evidence["explanation"]) == ("box", "fall.said_all_right")
        assert centre.raised == []


async def test_a_chip_that_refuses_vanishes_and_hangs_is_told_and_costs_no_alarm_and_doubles_none(
    house: House, district_broker: Broker, local_broker: Broker
) -> None:
    refused = "the buttons of the box are not heard: .* add the user to the group gpio"
    wishes = (f"chip.refuse:{errno.EACCES}", QUICKLY_LOST, "gateway.box.line.HANG_SECONDS=1")
    async with call_centre(district_broker) as centre, with_a_box(house, *wishes, ready=refused) as gateway:
        (lost,) = await centre.wait_on("event", kind="trouble")
        assert (lost.type, lost.body["data"]["evidence"]["where"]) == ("link_lost", "box")
        assert any("group gpio" in note for note in healthz(house)["notes"])
        gateway.send_line("come_back")
        await gateway.wait_line(LISTENING)
        gateway.send_line(f"set {SOS} on")
        await centre.wait_on("alarm", type="sos")
        await centre.wait_on("event", kind="restore", type="link_lost")
        gateway.send_line("vanish")
        await centre.wait_on("event", count=2, kind="trouble", type="link_lost")
        await until(lambda: any("lamp of the box" in note for note in healthz(house)["notes"]))
        gateway.send_line("come_back")
        await centre.wait_on("event", count=2, kind="restore", type="link_lost")
        gateway.send_line(f"set {SOS} off")
        gateway.send_line("stop")
        await gateway.wait_line("GPIO chip /dev/null does not answer")
        await fire(local_broker)
        await centre.wait_on("alarm", type="smoke")
        gateway.send_line("go_on")
        press(gateway, VISIT)
        await centre.wait_on("event", kind="service_request")
        await until(lambda: "notes" not in healthz(house), what="buttons, lamp and buzzer work again")
        assert len(centre.raised) == 2


async def test_a_button_that_rattles_without_end_calls_once_and_is_told_as_stuck(
    house: House, district_broker: Broker, local_broker: Broker
) -> None:
    async with (
        call_centre(district_broker) as centre,
        with_a_box(house, "drivers.box_presses.STUCK_SECONDS=0.5") as gateway,
    ):
        await gateway.wait_line("listening on the local broker")
        gateway.send_line(f"set {SOS} on")
        gateway.send_line(f"rattle {SOS} 20000")
        await centre.wait_on("alarm", type="sos")
        await fire(local_broker)
        await centre.wait_on("alarm", type="smoke")
        (fault,) = await centre.wait_on("event", kind="trouble")
        assert (fault.type, fault.body["data"]["device"]) == ("device_fault", "box")
        assert len(centre.on("alarm", type="sos", state="active")) == 1
        gateway.send_line(f"set {SOS} off")
        await centre.wait_on("event", kind="restore", type="device_fault")
