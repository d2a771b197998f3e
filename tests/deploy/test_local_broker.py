"""The home broker's deployed settings on a real Mosquitto: nothing said is lost while the gateway is away."""

import os
from pathlib import Path

import pytest

from tests.deploy.mqtt import PlainClient
from tests.support.brokers import MOSQUITTO, Broker
from tests.support.wait import until_now

DEPLOYED = Path(__file__).parents[2] / "deploy" / "raspberrypi" / "mosquitto-local.conf"
TOPIC = "zigbee2mqtt/button-bed"

pytestmark = pytest.mark.skipif(not MOSQUITTO.exists(), reason="mosquitto is not installed (apt-get install mosquitto)")


class DeployedBroker(Broker):
    """Mosquitto as Debian sets it up, with the deployed file included; the port is this test's own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        included = folder / "conf.d"
        included.mkdir()
        text = DEPLOYED.read_text()
        assert text.count("listener 1883 127.0.0.1") == 1
        (included / "anju.conf").write_text(text.replace("listener 1883", f"listener {self.port}"))
        lines = ["persistence true", f"persistence_location {folder}/", f"log_dest file {folder}/mosquitto.log"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it drops to a user that may not read the test's folder
        self._file = folder / "mosquitto.conf"
        self._file.write_text("\n".join([*lines, f"include_dir {included}"]) + "\n")
        self._database = folder / "mosquitto.db"

    def has_saved(self, content: bytes) -> bool:
        """Whether these bytes are in its database file, which it writes with its first change."""
        return self._database.exists() and content in self._database.read_bytes()

    def _command(self) -> list[str]:
        return [str(MOSQUITTO), "-c", str(self._file)]


def test_a_press_while_the_gateway_restarts_reaches_it_even_over_a_crash_of_the_broker(tmp_path: Path) -> None:
    with DeployedBroker(tmp_path) as broker:
        with PlainClient(broker.port, "gateway") as gateway:
            gateway.connect(session_seconds=3_600)
            gateway.subscribe("zigbee2mqtt/#")
        with PlainClient(broker.port, "zigbee2mqtt") as bridge:
            bridge.connect()
            bridge.publish_unacknowledged(TOPIC, b'{"action":"single"}')
        until_now(lambda: broker.has_saved(b'{"action":"single"}'), what="the press is on the disk")
        broker.kill()
        broker.start()
        with PlainClient(broker.port, "gateway") as gateway:
            gateway.connect(session_seconds=3_600)
            assert gateway.next_message() == (TOPIC, b'{"action":"single"}')


def test_only_this_machine_can_reach_it() -> None:
    listeners = [line for line in DEPLOYED.read_text().splitlines() if line.startswith("listener")]
    assert listeners == ["listener 1883 127.0.0.1"]
