"""The example of a driver's package in docs/maintainers.md, built from that page, installed, tested and at work."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.link.pty import PtyPair
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import CORD, House
from tests.support.packages import environment, install
from tests.support.processes import run

PAGE = Path(__file__).parent.parent.parent / "docs" / "maintainers.md"
FILES = ("pyproject.toml", "anju_brook_panel.py", "test_brook_panel.py")
CALL = bytes.fromhex("424B0A0102")


def section() -> str:
    return PAGE.read_text(encoding="utf-8").split("\n## Drivers of other packages\n")[1].split("\n## ")[0]


def block_after(start: str) -> str:
    """The first block of code after the line that begins so."""
    found = re.search(rf"^{re.escape(start)}.*?\n```\w+\n(.*?)^```$", section(), re.DOTALL | re.MULTILINE)
    assert found is not None, start
    return found.group(1)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the example, as they stand on the page."""
    folder = tmp_path_factory.mktemp("anju-brook-panel")
    for name in FILES:
        text = block_after("A whole package" if name == "pyproject.toml" else f"`{name}`")
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed, by the command of the page, without a network."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*command, "--no-build-isolation", "--target", target, package], check=True)
    return target


@dataclass(kw_only=True)
class HouseWithPanel(House):
    panel_path: str = "/dev/null"

    def text(self) -> str:
        written = block_after("What it needs beyond Anju").replace("/dev/serial/by-id/…", self.panel_path)
        return f"{super().text()}\n{written}"


def test_its_own_tests_pass(package: Path, site: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", package, package],
        cwd=PAGE.parent.parent,
        env={**os.environ, **environment(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout
    assert "8 passed" in shown.stdout


def test_every_command_knows_it(site: Path, tmp_path: Path) -> None:
    shown = run("anju", "devices", "--json", environment=environment(site))
    (row,) = [row for row in json.loads(shown.stdout) if row["package"] is not None]
    assert (row["driver"], row["package"], row["supervised"]) == ("brook_panel", "anju-brook-panel 1.0", True)
    assert shown.stderr == ""
    file = HouseWithPanel(folder=tmp_path, uplink_port=9, broker_port=9).write()
    checked = run("anju", "check-config", "--config", file, environment=environment(site))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, f"{file}: no mistakes\n", "")
    line = json.dumps({"protocol": "brook_panel_uart", "input": CALL.hex()}) + "\n"
    told = json.loads(run("anju", "decode", given=line, environment=environment(site)).stdout)
    assert told["fields"] == {"button": "0A", "word": 1}
    assert told["events"] == [{"kind": "alarm", "type": "sos", "code": "call", "state": "active"}]


async def test_a_call_reaches_the_centre_beside_a_package_that_is_broken(
    site: Path, tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    broken = tmp_path / "broken"
    install(broken, "creek-panel", "import no_such_module", {"anju.drivers": {"creek": "creek_panel:DRIVER"}})
    house = HouseWithPanel(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices = [CORD, {"id": "button-attic", "driver": "creek", "address": "1", "room": "attic"}]
    with PtyPair() as panel:
        house.panel_path = panel.path
        async with (
            call_centre(district_broker) as centre,
            house.gateway_running(PYTHONPATH=f"{site}:{broken}") as gateway,
        ):
            await gateway.wait_line("creek-panel 1.0, entry point anju.drivers: creek")
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial panel")
            await panel.write(b"\x42" + CALL * 3)
            (alarm,) = await centre.wait_on("alarm", kind="alarm", type="sos", device="button-hall")
            assert await gateway.terminate() == 0
    assert len({heard.id for heard in centre.on("alarm", device="button-hall", state="active")}) == 1, alarm.id
