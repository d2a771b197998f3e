"""The walk-test list and the monthly test by hand: who is due, what proves a device, a walk beside a gateway."""

import json
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from drivers.registry import DRIVERS
from gateway.contract.limits import OTHER_LIMIT_BYTES, encode_status
from gateway.contract.messages import Status
from gateway.hand_tests import HAND_TEST_EVERY, standings, supervised_ones
from gateway.store.devices import DeviceState
from tests.gateway.faults import SOS, cord, frame, radio_on, ready
from tests.gateway.houses import CORD, NOON, OTHER_CORD, SMOKE
from tests.support.brokers import Broker
from tests.support.centre import accepts, call_centre
from tests.support.house import CORD as CORD_SECTION
from tests.support.house import House
from tests.support.processes import run, running
from tests.support.wait import until

MOMENT = timedelta(seconds=1)


def due(states: dict[str, DeviceState]) -> list[str]:
    devices = [CORD, OTHER_CORD, SMOKE]
    found = standings(devices, supervised_ones(devices, DRIVERS), states, NOON)
    return [one.device.id for one in found if one.is_due]


def test_a_device_that_nobody_watches_is_due_a_month_after_it_was_last_used() -> None:
    assert due({}) == ["cord-bath", "cord-bed"], "a supervised detector tells of its own silence"
    month = DeviceState(heard_at=NOON, proven_at=NOON - HAND_TEST_EVERY)
    longer = replace(month, proven_at=month.proven_at and month.proven_at - MOMENT)
    assert due({"cord-bath": month, "cord-bed": longer}) == ["cord-bed"]
    # A battery report is no proof that a pull is heard.
    assert due({"cord-bath": DeviceState(heard_at=NOON), "cord-bed": month}) == ["cord-bath"]


def test_supervision_that_somebody_configured_is_supervision() -> None:
    watched = replace(CORD, supervision_seconds=3_600)
    (one,) = standings([watched], supervised_ones([watched], DRIVERS), {}, NOON)
    assert (one.supervised, one.is_due) == (True, False)


def test_the_status_names_who_is_due_and_fits_whatever_the_house() -> None:
    ids = [f"{number:064}" for number in range(1_000)]
    status = Status(state="online", session=1, at="2026-03-01T12:00:00Z", unsupervised=ids, hand_tests_due=ids)
    payload = encode_status(status)
    told = json.loads(payload)
    assert len(payload) <= OTHER_LIMIT_BYTES
    assert (told["unsupervised_total"], told["hand_tests_due_total"]) == (1_000, 1_000)
    assert told["hand_tests_due"] == ids[: len(told["hand_tests_due"])]
    assert told["hand_tests_due"]


async def test_a_walk_ticks_off_each_cord_once_the_centre_has_its_alarm(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices = [CORD_SECTION, cord(2)]
    async with radio_on(house) as radio, call_centre(district_broker, manner=accepts) as centre:
        async with house.gateway_running() as gateway:
            await ready(gateway)
            await centre.wait(lambda: any(heard.branch == "status" for heard in centre.heard))
            births = [heard.body for heard in centre.heard if heard.body.get("state") == "online"]
            assert births[0]["hand_tests_due"] == births[0]["unsupervised"] == ["cord-bath", "cord-2"]
            assert house.metric("anju_hand_tests_due") == 2
            listed = run("anju", "walk-test", "--config", house.file, "--json")
            assert listed.returncode == 1
            assert {(one["device"], one["supervised"], one["due"]) for one in json.loads(listed.stdout)} == {
                ("cord-bath", False, True),
                ("cord-2", False, True),
            }
            async with running("anju", "walk-test", "--config", house.file, "--follow") as walk:
                await walk.wait_line("□ bathroom · cord-2")
                await radio.write(frame(SOS))
                await walk.wait_line(r"√ bathroom · cord-bath \d\d:\d\d:\d\d")
                await walk.wait_line("中心已收到 · cord-bath")
                await radio.write(frame(SOS, "A0002"))
                await walk.wait_line("中心已收到 · cord-2")
                assert await walk.wait() == 0
            assert [alarm.body["data"]["test"] for alarm in centre.on("alarm", kind="alarm")] == [False, False]
            await until(lambda: house.metric("anju_hand_tests_due") == 0)
            listed = run("anju", "walk-test", "--config", house.file)
            assert listed.returncode == 0, "presses of a moment ago count before the half-minute's batch is written"
            assert "共 2 个设备，0 个该做人工测试" in listed.stdout
            assert max(map(len, listed.stdout.splitlines())) <= 40
            assert await gateway.terminate() == 0
        kept = json.loads(run("anju", "walk-test", "--config", house.file, "--json").stdout)
        assert [one["proven_by"] for one in kept] == [{"kind": "alarm", "type": "sos"}] * 2


async def test_a_walk_that_is_stopped_says_what_was_not_heard(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices, house.sections = [CORD_SECTION], {"notice": {"sound": False, "language": "en"}}
    assert run("anju", "walk-test", "--config", house.write()).returncode == 2, "no gateway has run here"
    async with house.gateway_running() as gateway:
        await ready(gateway, serial=False)
    async with running("anju", "walk-test", "--config", house.file, "--follow") as walk:
        await walk.wait_line("Every press is a real alarm")
        await walk.wait_line("□ bathroom · cord-bath")
        walk.signal(signal.SIGINT)
        assert await walk.wait() == 1
        assert list(walk.stdout)[-2:] == ["not heard yet: 1", "□ bathroom · cord-bath"]
