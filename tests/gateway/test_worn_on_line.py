"""A cabled pendant alone on its port, through a running gateway: a pty, the store, a centre, and no local broker."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.link.pty import PtyPair
from drivers.wearable import SampleBlock, encode_block
from gateway.config import load
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.wait import until

PENDANT = {"id": "pendant", "driver": "wearable", "address": "neck", "room": "any", "position": "torso"}
LINE = '\n[[serial]]\nname = "neck"\npath = "PATH"\ndriver = "wearable"\nbaud_rate = 57600\n'


@dataclass(kw_only=True)
class HouseWithPendant(House):
    line_path: str = "/dev/null"

    def text(self) -> str:
        parts = (super().text() + LINE.replace("PATH", self.line_path)).split("\n[")
        return "\n[".join(part for part in parts if not part.startswith("broker]"))


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker) -> HouseWithPendant:
    return HouseWithPendant(folder=tmp_path, uplink_port=district_broker.port, broker_port=1, devices=[PENDANT])


def block(number: int, battery_percent: int = 90) -> bytes:
    return encode_block(
        SampleBlock(
            rate_hz=50, range_g=8, sequence=number, clock_ms=500 * number, battery_percent=battery_percent,
            samples=((0, 0, 4_096),) * 25,
        )
    )  # fmt: skip


async def test_the_samples_of_a_line_are_counted_with_their_gaps(
    house: HouseWithPendant, district_broker: Broker
) -> None:
    with PtyPair() as pty:
        house.line_path = pty.path
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial neck")
            await pty.write(b"\xff\x00 boot AB\r\n" + block(1) + block(2) + block(3)[:90])
            for number in range(4, 13):
                await pty.write(block(number))
            await pty.write(block(13, battery_percent=5))
            await until(lambda: house.metric("anju_wearable_blocks_total") == 12)
            assert house.metric("anju_wearable_missing_blocks_total") == 1
            assert house.metric("anju_wearable_gaps_total") == 1
            assert house.metric('anju_rejects_total{driver="wearable",reason="noise"}')
            await centre.wait_on("event", kind="low_battery", device="pendant")
            assert centre.raised == []


async def test_a_line_whose_device_nobody_enrolled_offers_it_by_the_ports_name(house: HouseWithPendant) -> None:
    with PtyPair() as pty:
        house.line_path, house.devices = pty.path, []
        async with house.gateway_running() as gateway:
            await gateway.wait_line("listening on serial neck")
            await pty.write(block(1))
            await until(lambda: '"neck"' in house.get("/offers")[1])
            assert not house.metric("anju_wearable_blocks_total")


def test_a_device_on_its_port_needs_no_broker_and_any_other_does(house: HouseWithPendant) -> None:
    config = load(house.write())
    assert [(port.name, port.baud_rate) for port in config.serial_ports] == [("neck", 57_600)]
    assert not [warning for warning in config.warnings if "cannot be heard" in warning]
    house.devices = [{**PENDANT, "address": "wrist"}]
    (warning,) = [warning for warning in load(house.write()).warnings if "cannot be heard" in warning]
    assert 'there is no [broker] and no [[serial]] "wrist" of its driver' in warning
