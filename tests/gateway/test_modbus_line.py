"""RS-485 heads through a running gateway: a pty with heads on it, the store, a centre."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.link.pty import PtyPair
from gateway.config import ConfigError, check, load
from tests.gateway.test_config import SMALLEST
from tests.support.brokers import Broker
from tests.support.centre import Centre, call_centre
from tests.support.house import House
from tests.support.modbus_slave import (
    Slave,
    correct,
    damaged,
    echoing_behind_noise,
    garbage,
    half,
    of_another_unit,
    refusing,
    silent,
)
from tests.support.processes import run
from tests.support.wait import until

LINE = '\n[[serial]]\nname = "bus"\npath = "PATH"\ndriver = "modbus"\nbaud_rate = 4800\n'


def head(id_: str, unit: int, model: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "driver": "modbus", "address": f"bus/{unit}", "model": model, "room": "kitchen", **more}


LEAK = head("leak-kitchen", 255, "novabo-sqr")
SMOKE = head("smoke-hall", 1, "cn-smoke-register-3")
GAS = head("gas-kitchen", 2, "honeywell-raeguard-3-lel")


@dataclass(kw_only=True)
class HouseWithLine(House):
    line_path: str = ""

    def text(self) -> str:
        return super().text() + LINE.replace("PATH", self.line_path)


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> HouseWithLine:
    return HouseWithLine(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def kinds(centre: Centre, device: str) -> list[tuple[str | None, str | None]]:
    return [(heard.kind, heard.type) for heard in centre.heard if heard.body.get("data", {}).get("device") == device]


async def test_an_alarm_of_a_head_reaches_the_centre_once_and_its_end_too(
    house: HouseWithLine, district_broker: Broker
) -> None:
    with PtyPair() as pty:
        slave = Slave(pty)
        slave.values = {255: [1], 1: [0], 2: [0, 3]}
        house.line_path = pty.path
        house.devices = [LEAK, SMOKE, GAS]
        async with asyncio.TaskGroup() as tasks, call_centre(district_broker) as centre:
            heads = tasks.create_task(slave.run())
            async with house.gateway_running() as gateway:
                await gateway.wait_line("connected to the district")
                await gateway.wait_line("listening on serial bus .* 3 heads")
                await slave.asked_again(255)
                # The inverted head alarms with 0; the two others go on reporting that all is well.
                slave.values[255] = [0]
                await centre.wait_on("alarm", kind="alarm", state="active", device="leak-kitchen")
                await slave.asked_again(255, times=2)
                slave.values[255] = [1]
                await centre.wait_on("alarm", kind="alarm", state="cleared", device="leak-kitchen")
                assert kinds(centre, "leak-kitchen") == [("alarm", "water"), ("alarm", "water")]
                assert kinds(centre, "smoke-hall") == kinds(centre, "gas-kitchen") == []
                assert await gateway.terminate() == 0
            heads.cancel()
    rows = [json.loads(line) for line in run("anju", "events", "--config", house.file, "--json").stdout.splitlines()]
    readings = [row for row in rows if row["kind"] == "measurement"]
    assert {row["device"] for row in readings} == {"gas-kitchen"}
    assert len(readings) == 1, "one reading a minute is kept"


async def test_what_a_head_sends_wrongly_is_counted_and_is_neither_alarm_nor_all_clear(
    house: HouseWithLine, district_broker: Broker
) -> None:
    wrong = {
        silent: "timeout", damaged: "bad_crc", half: "incomplete", garbage: "noise",
        refusing: "exception", of_another_unit: "wrong_unit",
    }  # fmt: skip
    with PtyPair() as pty:
        slave = Slave(pty)
        house.line_path = pty.path
        house.devices = [head(f"smoke-{unit}", unit, "cn-smoke-register-3") for unit in range(1, len(wrong) + 2)]
        for unit, manner in enumerate([*wrong, echoing_behind_noise], start=1):
            slave.values[unit], slave.manner[unit] = [1], manner
        async with asyncio.TaskGroup() as tasks, call_centre(district_broker) as centre:
            heads = tasks.create_task(slave.run())
            async with house.gateway_running() as gateway:
                await gateway.wait_line("connected to the district")
                (alarm,) = await centre.wait_on("alarm")
                assert alarm.body["data"]["device"] == f"smoke-{len(wrong) + 1}", "the one that can be understood"
                for reason in wrong.values():
                    name = f'anju_rejects_total{{driver="modbus",reason="{reason}"}}'
                    await until(partial(house.metric, name), what=name)
                slave.manner = dict.fromkeys(slave.manner, correct)
                await centre.wait(lambda: len(centre.raised) == len(wrong) + 1)
                assert await gateway.terminate() == 0
            heads.cancel()


async def test_a_head_that_falls_silent_is_lost_and_found_and_holds_up_no_other(
    house: HouseWithLine, district_broker: Broker
) -> None:
    with PtyPair() as pty:
        slave = Slave(pty)
        slave.values = {255: [1], 1: [0]}
        house.line_path = pty.path
        house.devices = [LEAK, {**SMOKE, "supervision_seconds": 5}]
        async with asyncio.TaskGroup() as tasks, call_centre(district_broker) as centre:
            heads = tasks.create_task(slave.run())
            async with house.gateway_running() as gateway:
                await gateway.wait_line("connected to the district")
                await slave.asked_again(1)
                slave.manner[1] = silent
                await centre.wait_on("event", kind="supervision_lost", device="smoke-hall")
                slave.values[255] = [0]
                await centre.wait_on("alarm", device="leak-kitchen")
                slave.manner[1] = correct
                await centre.wait_on("event", kind="restore", type="supervision_lost", device="smoke-hall")
                assert await gateway.terminate() == 0
            heads.cancel()
    assert kinds(centre, "smoke-hall") == [("supervision_lost", None), ("restore", "supervision_lost")]


async def test_a_line_that_is_unplugged_is_told_and_asked_again_once_it_is_back(
    house: HouseWithLine, tmp_path: Path
) -> None:
    house.line_path = str(tmp_path / "bus")
    house.devices = [SMOKE]
    async with house.gateway_running() as gateway:
        for _ in range(2):
            with PtyPair(tmp_path / "bus") as pty:
                slave = Slave(pty)
                slave.values = {1: [0]}
                async with asyncio.TaskGroup() as tasks:
                    heads = tasks.create_task(slave.run())
                    await slave.asked_again(1)
                    heads.cancel()
            await gateway.wait_line(r"bus: (the device has gone|there is no such port)")
        assert await gateway.terminate() == 0


def test_a_house_without_heads_never_loads_what_asks_them() -> None:
    code = "import sys; import gateway.app; print([name for name in sys.modules if 'modbus' in name])"
    shown = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"


# -- the file ----------------------------------------------------------------------------------------------------------


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text(SMALLEST + text)
    return file


HEAD = (
    '\n[[device]]\nid = "smoke"\ndriver = "modbus"\naddress = "bus/1"\nmodel = "cn-smoke-register-3"\nroom = "hall"\n'
)


def test_a_line_has_one_baud_rate(tmp_path: Path) -> None:
    (port,) = load(written(tmp_path, LINE)).serial_ports
    assert (port.driver, port.baud_rate) == ("modbus", 4800)
    (port,) = load(written(tmp_path, LINE.replace("baud_rate = 4800", ""))).serial_ports
    assert port.baud_rate is None
    with pytest.raises(ConfigError, match="baud_rate is 9;"):
        load(written(tmp_path, LINE.replace("4800", "9")))
    with pytest.raises(ConfigError, match='unknown key "baud_rate"'):
        load(written(tmp_path, LINE.replace('"modbus"', '"sonoff_rf_bridge"')))


def test_a_head_that_nobody_asks_or_knows_is_warned_of(tmp_path: Path) -> None:
    assert check(written(tmp_path, LINE + HEAD)) == ([], [])
    _, (warning,) = check(written(tmp_path, LINE + HEAD.replace("bus/1", "cellar/1")))
    assert 'there is no [[serial]] "cellar" with driver "modbus"' in warning
    _, warnings = check(written(tmp_path, LINE + HEAD.replace("register-3", "register-9")))
    assert any('never alarms: model "cn-smoke-register-9" has no map' in warning for warning in warnings)
    _, (warning,) = check(written(tmp_path, HEAD))
    assert "there is no [[serial]]" in warning


def test_an_address_that_is_no_head_is_a_mistake(tmp_path: Path) -> None:
    (problem,), _ = check(written(tmp_path, LINE + HEAD.replace("bus/1", "1")))
    assert "write the [[serial]] name and the unit number" in problem
