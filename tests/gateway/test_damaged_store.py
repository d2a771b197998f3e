"""A house whose database is damaged or is none still hears a cord and reaches the centre, and says what is wrong."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from drivers.link.pty import PtyPair
from gateway.policy import decide
from gateway.store.store import Store
from tests.gateway.faults import stored
from tests.gateway.houses import event
from tests.support.brokers import Broker
from tests.support.centre import Heard, accepts, call_centre
from tests.support.house import House
from tests.support.wait import until

SOS_FRAME = bytes.fromhex("AAA424EA013603B69EAD9F55")


async def damage(path: Path) -> None:
    with Store(path) as store:
        for _ in range(80):
            one = event(raw="00" * 128)
            kept = store.append(one, decide(one))
        await kept
    overwrite_tail(path)


async def replace_by_text(path: Path) -> None:
    write_text(path)


def overwrite_tail(path: Path) -> None:
    whole = path.read_bytes()
    head = len(whole) // 2 // 1024 * 1024
    path.write_bytes(whole[:head] + b"\x55" * (len(whole) - head))


def write_text(path: Path) -> None:
    path.write_text("no database " * 1_000)


def storage_troubles(heard: Sequence[Heard]) -> list[str]:
    told = [one for one in heard if (one.kind, one.type) == ("trouble", "storage")]
    return list({one.id: one.body["data"]["evidence"]["where"] for one in told}.values())


@pytest.mark.parametrize("spoil", [damage, replace_by_text])
async def test_a_cord_still_reaches_the_centre(
    tmp_path: Path, district_broker: Broker, local_broker: Broker, spoil: Callable[[Path], Awaitable[None]]
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    await spoil(house.store)
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker, manner=accepts) as centre, house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial")
            await radio.write(SOS_FRAME)
            alarm = (await gateway.wait_line(r"notice state=accepted alarm=(\S+)")).group(1)
            assert alarm in centre.raised
            told = json.loads(house.get("/healthz")[1])
            assert any("database was damaged" in note for note in told["notes"])
            assert "cannot be written" not in str(told), "the new file works"
            # The trouble leaves with the alarm, and the alarms that waited in the file leave from the new one.
            await until(lambda: storage_troubles(centre.heard) == ["put_aside"])
            left = {one["id"] for one in stored(house, "alarm")} - {alarm}
            assert len(left) > 20 if spoil is damage else not left
            await until(lambda: left <= set(centre.raised))
            assert await gateway.terminate() == 0
