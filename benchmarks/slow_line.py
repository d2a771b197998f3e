"""A line of 1 kB/s with telemetry and faults queued: how long until a new alarm is acknowledged.

First a line that is slow from the start, then one that becomes slow at the very moment of an alarm, while telemetry and
faults are under way at full speed.
"""

import asyncio
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import normal_home
from benchmarks.counting_wire import counting_wire
from benchmarks.mobile_data import House, secured_broker, secured_centre
from drivers.event import AlarmType, Kind
from gateway.contract import topics
from gateway.digest import LIMIT_BYTES, DigestBook
from gateway.digest_sender import SLOW_LIMIT_BYTES, may_send
from gateway.policy import decide
from gateway.store.rows import Stored

BYTES_PER_SECOND = 1_000
FAULTS = 30
ALARMS = 4
SLOWDOWNS = 5
QUICK_SECONDS = 1.0
BETWEEN_SECONDS = 4.3
"""No multiple of what one message takes: each alarm meets the line at another moment."""
_LOOK_SECONDS = 0.005


async def measure(folder: Path) -> str:
    """Telemetry without end and faults in the queue, alarms one by one; the report."""
    if shutil.which("mosquitto", path="/usr/sbin:/usr/bin") is None or shutil.which("openssl") is None:
        return "not measured: mosquitto and openssl are needed"
    steady = await _always_slow(_below(folder, "steady"))
    sudden = [await _suddenly_slow(_below(folder, f"sudden-{number}"), number) for number in range(SLOWDOWNS)]
    spelled = ", ".join(f"{seconds:.2f}" for seconds in sudden)
    return f"{steady}\na line that slows down from full speed: its first alarm acknowledged after (s): {spelled}"


def _below(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


async def _suddenly_slow(folder: Path, number: int) -> float:
    """Seconds until the PUBACK of an alarm that comes as the line slows down."""
    with secured_broker(folder) as port:
        async with counting_wire(port) as wire, secured_centre(folder, port):
            house = House(folder, wire)
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(house.uplink.run(house.next_session))]
                await _until(lambda: house.uplink.connected)
                running.append(tasks.create_task(_talk(house)))
                await asyncio.sleep(QUICK_SECONDS + number * _LOOK_SECONDS)  # each meets other messages under way
                _offer_faults(house)
                wire.bytes_per_second = BYTES_PER_SECOND
                seconds = await _acknowledged(house, 0)
                for task in running:
                    task.cancel()
    return seconds


async def _always_slow(folder: Path) -> str:
    with secured_broker(folder) as port:
        async with counting_wire(port) as wire, secured_centre(folder, port):
            wire.bytes_per_second = BYTES_PER_SECOND
            house, began = House(folder, wire), time.perf_counter()
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(house.uplink.run(house.next_session))]
                await _until(lambda: house.uplink.connected)
                connected = time.perf_counter() - began
                running.append(tasks.create_task(_talk(house)))
                _offer_faults(house)
                waits = [await _alarm(house, number) for number in range(ALARMS)]
                left = house.ledger.unanswered()
                for task in running:
                    task.cancel()
    spelled = ", ".join(f"{seconds:.2f}" for seconds in waits)
    return (
        f"{BYTES_PER_SECOND:,} B/s each way, TLS: connected after {connected:.1f} s; {FAULTS} faults and telemetry"
        f" queued\nan alarm acknowledged after (s): {spelled}; faults still in the queue then: {left}"
    )


def _offer_faults(house: House) -> None:
    for number in range(FAULTS):
        lost = normal_home.fault(house.clock.now(), Kind.SUPERVISION_LOST, "smoke-kitchen")
        house.uplink.offer(Stored(event=lost, boot=1, sequence=number + 1, priority=decide(lost).priority))


async def _talk(house: House) -> None:
    """Telemetry as the gateway sends it, but without its pauses."""
    events = normal_home.day(datetime(2026, 3, 1, tzinfo=UTC), seed=1)
    while True:
        book = DigestBook(house.clock.now())
        for event in events:
            book.note(event)
        limit = SLOW_LIMIT_BYTES if house.uplink.pace.is_slow else LIMIT_BYTES
        for payload in book.take(house.clock.now(), house.sender, limit):
            await _until(lambda: may_send(house.uplink, house.ledger))
            answered = house.uplink.publish(topics.TELEMETRY, payload)
            if answered is not None:
                await asyncio.wait([answered])


async def _alarm(house: House, number: int) -> float:
    """Wait a moment; then seconds from an event to its PUBACK."""
    await asyncio.sleep(BETWEEN_SECONDS)
    return await _acknowledged(house, number)


async def _acknowledged(house: House, number: int) -> float:
    event = normal_home.alarm(house.clock.now(), AlarmType.SOS, "cord-bath")
    began = time.perf_counter()
    house.uplink.offer(Stored(event=event, boot=1, sequence=10_000 + number, priority=decide(event).priority))
    await _until(lambda: not any(entry.in_flight or not entry.attempts for entry in house.ledger.alarms()))
    return time.perf_counter() - began


async def _until(done: Callable[[], bool]) -> None:
    while True:
        if done():
            return
        await asyncio.sleep(_LOOK_SECONDS)
