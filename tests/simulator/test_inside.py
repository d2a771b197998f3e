"""Several houses in one process: each over its own connection, none of them takes the process's signals or ports."""

import asyncio
import os
import signal
from pathlib import Path

from simulator import inside
from simulator.memory_port import MemoryPort, MemoryPorts
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House

SOS_FRAME = bytes.fromhex("AAA424EA013603B69EAD9F55")


async def test_two_houses_of_one_process_are_heard_each_under_its_name(tmp_path: Path, district_broker: Broker) -> None:
    before = signal.getsignal(signal.SIGTERM)
    radios, stop = [MemoryPort("memory"), MemoryPort("memory")], asyncio.Event()
    async with call_centre(district_broker) as centre, asyncio.TaskGroup() as group:
        running = []
        for number, radio in enumerate(radios):
            house = House(
                folder=tmp_path, uplink_port=district_broker.port, broker_port=9, serial_path="memory",
                gateway=f"gw-{number}", http_port=1,
            )  # fmt: skip
            config = inside.load(house.write())
            running.append(group.create_task(inside.run_home(config, stop, MemoryPorts(radio).open)))
        await centre.wait(lambda: {one.gateway for one in centre.on("status")} == {"gw-0", "gw-1"})
        for radio in radios:
            radio.say(SOS_FRAME)
        raised = await centre.wait_on("alarm", count=2)
        assert {(one.gateway, one.type) for one in raised} == {("gw-0", "sos"), ("gw-1", "sos")}
        assert signal.getsignal(signal.SIGTERM) is before
        assert "gw-0.db.control" not in os.listdir(tmp_path)
        stop.set()
        assert [await one for one in running] == [0, 0]
        await centre.wait(lambda: [one.body["state"] for one in centre.on("status")].count("stopping") == 2)
