"""`anju excerpts`: what falls left in the house, listed and written to files that others can read."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from drivers.event import State
from gateway.contract.messages import RESULTS
from gateway.excerpts import DISPOSITIONS
from gateway.policy import decide
from gateway.store import excerpts, jobs
from gateway.store.bounds import keep_within
from gateway.store.excerpts import LIMIT, StoredExcerpt
from gateway.store.store import Store
from tests.gateway.houses import NOON, answer, event
from tests.support.house import House
from tests.support.processes import run


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(folder=tmp_path, uplink_port=9, broker_port=9)
    house.write()
    return house


def excerpt(of: str, rate_hz: float = 50.0, days: int = 0) -> StoredExcerpt:
    counts = np.arange(600, dtype="<i2").reshape(-1, 3)
    return StoredExcerpt(
        event=of, device="band", taken_at=NOON + timedelta(days=days), position="wrist", rate_hz=rate_hz, range_g=8.0,
        impact_ms=2_000, samples=counts.tobytes(),
    )  # fmt: skip


async def fill(house: House) -> tuple[str, str, str]:
    """A fall that was one, one that was taken back, one that nobody has answered."""
    real, open_ = (event(type_="fall", evidence={"explanation": "fall.still"}, confidence=0.9) for _ in range(2))
    cancelled = replace(event(type_="fall"), state=State.CANCELLED)
    with Store(house.store) as store:
        for number, one in enumerate((real, cancelled, open_)):
            await store.append(one, decide(one))
            await store.ask(excerpts.keep, excerpt(one.id, rate_hz=25.0 if one is open_ else 50.0, days=number))
        await store.mark(answer(real.id, "resolved", result="hospital"))
    return real.id, cancelled.id, open_.id


async def test_they_are_listed_with_what_people_said(house: House) -> None:
    real, cancelled, open_ = await fill(house)
    listed = run("anju", "excerpts", "--config", house.file, "--json")
    found = json.loads(listed.stdout)
    assert [(one["id"], one["state"], one["disposition"]) for one in found] == [
        (real, "raised", "real"),
        (cancelled, "cancelled", "false"),
        (open_, "raised", None),
    ]
    assert found[0]["probability"] == 0.9
    assert found[0]["seconds"] == 4.0
    table = run("anju", "excerpts", "--config", house.file).stdout.splitlines()
    assert len(table) == 4
    assert "hospital" in table[1]
    assert "fall.still" in table[1]


async def test_they_are_written_as_recordings(house: House, tmp_path: Path) -> None:
    real, cancelled, _ = await fill(house)
    written = run("anju", "excerpts", "--config", house.file, "--out", tmp_path / "set")
    files = sorted(Path(line) for line in written.stdout.splitlines())
    assert [file.name for file in files] == ["excerpts-wrist-25hz-8g.npz", "excerpts-wrist-50hz-8g.npz"]
    with np.load(files[1], allow_pickle=False) as stored:
        assert stored["acc"].shape == (400, 3)
        assert stored["acc"].dtype == np.int16
        assert list(stored["length"]) == [200, 200]
        assert list(stored["code"]) == ["real", "false"]
        assert list(stored["trial"]) == [real, cancelled]
        assert float(stored["acc_scale"]) * 32_767 == pytest.approx(8.0)
        assert list(stored["t_start"]) == [2.0, 2.0]


async def test_without_any_the_list_is_empty_and_a_file_is_refused(house: House, tmp_path: Path) -> None:
    with Store(house.store):
        pass
    assert json.loads(run("anju", "excerpts", "--config", house.file, "--json").stdout) == []
    refused = run("anju", "excerpts", "--config", house.file, "--out", tmp_path / "set")
    assert (refused.returncode, "no excerpts yet" in refused.stderr) == (2, True)


async def test_their_number_and_their_age_are_bounded(tmp_path: Path) -> None:
    with Store(tmp_path / "anju.db") as store:
        for number in range(LIMIT + 3):
            await store.ask(excerpts.keep, excerpt(f"event-{number}", days=-number))
        kept = await store.ask(excerpts.rows)
        assert len(kept) == LIMIT
        assert kept[-1]["event"] == "event-0"
        await store.ask(excerpts.keep, excerpt("event-0", rate_hz=1.0))
        assert (await store.ask(excerpts.rows))[-1]["rate_hz"] == 50.0, "of one fall the first is kept"
        await keep_within(store, NOON + timedelta(days=300))
        assert [row["event"] for row in await store.ask(excerpts.rows)] == [f"event-{n}" for n in range(65, -1, -1)]
        assert await store.ask(jobs.conditions) == []


def test_every_result_of_the_centre_is_judged_but_one() -> None:
    assert set(RESULTS) - set(DISPOSITIONS) == {"not_found"}
    assert {DISPOSITIONS[result] for result in ("helped", "hospital", "no_help_needed")} == {"real"}
