"""What a flood leaves behind: each of these keeps its newest and no more, whatever is fed to it."""

import asyncio
import sqlite3
import sys
from collections import deque
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from drivers.event import AlarmType, Kind
from gateway.intake.handled import MESSAGES_LIMIT, Handled
from gateway.intake.minted import LIMIT as MINTED_LIMIT
from gateway.intake.minted import Minted
from gateway.metrics import Metrics
from gateway.problems import Problems
from gateway.routes.carrier import CarryError, Outcome
from gateway.routes.lane import LIMIT as LANE_LIMIT
from gateway.routes.lane import Lane
from gateway.store import jobs
from gateway.store.database import configure, connect, migrate
from gateway.store.rows import Stored
from gateway.uplink import hops as hops_module
from gateway.uplink.hops import Hops
from tests.gateway.houses import BUTTON, NOON, HandClock, event, signal, stored
from tests.support.wait import until

MANY = 3_000


def weight(of: object, seen: set[int] | None = None) -> int:
    """The bytes of an object and of all that it holds."""
    seen = set() if seen is None else seen
    if id(of) in seen or isinstance(of, type):
        return 0
    seen.add(id(of))
    parts: list[object] = [*of, *of.values()] if isinstance(of, dict) else []
    parts += [*of] if isinstance(of, (list, tuple, set, deque)) else []
    parts += list(vars(of).values()) if hasattr(of, "__dict__") else []
    parts += [getattr(of, name) for name in getattr(type(of), "__slots__", ()) if hasattr(of, name)]
    return sys.getsizeof(of) + sum(weight(part, seen) for part in parts)


def test_messages_of_one_device_time() -> None:
    handled = Handled()
    press = signal(BUTTON, occurred_at=NOON, code="on")
    for number in range(MANY):
        assert not handled.is_cached("button-bed", replace(press, raw=b"%08d" % number), 0.001)
    assert handled.is_cached("button-bed", replace(press, raw=b"%08d" % 1), 10.0), "the first ones are known"
    assert not handled.is_cached("button-bed", replace(press, raw=b"%08d" % MANY), 10.0), "news is still news"
    assert weight(handled) < 200 * MESSAGES_LIMIT


def test_messages_that_became_events() -> None:
    minted = Minted()
    for number in range(MANY):
        minted.add(event(raw=f"{number:08}"), 0.0)
    newest = replace(signal(BUTTON), raw=bytes.fromhex(f"{MANY - 1:08}"))
    assert minted.take("cord-bath", newest, 1.0)
    assert weight(minted) < 500 * MINTED_LIMIT


def test_alarms_whose_hops_are_timed() -> None:
    hops = Hops(Metrics("test"))
    for number in range(MANY):
        hops.heard(f"alarm-{number}", AlarmType.SOS, 0.0, 0.0)
    assert weight(hops._alarms) < 600 * hops_module._LIMIT
    hops.committed("alarm-0")  # the oldest is forgotten, and its answers do no harm
    hops.received("alarm-0")
    hops.accepted("alarm-0")


def test_commands_obeyed_and_alarms_silenced(tmp_path: Path) -> None:
    with closing(connect(str(tmp_path / "anju.db"))) as connection:
        configure(connection)
        migrate(connection)
        connection.execute("BEGIN")
        for number in range(600):
            jobs.note_executed(connection, f"command-{number}")
            jobs.silence(connection, f"alarm-{number}")
        connection.execute("COMMIT")
        assert jobs.executed(connection) == [f"command-{number}" for number in range(600 - jobs.EXECUTED_LIMIT, 600)]
        assert jobs.silenced(connection) == [f"alarm-{number}" for number in range(600 - jobs.SILENCED_LIMIT, 600)]
        assert _length(connection, "executed") < 100 * jobs.EXECUTED_LIMIT


def _length(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute("SELECT length(value) FROM setting WHERE name = ?", (name,)).fetchone()[0])


class Nowhere:
    """A route that carries nothing, and notes what it was asked to carry."""

    test_seconds = 3_600.0

    def __init__(self) -> None:
        self.asked: list[Stored] = []

    async def carry(self, stored: Stored) -> Outcome:
        self.asked.append(stored)
        raise CarryError("no network")

    async def test(self) -> None:
        raise CarryError("no network")

    def can_carry(self, _event: object) -> bool:
        return True


async def test_messages_that_wait_for_a_further_route_and_the_fire_goes_first() -> None:
    carrier = Nowhere()
    lane = Lane("text", carrier, lambda _delivery, _outcome: None, Problems(), HandClock())
    for number in range(MANY):
        lane.hand(stored(event(Kind.TAMPER, None), sequence=number))
    fire = stored(event(type_=AlarmType.SMOKE), sequence=MANY)
    lane.hand(fire)
    running = asyncio.create_task(lane.run())
    await until(lambda: len(carrier.asked) >= LANE_LIMIT)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert carrier.asked[0] is fire
    assert len({one.event.id for one in carrier.asked}) == LANE_LIMIT
