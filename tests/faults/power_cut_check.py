"""What must hold of a store wherever the power went: it opens, it is sound, and what was told to anybody is in it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.store.damage import copies
from gateway.store.opening import open_on_disk
from tests.faults.power_cut import disk, put, told
from tests.faults.recorder import Record


@dataclass(frozen=True, slots=True)
class Recording:
    """A run of a gateway that was cut off: its steps, its store, the ports of its two brokers."""

    records: list[Record]
    store: Path
    local_port: int
    uplink_port: int

    def wrong_after(self, cut: int, draw: random.Random, at: Path) -> list[str]:
        """What is wrong with a disk, laid down at `at`, after a cut behind so many records; empty where all is well."""
        before: Sequence[Record] = self.records[:cut]
        put(disk(before, draw), self.store, at)
        said = told(before, self.local_port, self.uplink_port)
        kept, received, sound = _read(at)
        wrong = [] if sound else [f"cut at {cut}: the database is damaged"]
        if not said.events <= kept.keys():
            wrong.append(f"cut at {cut}: told and not kept: {sorted(said.events - kept.keys())}")
        if said.taken > sum(device.startswith("button") for device in kept.values()):
            wrong.append(f"cut at {cut}: {said.taken} messages were acknowledged and fewer kept")
        if not said.received <= received:
            wrong.append(f"cut at {cut}: told as received and not noted: {sorted(said.received - received)}")
        return wrong


def _read(store: Path) -> tuple[dict[str, str], set[str], bool]:
    """(device by event id, which of them the centre has, whether the database is sound)."""
    connection, _ = open_on_disk(store, datetime.now(UTC))
    sound = connection.execute("PRAGMA quick_check").fetchall() == [("ok",)] and not copies(store)
    kept = dict(connection.execute("SELECT id, coalesce(device, '') FROM event").fetchall())
    rows = connection.execute("SELECT id FROM event JOIN outbox USING (sequence) WHERE received IS NOT NULL").fetchall()
    connection.close()
    return kept, {id_ for (id_,) in rows}, sound
