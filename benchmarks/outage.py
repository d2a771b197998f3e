"""The district's broker is gone while the house talks on: what is written, and how soon the alarms are out."""

import asyncio
import json
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.centre import Publish, answering_centre, sender
from benchmarks.house import Plan, running_broker, running_gateway
from simulator.ports import free_port

OUTAGE_SECONDS = 60.0
TELEMETRY = 3_000
ALARMS = 40
MOTIONS = 200
PER_SECOND = 200
FLUSH_SECONDS = 31.0


async def measure(folder: Path) -> str:
    """20 alarms, 3,000 telemetry messages, 20 alarms while the broker is away for a minute; the report."""
    port = free_port()
    with running_broker(folder) as (_, local), ExitStack() as district:
        plan = Plan(district_port=port, local_port=local, cords=(), buttons=ALARMS, motions=MOTIONS)
        district.enter_context(running_broker(folder, port))
        async with sender(local) as publish:
            with running_gateway(folder, plan) as gateway:
                district.close()  # a broker without memory: it comes back knowing nobody
                gone = time.perf_counter()
                buttons = [f"button-{number}" for number in range(ALARMS)]
                await _press(publish, buttons[: ALARMS // 2])
                written = gateway.inspect().io_counters().write_bytes
                await _talk(publish)
                await asyncio.sleep(FLUSH_SECONDS)  # until the last batch has been written
                written = gateway.inspect().io_counters().write_bytes - written
                await _press(publish, buttons[ALARMS // 2 :])
                await asyncio.sleep(max(0.0, gone + OUTAGE_SECONDS - time.perf_counter()))
                with running_broker(folder, port):
                    back = time.perf_counter()
                    async with answering_centre(port) as centre:
                        await centre.heard(buttons)
    ordered = sorted(centre.arrived.values())
    telemetry = [at for branch, at in centre.order if branch == "telemetry"]
    ahead = sum(at < ordered[-1] for at in telemetry)
    return (
        f"written to disk for {TELEMETRY:,} telemetry messages during the outage: {written / 1e6:.1f} MB\n"
        f"broker back after {OUTAGE_SECONDS:.0f} s: first alarm after {ordered[0] - back:.2f} s,"
        f" all {ALARMS} within {ordered[-1] - ordered[0]:.3f} s of the first, telemetry ahead of one: {ahead}\n"
        f"lost {ALARMS - len(centre.arrived)}, doubled {len(centre.alarms) - ALARMS}"
    )


async def _press(publish: Publish, buttons: list[str]) -> None:
    for button in buttons:
        await publish(f"zigbee2mqtt/{button}", b'{"action":"on","battery":93}')


async def _talk(publish: Publish) -> None:
    for number in range(TELEMETRY):
        state = {"occupancy": bool(number // MOTIONS % 2), "illuminance": number % 300, "battery": 97}
        await publish(f"zigbee2mqtt/motion-{number % MOTIONS}", json.dumps(state).encode())
        await asyncio.sleep(1 / PER_SECOND)
