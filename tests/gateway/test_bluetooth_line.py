"""A Bluetooth gateway on a serial line, through a running gateway: a pty, the store, a centre, and no local broker."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers import ble, openmqttgateway_serial
from drivers.link.pty import PtyPair
from gateway.config import load
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House

ADDRESS = "BC:02:6E:AA:BB:CC"
BUTTON = {"id": "button-bed", "driver": "ble", "address": ADDRESS, "model": "SBBT-002C", "room": "bedroom"}
LINE = '\n[[serial]]\nname = "ble"\npath = "PATH"\ndriver = "openmqttgateway"\nbaud_rate = 115200\n'


@dataclass(kw_only=True)
class HouseWithBluetooth(House):
    line_path: str = "/dev/null"

    def text(self) -> str:
        return super().text() + LINE.replace("PATH", self.line_path)


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> HouseWithBluetooth:
    made = HouseWithBluetooth(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    made.devices = [BUTTON]
    return made


def pressed(counter: int) -> bytes:
    service_data = bytes((0x44, 0x00, counter, 0x01, 0x64, 0x3A, 0x01))
    return openmqttgateway_serial.encode("/BTtoMQTT", ble.encode(ADDRESS, "fcd2", service_data))


async def test_each_press_is_one_alarm_and_the_heartbeat_is_answered(
    house: HouseWithBluetooth, district_broker: Broker
) -> None:
    with PtyPair() as pty:
        house.line_path = pty.path
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial ble")
            await pty.write(b"\xff\x00 noise of a start" + openmqttgateway_serial.encode_heartbeat())
            assert await pty.read() == b'00{"type":"heartbeat_ack"}\r'
            await pty.write(pressed(1) * 5)
            await centre.wait_on("alarm", kind="alarm", type="sos", state="active", device="button-bed")
            await pty.write(pressed(2)[:40] + pressed(2) * 5)
            both = await centre.wait_on("alarm", 2, kind="alarm", type="sos", state="active", device="button-bed")
            assert len({heard.alarm for heard in both}) == 2


def test_a_device_that_the_line_hears_needs_no_broker(house: HouseWithBluetooth) -> None:
    parts = house.text().split("\n[")
    house.file.write_text("\n[".join(part for part in parts if not part.startswith("broker]")), encoding="utf-8")
    config = load(house.file)
    assert config.broker is None
    assert not [warning for warning in config.warnings if "cannot be heard" in warning]
    assert [port.baud_rate for port in config.serial_ports] == [115_200]
