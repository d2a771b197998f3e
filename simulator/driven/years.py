"""Homes that live for years in driven time, and the log of everything that came of it at the district.

Every event takes the whole way: a device's bytes, a driver, the store, the uplink, the centre's answer. A home is one
process's work, so that homes live beside each other on all processors; the log has them one after the other.
"""

import asyncio
import json
import multiprocessing
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec

from drivers.event import Kind
from gateway.contract import topics
from gateway.contract.messages import Digest
from gateway.contract.reading import Message, decode
from gateway.contract.times import to_text
from simulator.deeds import DAY_SECONDS
from simulator.driven.centre import Handling
from simulator.driven.engine import folder_in_memory, silence
from simulator.driven.loop import run_virtually
from simulator.driven.troubles import calls, outages, step
from simulator.driven.world import SETTLING_SECONDS, driven_world
from simulator.home import Home
from simulator.judge import Gallery, Seen
from simulator.life import FIRST_DAY
from simulator.plan import Plan
from simulator.scenario import Scenario, Step
from simulator.world import play

SLOWER = 120.0
HANDLING: Handling = (("accepted", 12.0), ("dispatched", 60.0), ("resolved", 1_500.0))
_GATEWAY = {"uplink": {"heartbeat_minutes": 60}}
_TYPES = {"press": "sos", "fall": "fall", "smoke_on": "smoke"}
_ARRIVED = ("raised", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What came of one home. `lost` calls for help never reached the desk, `doubled` ones stood there twice."""

    log: str
    events: int
    calls: int
    lost: int
    doubled: int


def live(plan: Plan, seed: int, days: int, number: int) -> Lived:
    """Let one home live for so many days; the same arguments give the same log, to the byte."""
    draw = random.Random(f"{seed} home {number}")
    asked = calls(plan, draw, days)
    scenario = Scenario(
        name=f"home {number}",
        file=Path("years"),
        seed=draw.getrandbits(62),
        plan=plan,
        begins_on=FIRST_DAY,
        life=True,
        gateway=_GATEWAY,
        steps=_ordered([*asked, *outages(draw, days), step("wait", days * DAY_SECONDS)]),
        expectations=(),
    )
    with folder_in_memory() as folder, silence():
        log, gallery = run_virtually(_live(scenario, folder, f"gw-{number:04d}"))
    lost, doubled = count(asked, gallery.seen.values())
    return Lived(log="".join(log), events=len(gallery.seen), calls=len(calls_of(asked)), lost=lost, doubled=doubled)


async def _live(scenario: Scenario, folder: Path, gateway: str) -> tuple[list[str], Gallery]:
    loop, gallery, log = asyncio.get_running_loop(), Gallery(), list[str]()

    def watch(topic: str, payload: bytes) -> None:
        at = loop.time() - SETTLING_SECONDS
        if gallery.take(topic, payload, at) is not None or topic.endswith(f"/{topics.TELEMETRY}"):
            log.append(_line(to_text(scenario.begins + timedelta(seconds=at)), topic, payload))

    async with driven_world(scenario, folder, SLOWER, HANDLING, gateway) as world:
        world.watch = watch
        await play(Home(scenario, samples=False).acts(), world)
        await world.until(scenario.lasts_seconds)
    return log, gallery


def live_all(plan: Plan, seed: int, homes: int, days: int, processes: int) -> Iterator[Lived]:
    """Let so many homes live, as many at a time as there are processes; in the order of their numbers."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(partial(live, plan, seed, days), range(1, homes + 1))


def calls_of(steps: Iterable[Step]) -> list[tuple[str, str]]:
    """Device and alarm type of every call for help."""
    return [(step.device.id, _TYPES[step.do]) for step in steps if step.device is not None and step.do in _TYPES]


def count(steps: Iterable[Step], seen: Iterable[Seen]) -> tuple[int, int]:
    """(calls that never reached the desk, further alarms of a device that somebody called by than there were calls)."""
    asked = Counter(calls_of(steps))
    came = Counter(
        (one.device or "", one.type or "") for one in seen if one.kind == Kind.ALARM and one.message in _ARRIVED
    )
    return (asked - came).total(), sum(max(0, came[call] - times) for call, times in asked.items())


def _ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.at))


def _line(at: str, topic: str, payload: bytes) -> str:
    message = decode(payload) if not topic.endswith(topics.TELEMETRY) else None
    told: dict[str, object] = {"at": at, "gateway": topic.split("/")[3]}
    if isinstance(message, Message):
        told |= {"id": message.id, "message": message.type}
        told |= {key: message.data.get(key) for key in ("kind", "type", "device", "state", "sequence", "attempt")}
    elif message is None:
        digest = msgspec.json.decode(payload, type=Digest)
        told |= {"id": digest.id, "message": digest.type}
        told |= {"heard": {device.device: device.messages for device in digest.data.devices}}
    return json.dumps(told, separators=(",", ":")) + "\n"
