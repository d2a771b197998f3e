"""Fourteen kinds of hostile payload, a hundred of each: what the gateway keeps of them in memory."""

import asyncio
import json
from pathlib import Path

from benchmarks.centre import answering_centre, sender
from benchmarks.house import Plan, running_broker, running_gateway

EACH = 100
SETTLE_SECONDS = 2.0

PAYLOADS: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"\xff\xfe\x00 not json",
    "half an object": b'{"action":"on","battery":',
    "a list": b"[1,2,3]",
    "a bare number": b"17",
    "NaN and infinity": b'{"battery":NaN,"linkquality":Infinity}',
    "a number of 10,000 digits": b'{"battery":' + b"9" * 10_000 + b"}",
    "100,000 levels deep": b"[" * 100_000,
    "objects 100,000 levels deep": b'{"a":' * 100_000,
    "a megabyte of text": json.dumps({"action": "x" * 1_000_000}).encode(),
    "20,000 keys": json.dumps({f"key{number}": number for number in range(20_000)}).encode(),
    "surrogates": b'{"action":"\\ud800\\udfff","friendly_name":"\\u0000"}',
    "every value of the wrong type": b'{"battery":{"a":[]},"linkquality":"x","last_seen":[],"occupancy":{}}',
    "a time beyond all calendars": b'{"occupancy":true,"last_seen":99999999999999999999}',
}


async def measure(folder: Path) -> str:
    """Send them to an enrolled device's topic and to strangers' topics; the report."""
    with running_broker(folder) as (_, port):
        plan = Plan(district_port=port, local_port=port, cords=(), buttons=2, motions=1)
        async with answering_centre(port) as centre, sender(port) as publish:
            with running_gateway(folder, plan) as gateway:
                await publish("zigbee2mqtt/button-0", b'{"action":"on"}')
                await centre.heard(["button-0"])
                await asyncio.sleep(SETTLE_SECONDS)
                before = gateway.inspect().memory_info().rss
                for payload in PAYLOADS.values():
                    for number in range(EACH):
                        await publish("zigbee2mqtt/motion-0", payload)
                        await publish(f"zigbee2mqtt/stranger-{number}", payload)
                await publish("zigbee2mqtt/button-1", b'{"action":"on"}')
                await centre.heard(["button-1"])
                await asyncio.sleep(SETTLE_SECONDS)
                kept = gateway.inspect().memory_info().rss - before
    what = f"{len(PAYLOADS)} kinds of hostile payload, {2 * EACH} of each"
    return f"{what}: {kept / 1e6:.1f} MB kept; the next alarm came"
