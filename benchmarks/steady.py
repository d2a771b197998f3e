"""Latency beside a plain relay: both measured in turns on the same brokers, so that a noisy machine is noisy for both.

An alarm goes in at the house's own broker (a button's message) or on the serial line (a cord's frame) and is timed at
a subscriber of the district's broker; then again while a thousand motion messages a second come in.
"""

import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import floor
from benchmarks.centre import Centre, Publish, answering_centre, sender
from benchmarks.house import Plan, running_broker, running_gateway
from benchmarks.report import percentile
from drivers.link.pty import PtyPair
from drivers.sonoff_rf_bridge import encode_key

ROUNDS = 5
PRESSES = 60
DEVICES = 600
MOTIONS = 200
PAUSE_SECONDS = 0.05
FLOOD_PER_SECOND = 1_000
FLOOD_ALARMS = 40
FLOOD_PAUSE_SECONDS = 0.2
_PATHS = ("button on the house's broker", "cord on the serial line", "button among 1,000 messages/s")
_Samples = dict[str, list[list[float]]]


async def measure(folder: Path, rounds: int = ROUNDS) -> str:
    """Run the rounds; the report. Cords, buttons: 600 devices that are pressed in turn."""
    buttons = itertools.cycle(f"button-{number}" for number in range(DEVICES // 2))
    addresses = [f"{0x10000 + number:05X}" for number in range(DEVICES // 2)]
    cords = itertools.cycle(addresses)
    found: dict[str, _Samples] = {who: {path: [] for path in _PATHS} for who in ("gateway", "relay")}
    lost = 0
    disk = floor.commit(folder, PRESSES * rounds)
    with running_broker(folder) as (_, district), running_broker(folder) as (_, local), PtyPair(folder / "rf") as radio:
        plan = Plan(
            district_port=district, local_port=local, serial_path=radio.path,
            cords=addresses, buttons=DEVICES // 2, motions=MOTIONS,
        )  # fmt: skip
        async with answering_centre(district) as centre, sender(local) as publish:
            for _, who in itertools.product(range(rounds), found):
                with running_gateway(folder, plan) if who == "gateway" else _relay(plan):
                    pressed = [next(buttons) for _ in range(PRESSES)]
                    found[who][_PATHS[0]].append(await _press(centre, publish, pressed))
                    pulled = [next(cords) for _ in range(PRESSES)]
                    found[who][_PATHS[1]].append(await _pull(centre, radio, pulled))
                    if who == "gateway":  # a thousand messages a second are more than the relay can pass on
                        pressed = [next(buttons) for _ in range(FLOOD_ALARMS)]
                        found[who][_PATHS[2]].append(await _press_in_flood(centre, publish, pressed))
                        lost += sum(device not in centre.arrived for device in pressed)
    return _report(found, disk, lost)


@contextmanager
def _relay(plan: Plan) -> Iterator[None]:
    ports = [str(plan.local_port), str(plan.district_port)]
    command = [sys.executable, "-P", "-m", "benchmarks.relay", *ports, str(plan.serial_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


async def _press(centre: Centre, publish: Publish, devices: Sequence[str]) -> list[float]:
    centre.forget()
    began: dict[str, float] = {}
    for device in devices:
        began[device] = time.perf_counter()
        await publish(f"zigbee2mqtt/{device}", json.dumps({"action": "on", "battery": 93, "linkquality": 90}).encode())
        await centre.heard([device])
        await asyncio.sleep(PAUSE_SECONDS)
    return [(centre.arrived[device] - began[device]) * 1_000 for device in devices]


async def _pull(centre: Centre, radio: PtyPair, addresses: Sequence[str]) -> list[float]:
    centre.forget()
    began: dict[str, float] = {}
    for address in addresses:
        began[address] = time.perf_counter()
        await radio.write(encode_key(address + "F"))
        await centre.heard([address])
        await asyncio.sleep(PAUSE_SECONDS)
    return [(centre.arrived[address] - began[address]) * 1_000 for address in addresses]


async def _press_in_flood(centre: Centre, publish: Publish, devices: Sequence[str]) -> list[float]:
    centre.forget()
    began: dict[str, float] = {}
    flood = asyncio.create_task(_flood(publish))
    try:
        for device in devices:
            await asyncio.sleep(FLOOD_PAUSE_SECONDS)
            began[device] = time.perf_counter()
            await publish(f"zigbee2mqtt/{device}", json.dumps({"action": "on", "battery": 93}).encode())
            await centre.heard([device])
    finally:
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
    return [(centre.arrived[device] - began[device]) * 1_000 for device in devices]


async def _flood(publish: Publish) -> None:
    began = time.perf_counter()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, began + number / FLOOD_PER_SECOND - time.perf_counter()))
        state = {"occupancy": bool(number // MOTIONS % 2), "illuminance": number % 300, "battery": 97}
        # Not waited for: a flood does not care who keeps up with it.
        publish(f"zigbee2mqtt/motion-{number % MOTIONS}", json.dumps(state).encode())


def _report(found: dict[str, _Samples], disk: Sequence[float], lost: int) -> str:
    rounds = len(found["gateway"][_PATHS[0]])
    lines = [f"{'milliseconds; [spread of ' + str(rounds) + ' rounds]':<34}{'p50':>18}{'p99':>8}{'max':>8}"]
    for path, who in itertools.product(_PATHS, found):
        if not found[who][path]:
            continue
        per_round = [percentile(samples, 0.5) for samples in found[who][path]]
        pooled = [sample for samples in found[who][path] for sample in samples]
        spread = f"{statistics.median(per_round):.2f} [{min(per_round):.2f}-{max(per_round):.2f}]"
        lines.append(f"{who + ': ' + path:<38}{spread:>18}{percentile(pooled, 0.99):>8.2f}{max(pooled):>8.2f}")
    lines.append(f"SQLite alone, one row per commit: p50 {percentile(disk, 0.5):.2f}, p99 {percentile(disk, 0.99):.2f}")
    for path in _PATHS[:2]:
        ratio = _median(found["gateway"][path]) / _median(found["relay"][path])
        lines.append(f"{path}: gateway / relay at p50 = {ratio:.2f}")
    idle, busy = (_median(found["gateway"][path]) for path in (_PATHS[0], _PATHS[2]))
    lines.append(f"in the flood / idle at p50 = {busy / idle:.2f}; alarms lost in the flood: {lost}")
    return "\n".join(lines)


def _median(rounds: list[list[float]]) -> float:
    return statistics.median(percentile(samples, 0.5) for samples in rounds)
