"""TLS to the district: mutual TLS works, and each kind of wrong certificate is named while the gateway lives on."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.authority import Authority, Pair
from tests.gateway.faults import SOS, frame, notes, problems, radio_on, ready
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.house import House
from tests.support.wait import until


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def house_with(folder: Path, port: int, local_broker: Broker, authority: Authority, pair: Pair | None) -> House:
    house = House(folder=folder, uplink_port=port, broker_port=local_broker.port)
    uplink = {"host": "127.0.0.1", "port": port, "ca_file": str(authority.file)}
    if pair is not None:
        uplink |= {"cert_file": str(pair.certificate), "key_file": str(pair.key)}
    house.sections["uplink"] = uplink
    return house


def tls_of(authority: Authority, server: Pair) -> tuple[Path, Path, Path]:
    return authority.file, server.certificate, server.key


async def test_with_the_right_certificates_an_alarm_is_taken_by_a_broker_that_knows_us(
    tmp_path: Path, authority: Authority, local_broker: Broker, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    broker = mosquitto(tls=tls_of(authority, authority.server()), access_list=("pattern readwrite anju/v1/d1/%u/#",))
    house = house_with(tmp_path, broker.port, local_broker, authority, authority.client("gw-0001"))
    async with radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        await radio.write(frame(SOS))
        # 0x10 comes only after the broker has let the alarm in: nobody else is connected here.
        await gateway.wait_line("nobody listens at the district")
        assert house.metric('anju_publish_refused_total{reason_code="0x87"}') is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("authority", "certificate is not from the authority in ca file"),
        ("name", "certificate is for another name"),
        ("no certificate", "certificate required|handshake failure"),
        ("expired certificate", "certificate expired"),
        ("stranger's certificate", "unknown ca"),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_said_and_the_gateway_lives_on(
    tmp_path: Path,
    authority: Authority,
    local_broker: Broker,
    mosquitto: Callable[..., MosquittoBroker],
    wrong: str,
    said: str,
) -> None:
    stranger = Authority(tmp_path / "stranger", "stranger")
    server = authority.server("192.0.2.1" if wrong == "name" else "127.0.0.1")
    pairs = {
        "no certificate": None,
        "expired certificate": authority.client("gw-0001", expired=True),
        "stranger's certificate": stranger.client("gw-0001"),
    }
    broker = mosquitto(tls=tls_of(authority, server))
    trusted = stranger if wrong == "authority" else authority
    pair = pairs.get(wrong, authority.client("gw-0001"))
    house = house_with(tmp_path, broker.port, local_broker, trusted, pair)
    async with radio_on(house) as radio, house.gateway_running() as gateway:
        line = await gateway.wait_line("no line to the district's broker .*")
        await until(lambda: notes(house))
        await ready(gateway, uplink=False)
        await radio.write(frame(SOS))
        await gateway.wait_line("notice state=calling")
        assert re.search(said, line.string.replace("_", " "), re.IGNORECASE), line.string
        assert re.search(said, notes(house).replace("_", " "), re.IGNORECASE), notes(house)
        assert len(problems(gateway)) == 1, gateway.text
