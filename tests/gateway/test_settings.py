"""Settings that the district sets: taken on trial, kept where the centre is reached with them, gone where it is not."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Config, load
from gateway.settings import LIMIT_BYTES, Files, SettingsError, accept, begin, current, offer
from gateway.settings_trial import Trial
from simulator.ports import free_port
from tests.gateway.houses import event
from tests.support.brokers import Broker
from tests.support.centre import Centre, call_centre
from tests.support.house import House
from tests.support.processes import running
from tests.support.signing import ANNA, BORIS, public, signed_order


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(folder=tmp_path, uplink_port=9, broker_port=9)


def beating(house: House, minutes: int) -> str:
    return house.text().replace("[uplink]\n", f"[uplink]\nheartbeat_minutes = {minutes}\n")


def minutes(config: Config) -> int:
    return config.uplink.heartbeat_minutes


def test_what_is_offered_is_tried_at_the_next_start_and_stays_once_accepted(house: House) -> None:
    file = house.write()
    before = begin(file)
    assert (before.origin, before.warnings) == ("installer", ())
    offer(beating(house, 7), before)
    assert minutes(current(file)) == minutes(before), "not before the next start"
    tried = begin(file)
    assert (tried.origin, minutes(tried)) == ("trial", 7)
    accept(tried)
    for found in (current(file), begin(file)):
        assert (found.origin, minutes(found)) == ("district", 7)
    assert file.read_text() == house.text(), "the installer's file is the installer's"
    assert Files(house.store).district.stat().st_mode & 0o777 == 0o600


def test_a_trial_that_was_cut_short_is_over(house: House) -> None:
    file = house.write()
    offer(beating(house, 7), begin(file))
    assert begin(file).origin == "trial"
    again = begin(file)
    assert again.origin == "installer"
    assert "did not reach the centre" in again.warnings[0]
    assert begin(file).warnings == (), "told once"


def test_settings_before_stay_when_newer_ones_fail(house: House) -> None:
    file = house.write()
    offer(beating(house, 7), begin(file))
    accept(begin(file))
    offer(beating(house, 9), begin(file))
    assert minutes(begin(file)) == 9
    assert minutes(begin(file)) == 7


def test_an_installer_who_changes_the_file_on_the_spot_has_the_last_word(house: House) -> None:
    file = house.write()
    offer(beating(house, 7), begin(file))
    accept(begin(file))
    file.write_text(beating(house, 30))
    found = current(file)
    assert (found.origin, minutes(found)) == ("installer", 30)
    assert "the installer's file has changed" in found.warnings[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("heartbeat_minutes = 7", "heartbeat_minutes = 0"), r"settings:\d+: heartbeat_minutes"),
        (('gateway = "gw-0001"', 'gateway = "gw-0002"'), "gateway may not change"),
        (('district = "d1"', 'district = "d2"'), "district may not change"),
        (("gw-0001.db", "other.db"), "store_path may not change"),
        (("[store]", "[store"), r"settings:\d+: not valid TOML"),
    ],
)
def test_mistakes_are_refused_with_their_place_and_nothing_is_kept(
    house: House, change: tuple[str, str], said: str
) -> None:
    running = begin(house.write())
    with pytest.raises(SettingsError, match=said):
        offer(beating(house, 7).replace(*change), running)
    assert not any(path.exists() for path in Files(house.store).all())
    assert sorted(entry.name for entry in house.folder.iterdir()) == ["gw-0001.toml"]


def test_settings_are_bounded(house: House) -> None:
    with pytest.raises(SettingsError, match="over 256 KiB"):
        offer("#" * (LIMIT_BYTES + 1), begin(house.write()))


def test_settings_that_a_later_version_refuses_do_not_keep_the_house_from_starting(house: House) -> None:
    file = house.write()
    offer(beating(house, 7), begin(file))
    accept(begin(file))
    district = Files(house.store).district
    district.write_text(district.read_text().replace("= 7", "= 0"))
    assert begin(file).origin == "installer"
    offer(beating(house, 7), load(file))
    offered = Files(house.store).offered
    offered.write_text(offered.read_text().replace("= 7", "= 0"))
    assert begin(file).origin == "installer"
    assert not Files(house.store).on_trial.exists()


async def test_without_the_centre_the_trial_ends_and_only_its_own_test_counts(house: House) -> None:
    file = house.write()
    offer(beating(house, 7), begin(file))
    config, sent, restarts = begin(file), event(), asyncio.Event()

    def test() -> list[Any]:
        kept: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        kept.set_result(type("Stored", (), {"event": sent}))
        return [kept]

    trial = Trial(config, test, restarts.set, seconds=0.05)
    trial.answered("another", "received")
    task = asyncio.create_task(trial.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    trial.answered("another", "received")
    trial.answered(sent.id, "hold")
    await restarts.wait()
    assert begin(file).origin == "installer"
    task.cancel()


async def order(centre: Centre, store: str, *keys: Any, **words: Any) -> dict[str, Any]:
    """Give a signed order, and what the house replies."""
    now = len(centre.on("reply"))
    nonce = {**signed_order(store, None, ANNA, id_=f"nonce-{now}", command="nonce")}
    await centre.say("gw-0001", "command", json.dumps(nonce).encode())
    given = (await centre.wait_on("reply", count=now + 1))[-1].body["nonce"]
    body = signed_order(store, given, *keys, **words)
    await centre.say("gw-0001", "command", json.dumps(body).encode())
    return (await centre.wait_on("reply", count=now + 2))[-1].body


async def test_a_running_house_takes_new_settings_proves_them_and_keeps_them(
    tmp_path: Path, district_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port())
    house.sections["commands"] = {"keys": [public(ANNA)]}
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            (birth, *_) = await centre.wait_on("status")
            assert birth.body["settings"] == "installer"
            store = birth.body["store"]
            reply = await order(centre, store, ANNA, id_="bad", command="set_config", settings="district = 1")
            assert (reply["done"], reply["reason"][:9]) == (False, "settings:")
            reply = await order(centre, store, ANNA, id_="good", command="set_config", settings=beating(house, 7))
            assert reply["done"] is True
            await gateway.wait_line("the new settings stay")
            await centre.wait(lambda: any(one.body.get("settings") == "trial" for one in centre.on("status")))
            (proof,) = await centre.wait_on("alarm", kind="test")
            assert proof.body["data"]["test"] is True
            assert await gateway.terminate() == 0
        async with house.gateway_running():
            last = await centre.wait(
                lambda: [one for one in centre.on("status") if one.body.get("settings") == "district"]
            )
            assert last[-1].body["heartbeat_minutes"] == 7
            assert last[-1].body["store"] == store


async def test_two_people_end_an_enrolment_and_the_house_proves_it(tmp_path: Path, district_broker: Broker) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port())
    house.sections["commands"] = {"keys": [public(ANNA), public(BORIS)]}
    secret = "r-0001"
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        (birth, *_) = await centre.wait_on("status")
        store = birth.body["store"]
        reply = await order(centre, store, ANNA, id_="one", command="wipe")
        assert (reply["done"], reply["reason"]) == (False, "another_signature_needed")
        reply = await order(centre, store, ANNA, BORIS, id_="both", command="wipe")
        assert reply["done"] is True
        (proof,) = await centre.wait_on("alarm", kind="test", timeout=30)
        evidence = proof.body["data"]["evidence"]
        assert evidence["wiped_order"] == "both"
        assert evidence["wiped_files"] >= 1
        fresh = await centre.wait(
            lambda: [one for one in centre.on("status") if one.body.get("store") not in (store, None)]
        )
        assert fresh[-1].body["boot"] == 1
        assert await gateway.terminate() == 0
    for entry in house.folder.iterdir():
        if entry.is_file() and entry != house.file:
            assert secret.encode() not in entry.read_bytes(), entry
            assert store.encode() not in entry.read_bytes(), entry
    assert not house.store.with_name(f"{house.store.name}.wiped").exists(), "told, and then forgotten"


async def test_an_installer_wipes_a_box_before_it_goes_to_another(tmp_path: Path, district_broker: Broker) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port())
    file = house.write()
    async with call_centre(district_broker) as centre:
        async with house.gateway_running() as gateway:
            (birth, *_) = await centre.wait_on("status")
            async with running("anju", "wipe", "--config", file, "--yes") as early:
                assert await early.wait() == 2
                assert "stop it first" in early.text
            assert await gateway.terminate() == 0
        async with running("anju", "wipe", "--config", file, "--yes") as wiping:
            assert await wiping.wait() == 0, wiping.text
        assert not house.store.exists()
        async with house.gateway_running():
            (proof,) = await centre.wait_on("alarm", kind="test")
            assert proof.body["data"]["evidence"]["wiped_order"] == "on_the_spot"
            assert proof.body["data"]["store"] != birth.body["store"]
