"""What a normal home writes to its disk in a day: telemetry, device states, probes, alarms with all their answers."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks import normal_home
from drivers.event import AlarmType, Event
from gateway.contract.messages import Answer, AnswerState
from gateway.contract.times import to_text
from gateway.ids import new_id
from gateway.policy import decide
from gateway.store.devices import DeviceState
from gateway.store.store import Store
from gateway.watch import FLUSH_SECONDS
from gateway.watchdog import DURABLE_PROBE_SECONDS

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
ALARMS = 20
_ANSWERS: tuple[AnswerState, ...] = ("received", "accepted", "dispatched", "arrived", "resolved")


async def measure(folder: Path) -> str:
    """A day at the store's own pace but without its pauses; the report."""
    process = psutil.Process()
    with Store(folder / "anju.db") as store:
        await store.probe(MIDNIGHT, durable=True)
        began = process.io_counters().write_bytes
        rows = await _day(store)
        telemetry = process.io_counters().write_bytes - began
        began = process.io_counters().write_bytes
        for number in range(ALARMS):
            await _alarm(store, number)
        alarms = (process.io_counters().write_bytes - began) / ALARMS
        received = process.io_counters().write_bytes
        for number in range(ALARMS):
            await _alarm(store, number, answers=1)
        received = (process.io_counters().write_bytes - received) // ALARMS
    return (
        f"a day of {rows:,} telemetry messages, written every {FLUSH_SECONDS:.0f} s, and"
        f" {24 * 3_600 / DURABLE_PROBE_SECONDS:.0f} probes: {telemetry / 1e6:.1f} MB\n"
        f"an alarm until `received`: {received / 1e3:.1f} KB; with all five answers: {alarms / 1e3:.1f} KB"
    )


async def _day(store: Store) -> int:
    events = normal_home.day(MIDNIGHT, seed=1)
    rows, next_, probed = len(events), 0, 0.0
    seconds = 0.0
    while seconds < normal_home.DAY_SECONDS:
        seconds += FLUSH_SECONDS
        until = MIDNIGHT + timedelta(seconds=seconds)
        states: dict[str, DeviceState] = {}
        while next_ < rows and events[next_].received_at < until:
            _note(store, events[next_], states)
            next_ += 1
        store.keep_devices(states)
        store.flush()
        if seconds - probed >= DURABLE_PROBE_SECONDS:
            probed = seconds
            await store.probe(until, durable=True)
        await store.ask(lambda _connection: None)  # until it is written
    return rows


def _note(store: Store, event: Event, states: dict[str, DeviceState]) -> None:
    store.note(event, decide(event))
    states[str(event.device)] = DeviceState(
        heard_at=event.received_at, proven_at=event.received_at, proven_kind=event.kind, proven_type=event.type,
        battery_percent=event.battery_percent,
    )  # fmt: skip


async def _alarm(store: Store, number: int, answers: int = len(_ANSWERS)) -> None:
    at = MIDNIGHT + timedelta(days=1, seconds=number)
    event = normal_home.alarm(at, AlarmType.SOS, "cord-bath")
    await store.append(event, decide(event))
    for state in _ANSWERS[:answers]:
        await store.mark(Answer(id=new_id(), about=event.id, state=state, at=to_text(at)))
        await asyncio.sleep(0)
