"""Names: a name server that is dead, slow or lying does not cut a house off from where the broker was before."""

import socket
import threading
from typing import Any

import pytest

from drivers.link import mqtt_client
from drivers.link.addresses import Address, Addresses, connect_to
from drivers.link.mqtt import Endpoint, LinkLostError, SessionOptions, open_session
from simulator.ports import LOOPBACK, free_port
from tests.support.brokers import Broker

GOOD, OTHER, PORTAL = (LOOPBACK, 8883), ("192.0.2.7", 8883), ("192.0.2.99", 8883)


class NameServer:
    """Says what it is told to, fails, or hangs."""

    def __init__(self, *answers: Address) -> None:
        self.answers: list[Address] | OSError = list(answers)
        self.hang: threading.Event | None = None
        self.asked = 0

    def __call__(self, _host: str, _port: int) -> list[Address]:
        self.asked += 1
        if self.hang is not None:
            self.hang.wait(30)
        if isinstance(self.answers, OSError):
            raise self.answers
        return list(self.answers)


def test_a_dead_name_server_leaves_the_address_that_worked() -> None:
    server = NameServer(GOOD)
    addresses = Addresses(server)
    assert addresses.candidates("broker", 8883) == [GOOD]
    addresses.worked("broker", 8883, GOOD)
    server.answers = socket.gaierror(-3, "Temporary failure in name resolution")
    assert addresses.candidates("broker", 8883) == [GOOD]
    with pytest.raises(OSError, match=r"the name other cannot be resolved: .*Temporary failure"):
        addresses.candidates("other", 8883)


def test_a_name_server_that_hangs_is_waited_for_only_so_long_and_asked_only_once() -> None:
    server = NameServer(OTHER)
    addresses = Addresses(server, lookup_seconds=0.02)
    addresses.worked("broker", 8883, GOOD)
    server.hang = threading.Event()
    for _ in range(5):
        assert addresses.candidates("broker", 8883) == [GOOD]
        with pytest.raises(TimeoutError, match="the name other was not resolved within"):
            addresses.candidates("other", 8883)
    assert server.asked == 2, "one thread for each name, however often it is tried"
    server.hang.set()


def test_a_broker_that_moved_is_followed_and_a_portal_is_not() -> None:
    server = NameServer(OTHER)
    addresses = Addresses(server)
    addresses.worked("broker", 8883, GOOD)
    assert addresses.candidates("broker", 8883) == [OTHER, GOOD]
    server.answers = [PORTAL]
    addresses.was_not_it("broker", 8883, PORTAL)
    assert addresses.candidates("broker", 8883) == [GOOD, PORTAL]
    addresses.worked("broker", 8883, GOOD)
    server.answers = [OTHER, GOOD]
    assert addresses.candidates("broker", 8883) == [GOOD, OTHER]


def test_the_first_address_that_takes_a_connection_is_used() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        there = server.getsockname()
        connected, address = connect_to([(LOOPBACK, free_port()), there], 5.0)
        with connected:
            assert address == there
    with pytest.raises(ConnectionRefusedError):
        connect_to([(LOOPBACK, free_port())], 5.0)


async def test_a_session_comes_about_without_a_name_server_once_it_had_one(
    district_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = NameServer((LOOPBACK, district_broker.port))
    monkeypatch.setattr(mqtt_client, "ADDRESSES", Addresses(server, lookup_seconds=0.02))
    endpoint = Endpoint(host="broker.test", port=district_broker.port)
    options = SessionOptions(client_id="house")

    def ignore(*_: Any) -> None:
        return

    async with open_session(endpoint, options, ignore):
        assert server.asked == 1
    server.hang = threading.Event()
    async with open_session(endpoint, options, ignore) as session:
        assert await session.publish("a", b"b") in (0, 0x10)
    with pytest.raises(LinkLostError, match=r"the name elsewhere\.test was not resolved"):
        async with open_session(Endpoint(host="elsewhere.test", port=1), options, ignore):
            pass
    server.hang.set()


def test_an_address_of_an_earlier_run_serves_until_this_one_knows_better() -> None:
    server = NameServer()
    server.answers = socket.gaierror(-3, "Temporary failure in name resolution")
    addresses = Addresses(server)
    addresses.believe("broker", 8883, GOOD[0])
    assert addresses.candidates("broker", 8883) == [GOOD]
    assert addresses.known() == {("broker", 8883): GOOD[0]}
    addresses.worked("broker", 8883, OTHER)
    addresses.believe("broker", 8883, GOOD[0])
    assert addresses.known() == {("broker", 8883): OTHER[0]}


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_an_address_is_tried_as_it_is_and_nobody_is_asked(host: str) -> None:
    def dead(_host: str, _port: int) -> list[Address]:
        raise AssertionError("a name server was asked for an address")

    assert Addresses(dead).candidates(host, 8883) == [(host, 8883)]
