"""A fall radar alone on its port, through a running gateway: a pty with the radar on it, the store, a centre."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers import r60_5359, seeed_mr60
from drivers.link.pty import PtyPair
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.processes import run

LINE = '\n[[serial]]\nname = "bath"\npath = "PATH"\ndriver = "DRIVER"\n'


@dataclass(kw_only=True)
class HouseWithRadar(House):
    line_path: str = ""
    radar: str = ""

    def text(self) -> str:
        return super().text() + LINE.replace("PATH", self.line_path).replace("DRIVER", self.radar)


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> HouseWithRadar:
    return HouseWithRadar(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def r60(control: int, command: int, value: int) -> bytes:
    return r60_5359.encode(r60_5359.Frame(control, command, bytes((value,))))


def mr60(type_: int, value: int) -> bytes:
    return seeed_mr60.encode(seeed_mr60.Frame(0, type_, bytes((value,))))


@pytest.mark.parametrize(
    ("radar", "somebody", "fall", "no_fall"),
    [
        ("r60_5359", r60(0x80, 0x01, 1), r60(0x83, 0x01, 1), r60(0x83, 0x01, 0)),
        ("seeed_mr60", mr60(0x0F09, 1), mr60(0x0E02, 1), mr60(0x0E02, 0)),
    ],
)
async def test_each_fall_is_one_alarm_however_often_it_is_repeated(
    house: HouseWithRadar, district_broker: Broker, radar: str, somebody: bytes, fall: bytes, no_fall: bytes
) -> None:
    with PtyPair() as pty:
        house.line_path, house.radar = pty.path, radar
        house.devices = [{"id": "radar-bath", "driver": radar, "address": "bath", "room": "bathroom"}]
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial bath")
            await pty.write(somebody * 20 + no_fall + fall * 20)
            (first,) = await centre.wait_on("alarm", kind="alarm", type="fall", state="active", device="radar-bath")
            await pty.write(somebody * 20 + no_fall + fall)
            both = await centre.wait_on("alarm", 2, kind="alarm", type="fall", state="active", device="radar-bath")
            assert [heard.alarm for heard in both] == [first.id, both[1].id]
            assert both[1].id != first.id
            assert await gateway.terminate() == 0
    shown = run("anju", "events", "--config", house.file, "--json").stdout.splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in shown]
    assert [row["type"] for row in rows if row["kind"] in ("alarm", "restore")] == ["fall", "fall"]
    assert [row["type"] for row in rows if row["kind"] == "activity"] == ["presence"]
