"""A running gateway whose disk takes nothing any more: alarm and trouble leave, and the answers are heard."""

import resource
from pathlib import Path

from tests.gateway.faults import SOS, frame, radio_on, ready, stored
from tests.support.brokers import Broker
from tests.support.centre import accepts, call_centre
from tests.support.house import House
from tests.support.wait import until

UNLIMITED = resource.RLIM_INFINITY


async def test_a_cord_pulled_on_a_full_disk_is_told_answered_and_written_once_there_is_room(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    async with (
        call_centre(district_broker, manner=accepts) as centre,
        radio_on(house) as radio,
        house.gateway_running() as gateway,
    ):
        await ready(gateway)
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (0, UNLIMITED))
        await radio.write(frame(SOS))
        alarm = (await gateway.wait_line(r"notice state=accepted alarm=(\S+)")).group(1)
        assert centre.raised == [alarm]
        await centre.wait_on("event", kind="trouble", type="storage")
        await until(lambda: house.get("/healthz")[0] == 503)
        assert "the store cannot be written" in house.get("/healthz")[1]
        assert house.metric("anju_oldest_unanswered_alarm_seconds") == 0
        assert stored(house, "alarm") == []
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
        assert await gateway.terminate() == 0
    (kept,) = stored(house, "alarm")
    assert kept["id"] == alarm
    assert kept["answers"]["accepted"] is not None
    assert [one["type"] for one in stored(house, "trouble")] == ["storage"]
