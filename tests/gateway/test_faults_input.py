"""Garbage on every input of the house: counted with its reason, bounded in memory, and the alarms go through."""

import random
from pathlib import Path

import psutil
import pytest

from drivers.sonoff_rf_bridge import encode_key
from tests.gateway.faults import SOS, frame, problems, radio_on, ready, say, stored
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.wait import until

STRANGERS = 20_000
GROWTH_LIMIT_BYTES = 16 * 1_024 * 1_024
SMOKE_TOPIC = "zigbee2mqtt/smoke-1"
MESSAGES = {
    "oversize": [b"[" * 100_000, b'{"smoke":"' + b"x" * 5_000_000 + b'"}'],
    "too_deep": [b'{"a":' + b"[" * 8_000 + b"]" * 8_000 + b"}"],
    "bad_utf8": [b"\xff\xfe\x00", b'{"smoke":"\xc3\x28"}'],
    "bad_json": [b"{", b"smoke", b'{"smoke":NaN}', b'{"temperature":Infinity}', b"\x00" * 1_000],
    "not_object": [b"[]", b"null", b"17", b'"smoke"'],
}
HARMLESS = [b"{}", b'{"smoke":null}', b'{"smoke":[true]}', b'{"smoke":{"a":1}}', b'{"battery":1e300,"smoke":"maybe"}']


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


def rejects(house: House, driver: str, reason: str) -> float:
    return house.metric(f'anju_rejects_total{{driver="{driver}",reason="{reason}"}}') or 0.0


async def test_garbage_from_the_local_broker(house: House, district_broker: Broker, local_broker: Broker) -> None:
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await ready(gateway, serial=False)
        before = psutil.Process(gateway.pid).memory_info().rss
        for topic in (SMOKE_TOPIC, "zigbee2mqtt/stranger", "zigbee2mqtt/bridge/event"):
            for payload in HARMLESS:
                await say(local_broker.port, topic, payload)
        for payloads in MESSAGES.values():
            for payload in payloads:
                await say(local_broker.port, SMOKE_TOPIC, payload)
        expected = {reason: len(payloads) for reason, payloads in MESSAGES.items()}
        await until(lambda: {reason: rejects(house, "zigbee2mqtt", reason) for reason in MESSAGES} == expected)
        await say(local_broker.port, SMOKE_TOPIC, {"smoke": True})
        await gateway.wait_line("notice state=received")
        assert len(centre.raised) == 1
        # One 5 MB message costs its own size while it is read, and the allocator may keep that.
        assert psutil.Process(gateway.pid).memory_info().rss - before < 2 * GROWTH_LIMIT_BYTES
        assert problems(gateway) == []
        assert house.get("/healthz")[0] == 200


async def test_noise_half_frames_and_twenty_thousand_strangers_on_the_air(
    house: House, district_broker: Broker
) -> None:
    draw = random.Random(433)
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        before = psutil.Process(gateway.pid).memory_info().rss
        for number in range(200):
            await radio.write(draw.randbytes(1_000))
            await radio.write(frame(SOS, f"{number:05X}")[: draw.randint(1, 11)])
        await until(lambda: rejects(house, "sonoff_rf_bridge", "noise") >= 10)
        lines = len(gateway.lines)
        for number in range(STRANGERS):
            await radio.write(encode_key(f"{number + 0x10000:05X}F"))
        await until(lambda: (house.metric("anju_unknown_sources_total") or 0) >= STRANGERS, timeout=40)
        assert psutil.Process(gateway.pid).memory_info().rss - before < GROWTH_LIMIT_BYTES
        assert len(gateway.lines) - lines < 40, "strangers are not logged one by one"
        assert centre.raised == []
        await radio.write(frame(SOS))
        await gateway.wait_line("notice state=received")
        assert len(centre.raised) == 1
        assert house.get("/healthz")[0] == 200
    assert [event["device"] for event in stored(house, "alarm")] == ["cord-bath"]
