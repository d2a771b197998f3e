"""Certificates against the clock: dates count once the time is known, and an expired broker still hears a fall."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drivers.event import ClockQuality, Kind
from gateway.config import load
from gateway.contract.times import to_text
from gateway.house import House as Gateway
from gateway.intake.intake import Happened
from gateway.store.store import Store
from gateway.watch import Watch
from simulator.authority import Authority, Pair
from simulator.ports import LOOPBACK, free_port
from tests.gateway.houses import HandClock, event
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import Centre, call_centre
from tests.support.fake_server import fake_server
from tests.support.house import House
from tests.support.wait import until

Mosquitto = Callable[..., MosquittoBroker]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


class Home:
    """A gateway's uplink and watch in this process, on a clock at hand."""

    def __init__(self, folder: Path, port: int, authority: Authority, store: Store) -> None:
        pair = authority.client("gw-0001")
        house = House(folder=folder, uplink_port=port, broker_port=9)
        house.sections["uplink"] = {
            "host": LOOPBACK, "port": port, "ca_file": str(authority.file),
            "cert_file": str(pair.certificate), "key_file": str(pair.key),
        }  # fmt: skip
        config = load(house.write())
        self.clock = HandClock()
        self.gateway = Gateway(config, store, self.clock)
        self.watch = Watch(
            config.devices, self.gateway.drivers, self.gateway.intake, self.gateway.reception, store,
            self.gateway.ledger, self.gateway.uplink, self.gateway.notices, self.gateway.lines,
            self.gateway.interference,
        )  # fmt: skip

    @property
    def uplink(self) -> Any:
        return self.gateway.uplink

    def problems(self) -> str:
        return "\n".join(self.gateway.problems.list())

    def raise_(self, kind: Kind = Kind.ALARM, type_: str | None = "sos") -> str:
        made = event(kind, type_)
        self.gateway.reception.tell([Happened(event=made)])
        return made.id


@asynccontextmanager
async def home_at(port: int, folder: Path, authority: Authority, known: ClockQuality) -> AsyncIterator[Home]:
    with Store(folder / "home.db") as store:
        home = Home(folder, port, authority, store)
        home.clock.known = known
        async with asyncio.TaskGroup() as group:
            running = group.create_task(home.uplink.run(home.gateway.status.next_session))
            try:
                yield home
            finally:
                running.cancel()


@asynccontextmanager
async def district(mosquitto: Mosquitto, authority: Authority, server: Pair) -> AsyncIterator[tuple[int, Centre]]:
    """A broker with this certificate for gateways, and a plain door for the centre that listens behind it."""
    plain = free_port()
    broker = mosquitto(f"listener {plain} {LOOPBACK}", tls=(authority.file, server.certificate, server.key))
    async with call_centre(cast("Broker", SimpleNamespace(host=LOOPBACK, port=plain))) as centre:
        yield broker.port, centre


async def test_an_expired_broker_still_carries_fire_and_person_and_the_trouble_and_nothing_else(
    tmp_path: Path, authority: Authority, mosquitto: Mosquitto
) -> None:
    async with (
        district(mosquitto, authority, authority.server(expired=True)) as (port, centre),
        home_at(port, tmp_path, authority, ClockQuality.SYNCHRONISED) as home,
    ):
        await until(lambda: home.uplink.connected)
        assert "has expired; the district must renew it" in home.problems()
        held = [home.raise_(Kind.TAMPER, None), home.raise_(type_="water")]
        fall, smoke = home.raise_(type_="fall"), home.raise_(type_="smoke")
        home.watch._look()
        await until(lambda: {fall, smoke} == set(centre.raised))
        await until(lambda: [one.type for one in centre.heard if one.kind == "trouble"] == ["certificate"])
        assert home.uplink.publish("telemetry", b"{}") is None
        await until(lambda: home.gateway.ledger.unanswered() == len(held))
        assert set(held).isdisjoint(one.id for one in centre.heard if "id" in one.body)


async def test_a_renewed_certificate_lets_everything_out_and_ends_the_trouble(
    tmp_path: Path, authority: Authority, mosquitto: Mosquitto
) -> None:
    async with (
        district(mosquitto, authority, authority.server()) as (port, centre),
        home_at(port, tmp_path, authority, ClockQuality.SYNCHRONISED) as home,
    ):
        home.uplink.trust.expired = True  # as the connection before was
        home.watch._look()
        water = home.raise_(type_="water")
        await until(lambda: water in centre.raised)
        home.watch._look()
        await until(lambda: [one.kind for one in centre.heard if one.type == "certificate"] == ["trouble", "restore"])
        assert home.problems() == ""


async def test_without_a_clock_the_dates_are_left_out_until_it_is_known(
    tmp_path: Path, authority: Authority, mosquitto: Mosquitto
) -> None:
    async with (
        district(mosquitto, authority, authority.server(expired=True)) as (port, centre),
        home_at(port, tmp_path, authority, ClockQuality.UNTRUSTED) as home,
    ):
        await until(lambda: home.uplink.connected)
        assert home.problems() == ""
        water = home.raise_(type_="water")
        await until(lambda: water in centre.raised)
        await until(lambda: home.gateway.ledger.unanswered() == 0)
        home.clock.known = ClockQuality.SYNCHRONISED
        await until(lambda: home.uplink.trust.expired and home.uplink.connected)
        assert "has expired" in home.problems()


async def test_over_an_expired_certificate_no_order_is_taken_not_even_from_a_kept_session(
    tmp_path: Path, authority: Authority, mosquitto: Mosquitto
) -> None:
    async with (
        district(mosquitto, authority, authority.server(expired=True)) as (port, centre),
        home_at(port, tmp_path, authority, ClockQuality.SYNCHRONISED) as home,
    ):
        await until(lambda: home.uplink.connected)
        first = home.raise_(type_="fall")
        await until(lambda: home.gateway.ledger.unanswered() == 0)
        for is_kept in (False, True):
            if is_kept:  # as the broker would have it from before the certificate expired
                await home.uplink._session.subscribe("anju/v1/d1/gw-0001/command")
            body = {"id": f"order-{is_kept}", "command": "set_heartbeat", "issuer": "desk", "heartbeat_minutes": 9}
            body |= {"issued_at": to_text(home.clock.now()), "expiry": to_text(home.clock.now() + timedelta(minutes=4))}
            await centre.say("gw-0001", "command", json.dumps(body).encode())
            second = home.raise_(type_="fall")
            await until(lambda second=second: second in centre.raised)  # type: ignore[misc]
            await until(lambda: home.gateway.ledger.unanswered() == 0)  # its answer comes behind the order
        assert home.gateway.status.heartbeat_minutes == 5
        assert not [one for one in centre.heard if one.branch == "reply"]
        assert centre.raised[0] == first


@pytest.mark.parametrize("known", ClockQuality)
async def test_no_clock_lets_a_stranger_in(
    tmp_path: Path, authority: Authority, mosquitto: Mosquitto, known: ClockQuality
) -> None:
    stranger = Authority(tmp_path / "stranger", "stranger")
    for server, said in (
        (stranger.server(expired=True), "not from the authority in ca_file"),
        (authority.server("192.0.2.1", expired=known is ClockQuality.UNTRUSTED), "for another name"),
    ):
        broker = mosquitto(tls=(authority.file, server.certificate, server.key))
        async with home_at(broker.port, tmp_path, authority, known) as home:
            home.raise_()
            await until(lambda home=home, said=said: said in home.problems())  # type: ignore[misc]
            assert not home.uplink.connected


async def test_a_captive_portal_is_called_one(tmp_path: Path, authority: Authority) -> None:
    async def portal(connection: Any) -> None:
        await connection.send(b"HTTP/1.1 302 Found\r\nLocation: http://portal/\r\nContent-Length: 0\r\n\r\n")
        await connection.gone()

    async with (
        fake_server(portal) as server,
        home_at(server.port, tmp_path, authority, ClockQuality.SYNCHRONISED) as home,
    ):
        await until(lambda: "does not speak TLS: a captive portal" in home.problems())
