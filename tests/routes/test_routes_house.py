"""A running gateway whose first way to the centre is gone: a real receiver, a modem, a second broker; one id on all."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from simulator.ports import LOOPBACK, free_port
from tests.gateway import faults
from tests.support.alarm_receiver import pysiaalarm_receiver
from tests.support.brokers import Broker
from tests.support.centre import call_centre, silent, stores
from tests.support.gsm_modem import gsm_modem, sent
from tests.support.house import CORD, House
from tests.support.processes import Child, run
from tests.support.wait import until

KEY = "0123456789abcdef"


def receiver_at(port: int, **more: Any) -> dict[str, Any]:
    return {"kind": "dc09", "host": LOOPBACK, "port": port, "account": "1234", "key": KEY.encode().hex(), **more}


def modem_at(path: Path, **more: Any) -> dict[str, Any]:
    return {"kind": "sms", "path": str(path), "number": "+8613800000000", **more}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(folder=tmp_path, uplink_port=free_port(), broker_port=free_port(), devices=[CORD])


def delivered(house: House) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(house.store)) as connection:
        return connection.execute("SELECT event, route FROM delivery WHERE received IS NOT NULL").fetchall()


@asynccontextmanager
async def cord_pulled(house: House) -> AsyncIterator[tuple[Child, str]]:
    """A running gateway without its uplink, and the id of the alarm of a cord."""
    async with faults.radio_on(house) as radio, house.gateway_running() as gateway:
        await faults.ready(gateway, uplink=False, broker=False)
        await radio.write(faults.frame("F"))
        yield gateway, (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)


async def test_an_alarm_reaches_the_receiver_and_once_the_broker_is_back_the_desk_has_it_once(
    house: House, district_broker: Broker
) -> None:
    house.uplink_port = district_broker.port
    district_broker.stop()
    async with pysiaalarm_receiver("1234", KEY) as (port, heard):
        house.routes = [receiver_at(port, after_seconds=0)]
        async with cord_pulled(house) as (gateway, alarm):
            await gateway.wait_line(f"notice state=received alarm={alarm}")
            await until(lambda: [event for event in heard if event.code == "QA"])
            district_broker.start()
            async with call_centre(district_broker, manner=stores) as centre:
                (raised,) = await centre.wait_on("alarm")
                assert (raised.id, raised.body["data"]["route"]) == (alarm, "uplink")
                await until(lambda: house.metric("anju_outbox_unanswered") == 0)
                assert centre.raised == [alarm]
    (report,) = [event for event in heard if event.code == "QA"]
    assert report.extended_data is not None
    assert str(report.extended_data[0].value).startswith(alarm)
    assert (report.event_type, report.ri) == ("101", "001")


async def test_what_a_receiver_has_is_not_reported_again_after_a_restart(house: House) -> None:
    async with pysiaalarm_receiver("1234", KEY) as (port, heard):
        house.routes = [receiver_at(port, after_seconds=0)]
        async with cord_pulled(house) as (gateway, alarm):
            await gateway.wait_line(f"route dc09: received of {alarm}")
            await until(lambda: delivered(house) == [(alarm, "dc09")])
        tests = [event.code for event in heard].count("RP")
        async with house.gateway_running() as again:
            await again.wait_line("messages? of an earlier run wait")
            # The link test goes out after whatever else there was to say.
            await until(lambda: [event.code for event in heard].count("RP") > tests)
            assert [event.code for event in heard].count("QA") == 1
            assert "not_reached" not in again.text, "the resident has heard that the centre has it"


async def test_where_the_receiver_is_away_the_telephone_hears_of_it_with_the_same_id(house: House) -> None:
    async with gsm_modem(house.folder) as (modem, _):
        house.routes = [receiver_at(free_port(), after_seconds=0), modem_at(modem.path)]
        async with cord_pulled(house) as (gateway, alarm):
            await gateway.wait_line("modem .* is ready")
            proof, text = sorted(await sent(modem, 2), key=lambda said: "测试" not in said)
            assert proof.startswith("【安居】线路测试 gw-0001")
            assert text.startswith("【安居】紧急求助 bathroom gw-0001")
            assert text.endswith(alarm[-8:])
            await until(lambda: '"sms": "up"' in house.get("/healthz")[1])
            assert '"dc09": "away"' in house.get("/healthz")[1]
            assert house.metric('anju_route_up{route="dc09"}') == 0
            assert "+8613800000000" not in gateway.text
            assert KEY.encode().hex() not in gateway.text


async def test_a_second_broker_carries_the_alarm_and_its_answers_end_it(house: House, district_broker: Broker) -> None:
    house.routes = [{"kind": "mqtt", "host": LOOPBACK, "port": district_broker.port, "tls": False, "after_seconds": 0}]
    async with call_centre(district_broker, manner=silent) as centre, cord_pulled(house) as (gateway, alarm):
        (raised,) = await centre.wait_on("alarm")
        assert (raised.id, raised.body["data"]["route"], raised.body["data"]["attempt"]) == (alarm, "mqtt", 1)
        await centre.answer(raised, "accepted")
        await gateway.wait_line(f"notice state=accepted alarm={alarm}")
        await until(lambda: house.metric("anju_outbox_unanswered") == 0)
        births = [heard for heard in centre.heard if heard.branch == "status"]
        assert births[0].body["state"] == "online"


async def test_with_the_first_way_at_work_the_others_stay_silent(house: House, district_broker: Broker) -> None:
    house.uplink_port = district_broker.port
    async with call_centre(district_broker) as centre, pysiaalarm_receiver("1234", KEY) as (port, heard):
        house.routes = [receiver_at(port)]
        async with faults.radio_on(house) as radio, house.gateway_running() as gateway:
            await faults.ready(gateway, broker=False)
            await radio.write(faults.frame("F"))
            await centre.wait_on("alarm")
            await until(lambda: house.metric("anju_outbox_unanswered") == 0)
            await until(lambda: heard)
            assert [event.code for event in heard] == ["RP"]
            assert house.metric('anju_route_up{route="uplink"}') == 1
            shown = run("anju", "status", "--config", house.file).stdout.splitlines()
            assert shown[:3] == ["status: working", "route uplink: up", "route dc09: up"]


async def test_at_once_where_the_centre_says_that_it_is_away(house: House, district_broker: Broker) -> None:
    house.uplink_port = district_broker.port
    async with call_centre(district_broker, manner=silent) as centre, pysiaalarm_receiver("1234", KEY) as (port, heard):
        house.routes = [receiver_at(port)]  # 60 s, where nobody says anything
        await centre.announce("offline")
        async with faults.radio_on(house) as radio, house.gateway_running() as gateway:
            await gateway.wait_line("the call centre says that it is offline")
            await faults.ready(gateway, uplink=False, broker=False)
            await radio.write(faults.frame("F"))
            await until(lambda: "QA" in [event.code for event in heard])
            assert '"uplink": "away"' in house.get("/healthz")[1]
