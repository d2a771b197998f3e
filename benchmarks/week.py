"""Seven days without a line to the district, then the drain: how large the store is, what leaves first, how fast."""

import asyncio
import json
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import normal_home
from benchmarks.centre import sender
from benchmarks.house import Plan, running_broker, running_gateway
from drivers.event import AlarmType, Event, Kind
from drivers.link.mqtt import Endpoint, Inbound, Session, SessionOptions, open_session
from gateway.policy import decide
from gateway.store.store import Store
from simulator.ports import LOOPBACK

DAYS = 7
FIRES, CALLS = 1, 5
FAULTS = 430
"""A worn-out detector that is lost and found every seven minutes: three times as much as memory holds in a week."""
PRESSED_AFTER = 1_000
"""After so many messages of the drain somebody presses a button."""
PATIENCE_SECONDS = 120.0
_BUTTON = "button-0"


async def measure(folder: Path) -> str:
    """Fill a store as such a week would, start the gateway on it and let it drain; the report."""
    with Store(folder / "anju.db") as store:
        began = time.perf_counter()
        rows, waiting = await _fill(store)
        filled = time.perf_counter() - began
    before = _size(folder)
    with running_broker(folder) as (_, district), running_broker(folder) as (_, local), ExitStack() as running:
        centre = _Centre(waiting)
        endpoint = Endpoint(host=LOOPBACK, port=district)
        async with (
            open_session(endpoint, SessionOptions(client_id="bench-centre"), centre.take) as session,
            sender(local) as publish,
        ):
            await session.subscribe("anju/v1/bench/+/alarm", "anju/v1/bench/+/event")
            plan = Plan(district_port=district, local_port=local, cords=())
            await asyncio.to_thread(running.enter_context, running_gateway(folder, plan))
            async with asyncio.timeout(PATIENCE_SECONDS):
                await centre.half.wait()
                pressed = time.perf_counter()
                await publish(f"zigbee2mqtt/{_BUTTON}", b'{"action":"on","battery":93}')
                await centre.done.wait()
            after = _size(folder)
    return (
        f"{DAYS} days of {len(normal_home.DEVICES)} devices: {rows:,} telemetry messages,"
        f" {DAYS * (FIRES + CALLS)} alarms, {DAYS * FAULTS:,} faults and ends (written in {filled:.1f} s instead)\n"
        f"the store: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after the drain\n"
        f"{centre.report(waiting)}\n"
        f"pressed in the middle of it: {(centre.pressed - pressed) * 1_000:.0f} ms from the button to the centre"
    )


class _Centre:
    """Answers everything `received`; notes when each message came first."""

    def __init__(self, waiting: int) -> None:
        self.half, self.done = asyncio.Event(), asyncio.Event()
        self.pressed = 0.0
        self._waiting = waiting
        self._came: dict[str, tuple[float, str, bool]] = {}
        self._messages = 0

    def take(self, session: Session, inbound: Inbound) -> None:
        session.acknowledge(inbound)
        now, body = time.perf_counter(), json.loads(inbound.payload)
        house, _, _branch = inbound.topic.rpartition("/")
        answer = {"id": body["id"][:-1] + "f", "about": body["id"], "state": "received", "at": body["time"]}
        session.publish(f"{house}/answer", json.dumps(answer).encode())
        if body["data"]["device"] == _BUTTON:
            self.pressed = self.pressed or now
        else:
            self._messages += 1
            self._came.setdefault(body["id"], (now, body["data"]["priority"], body["data"]["late"]))
        if len(self._came) >= PRESSED_AFTER:
            self.half.set()
        if len(self._came) >= self._waiting and self.pressed:
            self.done.set()

    def report(self, waiting: int) -> str:
        came = list(self._came.values())
        first, last = came[0][0], came[-1][0]
        alarms = [number for number, (_, priority, _) in enumerate(came) if priority in ("fire", "person")]
        fires = [number for number, (_, priority, _) in enumerate(came) if priority == "fire"]
        late = sum(is_late for _, _, is_late in came)
        return (
            f"drained: {len(came):,} messages in {last - first:.1f} s, {len(came) / (last - first):,.0f} a second;"
            f" alarms out after {came[alarms[-1]][0] - first:.3f} s\n"
            f"before the last fire {fires[-1] + 1 - len(fires)} other messages, before the last alarm"
            f" {alarms[-1] + 1 - len(alarms)}; marked late: {late:,}; lost {waiting - len(came)}, sent twice"
            f" {self._messages - len(came)}"
        )


async def _fill(store: Store) -> tuple[int, int]:
    """Telemetry rows, and messages that wait for an answer."""
    today = datetime.now(UTC)
    rows = waiting = 0
    for number in range(DAYS):
        midnight = today - timedelta(days=DAYS - number)
        telemetry, told = normal_home.day(midnight, seed=number), _told(midnight)
        for event in telemetry:
            store.note(event, decide(event))
        store.flush()
        await asyncio.gather(*(store.append(event, decide(event)) for event in told))
        rows, waiting = rows + len(telemetry), waiting + len(told)
    return rows, waiting


def _told(midnight: datetime) -> list[Event]:
    """What a day has to tell the centre, in order of time: its alarms last, as an unkind day would have it."""
    kinds = (Kind.SUPERVISION_LOST, Kind.RESTORE)
    faults = [
        normal_home.fault(midnight + timedelta(minutes=3 * number), kinds[number % 2], "smoke-hall")
        for number in range(FAULTS)
    ]
    evening = midnight + timedelta(hours=23)
    calls = [normal_home.alarm(evening, AlarmType.SOS, "cord-bath") for _ in range(CALLS)]
    return [*faults, *calls, *(normal_home.alarm(evening, AlarmType.SMOKE, "smoke-kitchen") for _ in range(FIRES))]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("anju.db*"))
