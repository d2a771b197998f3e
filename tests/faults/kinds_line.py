"""Faults of the line to the district, where it is one of IP packets; a proxy stands in where none can be made."""

import asyncio
import time

from tests.faults.ip_line import QUEUE_SECONDS
from tests.faults.scene import Scene

SLOW_BYTES_PER_SECOND = 1_000.0
SLOWEST_ALARM_SECONDS = 2.0
LOST_SHARE = 0.2
_DIGEST_EVERY_SECOND = "import gateway.digest_sender as sender\nsender.DIGEST_SECONDS = 1.0\n"


async def packets_cut(scene: Scene) -> None:
    await scene.press(3)
    scene.line.cut()
    await scene.press_for(scene.pace.outage_seconds)
    scene.line.mend()


async def packets_half_cut(scene: Scene) -> None:
    await scene.press(3)
    scene.line.half_cut(upward=scene.draw.random() < 0.5)
    await scene.press_for(scene.pace.outage_seconds)
    scene.line.mend()


async def packets_lost(scene: Scene) -> None:
    """The line stays bad until everything has been told."""
    scene.line.lose(LOST_SHARE, scene.draw)
    await scene.press_for(scene.pace.outage_seconds)


async def slow(scene: Scene) -> None:
    """One alarm after the other on a line of 1 kB/s, where telemetry is under way all the time."""
    await scene.stop_gateway()
    (scene.house.folder / "sitecustomize.py").write_text(_DIGEST_EVERY_SECOND)
    scene.environment = {"PYTHONPATH": str(scene.house.folder)}
    await scene.start_gateway(uplink=True)
    await scene.complete()
    scene.line.slow(SLOW_BYTES_PER_SECOND)
    # A line does not turn slow from one moment to the next: TCP first has to learn how slow it is.
    for _ in range(2):
        await scene.press(1)
        await scene.complete()
        await asyncio.sleep(QUEUE_SECONDS)
    for _ in range(scene.pace.kills * 3):
        await asyncio.sleep(scene.draw.uniform(0.5, 2.0))
        pressed = time.monotonic()
        await scene.press(1)
        await scene.complete()
        took = time.monotonic() - pressed
        if took > SLOWEST_ALARM_SECONDS:
            scene.remarks.append(f"an alarm took {took:.2f} s")
