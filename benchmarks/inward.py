"""A gateway comes back to a full queue at the house's own broker: how long the press at its very end takes."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.centre import answering_centre, sender
from benchmarks.house import Plan, running_broker, running_gateway
from simulator.ports import LOOPBACK, free_port, listens

QUEUED = 9_900
"""Just below `max_queued_messages` of the broker as `deploy` sets it up; beyond that it drops what comes."""
MOTIONS = 200
UNDER_WAY = 500


async def measure(folder: Path) -> str:
    """Run the gateway once, so that its session exists; talk and press while it is away; start it again."""
    if shutil.which("mosquitto", path="/usr/sbin:/usr/bin") is None:
        return "not measured: mosquitto is needed"
    with running_broker(folder) as (_, district), _house_broker(folder) as local, ExitStack() as running:
        plan = Plan(district_port=district, local_port=local, cords=(), motions=MOTIONS)
        async with answering_centre(district) as centre, sender(local) as publish:
            with running_gateway(folder, plan):
                pass
            for first in range(0, QUEUED, UNDER_WAY):
                numbers = range(first, min(QUEUED, first + UNDER_WAY))
                await asyncio.gather(*(publish(f"zigbee2mqtt/motion-{n % MOTIONS}", _movement(n)) for n in numbers))
            await publish("zigbee2mqtt/button-0", b'{"action":"on","battery":93}')
            gateway = await asyncio.to_thread(running.enter_context, running_gateway(folder, plan))
            ready = time.perf_counter()
            await centre.heard(["button-0"])
            seconds = max(0.0, centre.arrived["button-0"] - ready)
    return (
        f"{QUEUED:,} messages of movement before a press in the queue: the press is at the centre {seconds:.1f} s after"
        f" the gateway's lines are up ({gateway.start_seconds:.1f} s after its start)"
    )


def _movement(number: int) -> bytes:
    return json.dumps({"occupancy": bool(number // MOTIONS % 2), "illuminance": number % 300, "battery": 97}).encode()


@contextmanager
def _house_broker(folder: Path) -> Iterator[int]:
    """The broker inside the home with the queue of `deploy/raspberrypi/mosquitto-local.conf`, without its disk."""
    port, settings = free_port(), folder / "house.conf"
    settings.write_text(
        f"listener {port} {LOOPBACK}\nallow_anonymous true\nqueue_qos0_messages true\nmax_queued_messages 10000\n"
        "set_tcp_nodelay true\n",
        encoding="utf-8",
    )
    with subprocess.Popen(["/usr/sbin/mosquitto", "-c", str(settings)], stderr=subprocess.DEVNULL) as child:
        try:
            while not listens(port):
                if child.poll() is not None:
                    raise RuntimeError("mosquitto did not start")
            yield port
        finally:
            child.kill()
