"""A house whose database is damaged or is none still hears a cord and reaches the centre, and says what is wrong."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.link.pty import PtyPair
from gateway.policy import decide
from gateway.store.store import Store
from tests.gateway.houses import event
from tests.support.brokers import Broker
from tests.support.centre import accepts, call_centre
from tests.support.house import House

SOS_FRAME = bytes.fromhex("AAA424EA013603B69EAD9F55")


async def damage(path: Path) -> None:
    with Store(path) as store:
        for _ in range(200):
            one = event(raw="00" * 256)
            kept = store.append(one, decide(one))
        await kept
    overwrite_tail(path)


async def replace_by_text(path: Path) -> None:
    write_text(path)


def overwrite_tail(path: Path) -> None:
    whole = path.read_bytes()
    head = len(whole) // 4 // 1024 * 1024
    path.write_bytes(whole[:head] + b"\x55" * (len(whole) - head))


def write_text(path: Path) -> None:
    path.write_text("no database " * 1_000)


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
            status, body = house.get("/healthz")
            told = json.loads(body)
            assert status == 503 or told["notes"], "it is said"
            assert "database" in body
            assert await gateway.terminate() == 0
