"""An old copy of the store that was put back is known by what the broker holds of this very house."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import rollback
from gateway.config import load
from gateway.contract.limits import encode_status
from gateway.contract.messages import Status
from gateway.house import House as Gateway
from gateway.rollback import Now, is_rolled_back
from gateway.status import SESSIONS_PER_BOOT as BOOT
from gateway.store.store import Store
from tests.gateway.faults import SOS, cord, frame, radio_on, ready
from tests.gateway.houses import HandClock
from tests.support.brokers import Broker
from tests.support.centre import Centre, call_centre
from tests.support.house import House
from tests.support.wait import until


def said(boot: int, number: int, sequence: int | None = None, store: str = "s") -> Status:
    return Status(
        state="online", session=boot * BOOT + number, at="2026-03-01T12:00:00Z", store=store, sequence=sequence
    )


@pytest.mark.parametrize(
    ("status", "is_old"),
    [
        (said(6, 3, 40), False),
        (said(7, 1, 41), False),  # this run, an earlier connection
        (said(7, 2, 43), False),  # this run's own birth, heard again
        (said(7, 2, 44), True),  # a copy that was opened before counts its boots as the store did
        (said(8, 1, 40), True),
        (said(7, 3, 40), True),
        (said(6, 3, 41), True),
        (said(6, 3), False),  # a will says nothing of events
        (said(9, 1, 99, store="another"), False),  # the store was renewed since then
    ],
)
def test_only_what_this_store_said_itself_and_is_beyond_it_tells(status: Status, is_old: bool) -> None:
    now = Now(store="s", session=7 * BOOT + 2, opened_at_sequence=40, kept_sequence=43)
    assert is_rolled_back(status, now) is is_old


def troubles(centre: Centre) -> list[tuple[str | None, str | None]]:
    told = {one.id: (one.kind, one.type) for one in centre.heard if one.branch == "event"}
    return [one for one in told.values() if one[1] == "store_rolled_back"]


def births(centre: Centre) -> list[dict[str, Any]]:
    return [one.body for one in centre.heard if one.branch == "status" and one.body["state"] == "online"]


def keep_copy(house: House) -> None:
    shutil.copy(house.store, house.store.with_suffix(".copy"))


def put_back(house: House) -> None:
    for part in ("", "-wal", "-shm"):
        house.store.with_name(house.store.name + part).unlink(missing_ok=True)
    shutil.copy(house.store.with_suffix(".copy"), house.store)


async def test_the_first_birth_of_a_run_waits_for_what_the_broker_holds_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load(House(folder=tmp_path, uplink_port=9, broker_port=9).write())
    with Store(tmp_path / "new.db") as store:
        gateway = Gateway(config, store, HandClock())
        assert (await gateway._birth("online")).problems == [], "a new store has no older copy"
    with Store(tmp_path / "new.db") as store:
        gateway = Gateway(config, store, HandClock())
        birth = asyncio.create_task(gateway._birth("online"))
        assert (await gateway._birth("stopping")).state == "stopping"
        assert not birth.done()
        gateway._own_status(encode_status(said(9, 1, store=store.identity.store)))
        assert "old copy" in "".join((await birth).problems)
    monkeypatch.setattr(rollback, "PATIENCE_SECONDS", 0.01)
    with Store(tmp_path / "new.db") as store:
        assert (await Gateway(config, store, HandClock())._birth("online")).problems == []


@pytest.fixture(params=["mosquitto", "rumqttd"])
def district_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """rumqttd may look up what it holds only after it has taken a birth that follows the subscription."""
    if request.param == "mosquitto":
        yield request.getfixturevalue("mosquitto")()
        return
    with Broker() as broker:
        yield broker


async def test_a_copy_that_was_put_back_is_told_once_and_is_over_with_the_next_start(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices = [cord(1), cord(2)]
    async with call_centre(district_broker) as centre, radio_on(house) as radio:
        for one in house.devices:
            async with house.gateway_running() as gateway:
                await ready(gateway)
                await radio.write(frame(SOS, one["address"]))
                await gateway.wait_line("notice state=received")
                assert "old copy" not in gateway.text
                assert await gateway.terminate() == 0
            if one is house.devices[0]:
                keep_copy(house)
        assert troubles(centre) == []
        put_back(house)
        async with house.gateway_running() as gateway:
            await gateway.wait_line("an old copy of the store was put back")
            await until(lambda: troubles(centre) == [("trouble", "store_rolled_back")])
            assert await gateway.terminate() == 0
        last = max(one["session"] for one in births(centre))
        async with house.gateway_running() as gateway:
            await until(lambda: len(troubles(centre)) == 2)
            assert troubles(centre)[1] == ("restore", "store_rolled_back")
            assert "old copy" not in gateway.text
            await until(lambda: births(centre)[-1]["session"] > last)
            assert await gateway.terminate() == 0
    numbers = {one.id: one.body["data"]["sequence"] for one in centre.heard if one.branch in ("alarm", "event")}
    assert len(set(numbers.values())) == len(numbers), json.dumps(numbers)
