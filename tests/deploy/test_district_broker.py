"""The district broker's own files on a real Mosquitto: who comes in, and who may say what."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.mqtt import PlainClient, strict_tls
from tests.support.brokers import MOSQUITTO, Broker

DEPLOYED = Path(__file__).parents[2] / "deploy" / "district-broker"
SUCCESS = 0
NO_SUBSCRIBERS = 0x10
NOT_AUTHORISED = 0x87

pytestmark = pytest.mark.skipif(not MOSQUITTO.exists(), reason="mosquitto is not installed (apt-get install mosquitto)")


def attempt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(DEPLOYED / "make-certificates.sh"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


def make(folder: Path, *arguments: str) -> None:
    attempt(folder, *arguments).check_returncode()


class DeployedBroker(Broker):
    """Mosquitto with the deployed files: only paths and the port are this test's own."""

    def __init__(self, certificates: Path, folder: Path) -> None:
        super().__init__()
        text = (DEPLOYED / "mosquitto.conf").read_text()
        assert text.count("8883") == 1
        text = text.replace("listener 8883", f"listener {self.port} {self.host}")
        text = text.replace("/etc/mosquitto/anju/acl", str(folder / "acl"))
        text = text.replace("/etc/mosquitto/anju", str(certificates)).replace("/var/lib/mosquitto", str(folder))
        if os.geteuid() == 0:
            text += "user root\n"  # else it drops to a user that may not read the test's folder
        (folder / "mosquitto.conf").write_text(text)
        (folder / "acl").write_text((DEPLOYED / "acl").read_text())
        (folder / "acl").chmod(0o600)
        self._file = folder / "mosquitto.conf"

    def _command(self) -> list[str]:
        return [str(MOSQUITTO), "-c", str(self._file)]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make(folder, "ca")
    make(folder, "server", "127.0.0.1", "broker.example.org")
    make(folder, "gateway", "gw-0001")
    make(folder, "gateway", "gw-0002")
    make(folder, "desk", "d1")
    return folder


@pytest.fixture(scope="module")
def broker(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with DeployedBroker(certificates, tmp_path_factory.mktemp("broker")) as running:
        yield running


def client(broker: Broker, certificates: Path, name: str, client_id: str | None = None) -> PlainClient:
    """A connected client with the certificate of `name`."""
    pair = (certificates / f"{name}.pem", certificates / f"{name}.key")
    made = PlainClient(broker.port, client_id or name, strict_tls(certificates / "ca.pem", pair))
    assert made.connect() == SUCCESS
    return made


@pytest.mark.parametrize("branch", ["alarm", "event", "telemetry", "status", "reply"])
def test_a_gateway_may_say_what_is_its_own(broker: Broker, certificates: Path, branch: str) -> None:
    with client(broker, certificates, "gw-0001") as gateway:
        assert gateway.publish(f"anju/v1/d1/gw-0001/{branch}") in (SUCCESS, NO_SUBSCRIBERS)


@pytest.mark.parametrize(
    "topic",
    [
        "anju/v1/d1/gw-0002/alarm",
        "anju/v1/d1/gw-0002/answer",
        "anju/v1/d2/gw-0001/alarm",
        "anju/v1/d1/gw-0001/answer",
        "anju/v1/d1/gw-0001/command",
        "anju/v1/d1/gw-0001/alarm/more",
        "anju/v1/d1/centre/status",
        "anju/v1/d1/gw-0001",
        "elsewhere",
    ],
)
def test_a_gateway_is_refused_whatever_is_not_its_own(broker: Broker, certificates: Path, topic: str) -> None:
    with client(broker, certificates, "gw-0001") as gateway:
        assert gateway.publish(topic) == NOT_AUTHORISED


def test_another_client_id_than_the_certificates_does_not_help(broker: Broker, certificates: Path) -> None:
    with (
        client(broker, certificates, "gw-0002") as other,
        client(broker, certificates, "gw-0001", client_id="gw-0002") as gateway,
    ):
        assert gateway.publish("anju/v1/d1/gw-0002/alarm") == NOT_AUTHORISED
        assert gateway.publish("anju/v1/d1/gw-0001/alarm") in (SUCCESS, NO_SUBSCRIBERS)
        assert other.publish("anju/v1/d1/gw-0002/alarm") in (SUCCESS, NO_SUBSCRIBERS)
        assert other.disconnected.empty()


def test_a_gateway_hears_only_its_own_answers_and_the_centres_status(broker: Broker, certificates: Path) -> None:
    with client(broker, certificates, "gw-0001") as gateway, client(broker, certificates, "anju-desk-d1") as desk:
        gateway.subscribe("anju/v1/#")
        desk.publish("anju/v1/d1/gw-0002/answer", b"for another")
        desk.publish("anju/v1/d1/gw-0002/command", b"for another")
        desk.publish("anju/v1/d1/gw-0001/answer", b"an answer")
        desk.publish("anju/v1/d1/gw-0001/command", b"an order")
        desk.publish("anju/v1/d1/centre/status", b"a status")
        assert [gateway.next_message() for _ in range(3)] == [
            ("anju/v1/d1/gw-0001/answer", b"an answer"),
            ("anju/v1/d1/gw-0001/command", b"an order"),
            ("anju/v1/d1/centre/status", b"a status"),
        ]


def test_the_desk_hears_every_gateway_and_cannot_speak_for_one(broker: Broker, certificates: Path) -> None:
    with client(broker, certificates, "anju-desk-d1") as desk, client(broker, certificates, "gw-0001") as gateway:
        desk.subscribe("anju/v1/d1/+/alarm")
        assert desk.publish("anju/v1/d1/gw-0001/alarm") == NOT_AUTHORISED
        assert gateway.publish("anju/v1/d1/gw-0001/alarm", b"an alarm") == SUCCESS
        assert desk.next_message() == ("anju/v1/d1/gw-0001/alarm", b"an alarm")


def test_a_session_is_kept_under_the_certificates_name(certificates: Path, tmp_path: Path) -> None:
    with DeployedBroker(certificates, tmp_path) as broker:
        pair = (certificates / "gw-0001.pem", certificates / "gw-0001.key")
        gateway = PlainClient(broker.port, "gw-0001", strict_tls(certificates / "ca.pem", pair))
        assert gateway.connect(session_seconds=3_600) == SUCCESS
        gateway.subscribe("anju/v1/d1/gw-0001/answer")
        gateway.close()
        with client(broker, certificates, "anju-desk-d1") as desk:
            assert desk.publish("anju/v1/d1/gw-0001/answer", b"while away") == SUCCESS
        broker.stop()
        broker.start()
        with PlainClient(broker.port, "gw-0001", strict_tls(certificates / "ca.pem", pair)) as again:
            assert again.connect(session_seconds=3_600) == SUCCESS
            assert again.next_message() == ("anju/v1/d1/gw-0001/answer", b"while away")


def test_without_a_certificate_nobody_comes_in(broker: Broker, certificates: Path) -> None:
    assert PlainClient(broker.port, "gw-0001", strict_tls(certificates / "ca.pem", None)).is_kept_out()


def test_a_certificate_of_another_authority_does_not_come_in(
    broker: Broker, certificates: Path, tmp_path: Path
) -> None:
    make(tmp_path, "ca")
    make(tmp_path, "gateway", "gw-0001")
    pair = (tmp_path / "gw-0001.pem", tmp_path / "gw-0001.key")
    assert PlainClient(broker.port, "gw-0001", strict_tls(certificates / "ca.pem", pair)).is_kept_out()


def test_the_servers_certificate_is_no_clients(broker: Broker, certificates: Path) -> None:
    pair = (certificates / "server.pem", certificates / "server.key")
    assert PlainClient(broker.port, "server", strict_tls(certificates / "ca.pem", pair)).is_kept_out()


def test_a_gateway_does_not_trust_a_broker_of_another_authority(
    broker: Broker, certificates: Path, tmp_path: Path
) -> None:
    make(tmp_path, "ca")
    pair = (certificates / "gw-0001.pem", certificates / "gw-0001.key")
    gateway = PlainClient(broker.port, "gw-0001", strict_tls(tmp_path / "ca.pem", pair))
    with pytest.raises(ssl.SSLCertVerificationError):
        gateway.connect()


@pytest.mark.parametrize(
    "arguments",
    [
        ("gateway", "centre"),
        ("gateway", "anju-desk-d1"),
        ("gateway", "GW 1"),
        ("gateway", "ca"),
        ("gateway",),
        (),
        ("x",),
    ],
)
def test_names_that_would_be_somebody_else_get_no_certificate(certificates: Path, arguments: tuple[str, ...]) -> None:
    before = sorted(certificates.iterdir())
    refused = attempt(certificates, *arguments)
    assert refused.returncode == 2
    assert refused.stderr.startswith(b"make-certificates.sh: ")
    assert sorted(certificates.iterdir()) == before


def test_nothing_is_overwritten(certificates: Path) -> None:
    before = (certificates / "gw-0001.pem").read_bytes()
    assert attempt(certificates, "gateway", "gw-0001").returncode == 2
    assert (certificates / "gw-0001.pem").read_bytes() == before


def test_keys_are_for_their_owner_only(certificates: Path) -> None:
    keys = list(certificates.glob("*.key"))
    assert len(keys) == 5
    assert all(key.stat().st_mode & 0o077 == 0 for key in keys)
