"""The address of the district's broker, kept over a restart for the day on which the name server is dead."""

import socket
from pathlib import Path

import pytest

from drivers.link.addresses import Address, Addresses
from gateway.reached import Reached
from gateway.store.store import Store

BROKER = ("broker.example", 8883)


def dead(_host: str, _port: int) -> list[Address]:
    raise socket.gaierror(-3, "Temporary failure in name resolution")


async def test_a_restart_with_a_dead_name_server_still_finds_the_broker(tmp_path: Path) -> None:
    with Store(tmp_path / "house.db") as store:
        before = Addresses(dead)
        reached = Reached(store, [BROKER], before)
        await reached.resume()
        with pytest.raises(OSError, match="cannot be resolved"):
            before.candidates(*BROKER)
        before.worked(*BROKER, ("192.0.2.7", 8883))
        before.worked("elsewhere.example", 80, ("192.0.2.8", 80))
        reached.keep()
    with Store(tmp_path / "house.db") as store:
        after = Addresses(dead)
        await Reached(store, [BROKER], after).resume()
        assert after.candidates(*BROKER) == [("192.0.2.7", 8883)]
        assert list(after.known()) == [BROKER], "what the file does not name is forgotten"
    with Store(tmp_path / "house.db") as store:
        moved = Addresses(dead)
        await Reached(store, [("other.example", 8883)], moved).resume()
        assert moved.known() == {}
