"""A plain relay without storage, to measure beside: what came in goes out, nothing is decoded, kept or answered for.

`python -P -m benchmarks.relay LOCAL_PORT DISTRICT_PORT SERIAL_PATH` forwards each message of `zigbee2mqtt/+` and each
12-byte frame of the serial line as one alarm message of about our size. It says `ready` once it listens.
"""

import asyncio
import json
import sys

import aiomqtt

from drivers.link.serial import open_port
from drivers.sonoff_rf_bridge import BAUD_RATE
from simulator.ports import LOOPBACK

_FRAME_BYTES = 12
_TOPIC = "anju/v1/bench/relay/alarm"
_FILLER = "x" * 700


def _alarm(device: str) -> bytes:
    return json.dumps({"id": device, "data": {"device": device, "filler": _FILLER, "sent_at": "-"}}).encode()


async def _relay(local_port: int, district_port: int, serial_path: str) -> None:
    version = aiomqtt.ProtocolVersion.V5
    async with (
        aiomqtt.Client(LOOPBACK, district_port, protocol=version) as district,
        aiomqtt.Client(LOOPBACK, local_port, protocol=version) as local,
        asyncio.TaskGroup() as tasks,
    ):
        await local.subscribe("zigbee2mqtt/+", qos=1)
        tasks.create_task(_serial(serial_path, district))
        print("ready", flush=True)
        async for message in local.messages:
            await district.publish(_TOPIC, _alarm(str(message.topic).rpartition("/")[2]), qos=1)


async def _serial(path: str, district: aiomqtt.Client) -> None:
    held = b""
    async with open_port(path, BAUD_RATE) as port:
        async for chunk in port.chunks():
            held += chunk
            while len(held) >= _FRAME_BYTES:
                frame, held = held[:_FRAME_BYTES], held[_FRAME_BYTES:]
                await district.publish(_TOPIC, _alarm(frame[8:11].hex().upper()[:5]), qos=1)


if __name__ == "__main__":
    asyncio.run(_relay(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
