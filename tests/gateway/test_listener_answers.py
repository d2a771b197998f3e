"""When a watch may be answered: not before everything that was heard until then is kept."""

import asyncio
from typing import cast

from drivers.device import Device
from drivers.gps_watch_frame import encode
from drivers.registry import LISTENER_DRIVERS
from gateway.config_devices import Listener
from gateway.listener import ListenerLine
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.store.rows import Stored
from gateway.watch import Lines
from simulator.ports import LOOPBACK, free_port
from tests.drivers.vectors import enrolled
from tests.gateway.houses import stored
from tests.support.wait import until

WATCH = Device(id="watch", driver="gps_watch", address="8800000015", model="generic", room="")
ALARM = encode("3G", WATCH.address, "AL,220826,134652,V,0,N,0,E,0,0,0,0,0,90,0,0,00010000,0,0")
ECHO = encode("3G", WATCH.address, "AL")


class SlowDisk:
    """A reception whose first alarm is not kept until the test says so; a repeat of it needs no keeping."""

    def __init__(self) -> None:
        self.kept: list[asyncio.Future[Stored]] = []
        self.heard = 0

    def hear(self, *_message: object) -> list[asyncio.Future[Stored]]:
        self.heard += 1
        if self.kept:
            return []
        self.kept.append(asyncio.get_running_loop().create_future())
        return list(self.kept)


async def test_a_repeated_alarm_is_not_answered_while_the_first_is_not_kept() -> None:
    disk, port = SlowDisk(), free_port()
    listener = Listener(name="watches", host=LOOPBACK, port=port, driver="gps_watch")
    problems, lines = Problems(), Lines()
    lines.resume("listener.watches", 0.0)
    line = ListenerLine(
        listener,
        LISTENER_DRIVERS["gps_watch"],
        enrolled(WATCH),
        cast(Reception, disk),
        lines,
        problems,
        lambda: 0.0,
        {},
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(line.run())
        await until(lambda: lines.changes(0.0)[1] == ["listener.watches"], what="the port is open")
        first_reader, first = await asyncio.open_connection(LOOPBACK, port)
        first.write(ALARM)
        await until(lambda: disk.heard == 1)
        second_reader, second = await asyncio.open_connection(LOOPBACK, port)
        second.write(ALARM)
        await until(lambda: disk.heard == 2)
        reading = [group.create_task(reader.readexactly(len(ECHO))) for reader in (first_reader, second_reader)]
        done, _ = await asyncio.wait(reading, timeout=0.1)
        assert not done, "nobody has kept the alarm yet"
        disk.kept[0].set_result(stored())
        assert await asyncio.gather(*reading) == [ECHO, ECHO]
        first.close()
        second.close()
        task.cancel()
