"""The integrator's check over the deployed broker: certificates, access list, and our own desk behind them."""

import json
from pathlib import Path

import pytest

from simulator.ports import LOOPBACK, free_port
from tests.deploy.test_district_broker import DeployedBroker, make
from tests.support.brokers import MOSQUITTO
from tests.support.processes import running

pytestmark = pytest.mark.skipif(not MOSQUITTO.exists(), reason="mosquitto is not installed (apt-get install mosquitto)")


async def test_our_desk_behind_the_deployed_broker_passes_with_its_rights_checked(tmp_path: Path) -> None:
    for words in (("ca",), ("server", LOOPBACK), ("gateway", "gw-check"), ("desk", "d1")):
        make(tmp_path, *words)
    (tmp_path / "broker").mkdir()
    with DeployedBroker(tmp_path, tmp_path / "broker") as broker:
        file = tmp_path / "desk.toml"
        file.write_text(
            f'district = "d1"\n[broker]\nhost = "{LOOPBACK}"\nport = {broker.port}\ntls = true\n'
            f'ca_file = "{tmp_path}/ca.pem"\ncert_file = "{tmp_path}/anju-desk-d1.pem"\n'
            f'key_file = "{tmp_path}/anju-desk-d1.key"\n[database]\nurl = "sqlite:///{tmp_path}/desk.db"\n'
            f'[http]\nhost = "{LOOPBACK}"\nport = {free_port()}\n'
        )
        pair = ("--ca", tmp_path / "ca.pem", "--cert", tmp_path / "gw-check.pem", "--key", tmp_path / "gw-check.key")
        check = ("platform-check", "--host", LOOPBACK, "--port", str(broker.port), "--district", "d1", "--json", *pair)
        async with running("anju-desk", "run", "--config", file) as desk:
            await desk.wait_line("listening at the broker")
            async with running("anju-sim", *check) as checking:
                assert await checking.wait(60.0) == 0, checking.text
    report = {one["check"]: one["passed"] for one in json.loads(checking.stdout[0])["checks"]}
    assert report["rights"] is True
    assert [name for name, passed in report.items() if passed is not True] == ["handling"]
