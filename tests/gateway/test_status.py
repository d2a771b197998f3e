"""What the house says of itself: within its size whatever it holds, and honest about the alarm path."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.contract.limits import OTHER_LIMIT_BYTES, encode_status
from gateway.intake.intake import Intake
from gateway.policy import decide
from gateway.problems import LIMIT, Problems
from gateway.status import StatusBook
from gateway.store.store import Store
from gateway.uplink.ledger import Ledger
from tests.gateway.houses import BUTTON, NOON, HandClock, Listener, event, stored


class House:
    """A status book and what it asks."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.ledger, self.problems = store, HandClock(), Ledger(), Problems()
        self.intake: Intake = Listener().intake
        self.book = StatusBook(store, self.intake, self.ledger, self.problems, self.clock, 15)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    with Store(tmp_path / "house.db") as store:
        yield House(store)


async def test_a_thousand_devices_and_a_thousand_open_alarms_fit(house: House) -> None:
    house.book.devices = tuple(f"{number:064}" for number in range(1_000))
    house.intake.last_heard.update(dict.fromkeys(house.book.devices[:-1], NOON))
    for number in range(LIMIT):
        house.problems.report(str(number), "错" * 1_000)
    alarms = [event() for _ in range(1_000)]
    for alarm in alarms:
        kept = house.store.append(alarm, decide(alarm))
    await kept
    payload = encode_status(await house.book.status("online"))
    assert len(payload) < OTHER_LIMIT_BYTES + 1
    body = json.loads(payload)
    assert (body["devices_total"], body["open_total"]) == (1_000, 1_000)
    assert len(body["problems"]) == LIMIT
    assert body["open"], "some of the open alarms are named"
    assert set(body["open"]) <= {alarm.id for alarm in alarms}


async def test_a_small_house_is_told_whole(house: House) -> None:
    house.book.devices = ("button-bed", "smoke-kitchen")
    house.intake.last_heard["button-bed"] = NOON
    alarm = event()
    await house.store.append(alarm, decide(alarm))
    house.problems.report("line", "no line")
    body = json.loads(encode_status(await house.book.status("online")))
    assert body["state"] == "online"
    assert body["devices"] == {"button-bed": "2026-03-01T12:00:00.250Z", "smoke-kitchen": None}
    assert (body["open"], body["open_total"], body["problems"]) == ([alarm.id], 1, ["no line"])
    assert (body["heartbeat_minutes"], body["boot"], body["store"]) == (15, 1, house.store.identity.store)
    assert (await house.book.status("stopping")).state == "stopping"


async def test_without_the_disk_the_alarms_that_wait_are_told(house: House) -> None:
    alarm = event()
    house.ledger.offer(stored(alarm), 0.0)
    house.ledger.offer(stored(replace(event(), alarm=alarm.id), sequence=2), 0.0)
    house.store._writer.close(5.0)
    status = await house.book.status("online")
    assert (status.open, status.open_total) == ([alarm.id], 1)


async def test_session_numbers_grow_over_connections_and_boots(tmp_path: Path) -> None:
    numbers = []
    for _ in range(2):
        with Store(tmp_path / "house.db") as store:
            book = House(store).book
            numbers += [book.next_session(), book.next_session()]
    assert numbers == sorted(set(numbers))


async def test_a_changed_heartbeat_counts_from_now(house: House) -> None:
    house.book.set_heartbeat(1)
    assert house.book.heartbeat_changed.is_set()
    assert (await house.book.status("online")).heartbeat_minutes == 1


async def test_health_is_degraded_from_the_fifteenth_second_and_while_the_disk_is_ill(house: House) -> None:
    assert house.book.healthz().status == 200
    alarm = event()
    house.ledger.offer(stored(alarm), house.clock.monotonic())
    house.clock.seconds += 14.9
    assert json.loads(house.book.healthz().body) == {"status": "working"}
    house.clock.seconds += 0.1
    answer = house.book.healthz()
    assert answer.status == 503
    assert json.loads(answer.body) == {"status": "degraded", "problems": ["an alarm has been unanswered for 15 s"]}
    house.ledger.received(alarm.id)
    house.store.problem = "disk I/O error"
    house.problems.report("line", "no line")
    body = json.loads(house.book.healthz().body)
    assert body["problems"] == ["the store cannot be written: disk I/O error"]
    assert body["notes"] == ["no line"]


async def test_offers_are_told_to_the_installer(house: House) -> None:
    house.intake.offers.heard("ev1527", "ABCDE", "F", NOON)
    assert json.loads(house.book.offers().body) == {
        "offers": [
            {
                "driver": "ev1527",
                "address": "ABCDE",
                "code": "F",
                "heard": 1,
                "last_heard_at": "2026-03-01T12:00:00.250Z",
            }
        ]
    }
    assert BUTTON.id not in house.intake.last_heard
