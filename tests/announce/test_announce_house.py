"""A running gateway speaks and shines in its house: from the frame to the sound file, with and without a line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import aiomqtt
import pytest

from drivers.link.pty import PtyPair
from simulator.ports import LOOPBACK, free_port
from tests.announce.players import FakePlayer
from tests.support.brokers import Broker
from tests.support.centre import Heard, call_centre
from tests.support.house import House
from tests.support.processes import Child
from tests.support.wait import until

SOS_FRAME = bytes.fromhex("AAA424EA013603B69EAD9F55")


@pytest.fixture
def player(tmp_path: Path) -> FakePlayer:
    return FakePlayer(tmp_path / "player")


@pytest.fixture
def led(tmp_path: Path) -> Path:
    folder = tmp_path / "led"
    folder.mkdir()
    (folder / "brightness").write_text("0")
    (folder / "max_brightness").write_text("1")
    return folder


@pytest.fixture
def house(tmp_path: Path, local_broker: Broker, led: Path) -> House:
    """No district's broker yet, a voice and a lamp."""
    notice = {"sound": True, "lamp": str(led)}
    return House(folder=tmp_path, uplink_port=free_port(), broker_port=local_broker.port, sections={"notice": notice})


async def publish_smoke(broker: Broker, *, on: bool) -> None:
    async with aiomqtt.Client(LOOPBACK, broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.publish("zigbee2mqtt/smoke-1", f'{{"smoke": {str(on).lower()}}}', qos=1)


def restores(house: House) -> int:
    with closing(sqlite3.connect(house.store)) as store:
        (count,) = store.execute("SELECT count(*) FROM events WHERE kind = 'restore'").fetchone()
    return int(count)


async def listening(gateway: Child) -> None:
    await gateway.wait_line("listening on the local broker")


def lit(led: Path) -> bool:
    return (led / "brightness").read_text().strip() == "1"


def never_answers(_: Heard) -> list[str]:
    return []


async def test_the_resident_hears_the_call_and_then_that_a_person_has_it(
    house: House, district_broker: Broker, player: FakePlayer, led: Path
) -> None:
    house.uplink_port = district_broker.port
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with (
            call_centre(district_broker, manner=never_answers) as centre,
            house.gateway_running(PATH=player.path) as gateway,
        ):
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial")
            await radio.write(SOS_FRAME)
            await player.heard("calling")
            assert player.said == ["zh-CN/calling"]
            await until(lambda: lit(led))
            (alarm,) = await centre.wait_on("alarm")
            await centre.answer(alarm, "received")
            await player.heard("calling", "received")
            await centre.answer(alarm, "accepted")
            await player.heard("calling", "received", "accepted")
            await until(lambda: lit(led))
            assert await gateway.terminate() == 0
    assert not lit(led)


async def test_smoke_without_any_line_still_says_what_to_do(
    house: House, local_broker: Broker, player: FakePlayer
) -> None:
    house.sections["notice"]["language"] = "en"
    async with house.gateway_running(PATH=player.path) as gateway:
        await listening(gateway)
        await publish_smoke(local_broker, on=True)
        await player.heard("smoke", "calling")
        assert player.said[0] == "en/smoke"


async def test_a_voice_that_hangs_and_a_lamp_that_refuses_hold_no_alarm_up(
    house: House, district_broker: Broker, local_broker: Broker, player: FakePlayer, led: Path
) -> None:
    house.uplink_port = district_broker.port
    player.behave("hang")
    (led / "brightness").unlink()
    (led / "brightness").mkdir()
    async with call_centre(district_broker) as centre, house.gateway_running(PATH=player.path) as gateway:
        await listening(gateway)
        await gateway.wait_line("the lamp .* cannot be switched")
        await publish_smoke(local_broker, on=True)
        (alarm,) = await centre.wait_on("alarm")
        assert alarm.body["data"]["type"] == "smoke"
        await gateway.wait_line("notice state=received")
        assert gateway.text.count("cannot be switched") == 1
        assert await gateway.terminate() == 0


async def test_after_a_restart_a_call_goes_on_and_a_cleared_danger_does_not(
    house: House, local_broker: Broker, player: FakePlayer
) -> None:
    async with house.gateway_running(PATH=player.path) as gateway:
        await listening(gateway)
        await publish_smoke(local_broker, on=True)
        await player.heard("smoke", "calling")
        await gateway.kill()
    async with house.gateway_running(PATH=player.path) as gateway:
        await player.heard("smoke", "calling", "smoke", "calling")
        await listening(gateway)
        await publish_smoke(local_broker, on=False)
        await until(lambda: restores(house), what="the restore on the disk: the metric counts it before")
        await gateway.kill()
    async with house.gateway_running(PATH=player.path):
        await player.heard("smoke", "calling", "smoke", "calling", "calling")


async def test_after_a_restart_an_accepted_alarm_is_not_announced_again(
    house: House, district_broker: Broker, player: FakePlayer, led: Path
) -> None:
    house.uplink_port = district_broker.port
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker, manner=lambda _: ["received", "accepted"]) as centre:
            async with house.gateway_running(PATH=player.path) as gateway:
                await gateway.wait_line("listening on serial")
                await radio.write(SOS_FRAME)
                (alarm,) = await centre.wait_on("alarm")
                await gateway.wait_line("notice state=accepted")
                await until(lambda: player.said[-1:] == ["zh-CN/accepted"])
                before = player.said
                await gateway.kill()
            async with house.gateway_running(PATH=player.path) as gateway:
                await until(lambda: lit(led))
                await gateway.wait_line("connected to the district")
                await centre.answer(alarm, "resolved", result="helped")
                await until(lambda: player.said[len(before) :] == ["zh-CN/resolved"])
