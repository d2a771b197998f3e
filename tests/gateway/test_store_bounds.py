"""The store's bounds of age and size, on a real file: telemetry goes first, what is open never goes."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.event import Event, Kind
from gateway.config import check, load
from gateway.policy import decide
from gateway.store import bounds
from gateway.store.bounds import CLASSES, DEFAULT_LIMIT_BYTES, delete, keep_within, used_bytes
from gateway.store.jobs import Change
from gateway.store.store import Store
from tests.gateway.houses import NOON, answer, event
from tests.support.house import House

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house.db"


class Filled:
    """A store with every class of event, so many days old."""

    def __init__(self, store: Store, days: int) -> None:
        self.store, self.at = store, NOON - days * DAY
        self.ids: dict[str, list[str]] = {}

    async def keep(self, name: str, one: Event, *states: str, change: Change | None = None) -> None:
        await self.store.append(one, decide(one), change)
        for state in states:
            await self.store.mark(answer(one.id, state))  # type: ignore[arg-type]
        self.ids.setdefault(name, []).append(one.id)

    async def fill(self, count: int = 1, size: int = 0) -> None:
        raw = "00" * size
        for _ in range(count):
            motion = event(Kind.ACTIVITY, "motion", received_at=self.at, raw=raw)
            self.store.note(motion, decide(motion))
            self.ids.setdefault("telemetry", []).append(motion.id)
            await self.keep("unanswered", event(Kind.TAMPER, None, received_at=self.at, raw=raw))
            await self.keep("answered", event(Kind.TAMPER, None, received_at=self.at, raw=raw), "received")
            await self.keep("open", event(received_at=self.at, raw=raw), "accepted")
            await self.keep("calling", event(received_at=self.at, raw=raw))
            await self.keep("resolved", event(received_at=self.at, raw=raw), "resolved")
        lasting = event(type_="smoke", received_at=self.at)
        change = Change(device="smoke", name="smoke", began=True)
        await self.keep("now", lasting, "resolved", change=change)
        low = event(Kind.LOW_BATTERY, None, received_at=self.at)
        await self.keep("now", low, "received", change=Change(device="smoke", name="low_battery", began=True))
        self.store.flush()
        newest = event(Kind.TAMPER, None)
        await self.keep("newest", newest, "received")

    async def left(self) -> dict[str, int]:
        def ids(connection: sqlite3.Connection) -> set[str]:
            return {row[0] for row in connection.execute("SELECT id FROM event")}

        there = await self.store.ask(ids)
        return {name: len(there.intersection(known)) for name, known in self.ids.items()}


ALL = {"telemetry": 1, "unanswered": 1, "answered": 1, "open": 1, "calling": 1, "resolved": 1, "now": 2, "newest": 1}


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        (29, set()),
        (31, {"telemetry"}),
        (364, {"telemetry"}),
        (366, {"telemetry", "answered"}),
        (3 * 365 + 1, {"telemetry", "answered", "resolved"}),
        (20_000, {"telemetry", "answered", "resolved"}),
    ],
)
async def test_each_class_has_its_age_and_what_is_open_or_so_now_has_none(
    path: Path, days: int, gone: set[str]
) -> None:
    with Store(path) as store:
        house = Filled(store, days)
        await house.fill()
        await keep_within(store, None)
        assert await house.left() == ALL, "a house without a clock deletes nothing for its age"
        await keep_within(store, NOON)
        assert await house.left() == {name: 0 if name in gone else count for name, count in ALL.items()}


async def test_when_all_is_too_much_telemetry_makes_room_first_and_open_alarms_never(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "SLICE", 3)
    with Store(path) as store:
        house = Filled(store, 1)
        await house.fill(12, size=500)
        whole = await house.left()
        seen: list[dict[str, int]] = []
        while True:
            used = await store.ask(used_bytes)
            store.limit_bytes = used - 1
            await keep_within(store, None)
            left = await house.left()
            if left == whole:
                break
            seen.append(left)
            whole = left
        assert [seen[-1][name] for name in ("telemetry", "answered", "resolved")] == [0, 0, 0]
        assert [seen[-1][name] for name in ("unanswered", "open", "calling", "now", "newest")] == [12, 12, 12, 2, 1]
        for one in seen:
            assert one["answered"] == 12 or one["telemetry"] == 0
            assert one["resolved"] == 12 or one["answered"] == 0
        sequence = store.identity.sequence
    with Store(path) as again:
        assert again.identity.sequence > sequence, "numbers are not given twice"
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_one_slice_is_one_commit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "SLICE", 2)
    with Store(path) as store:
        house = Filled(store, 60)
        await house.fill(5)
        assert [await store.ask(delete, CLASSES[0], NOON) for _ in range(4)] == [2, 2, 1, 0]


def test_the_limit_stands_in_the_file(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=9, broker_port=9)
    assert load(house.write()).store_limit_bytes == DEFAULT_LIMIT_BYTES
    for limit, right in ((16, True), (65_536, True), (15, False), (65_537, False)):
        house.sections["store"] = {"path": str(house.store), "limit_mib": limit}
        problems, _ = check(house.write())
        assert bool(problems) is not right
