"""`anju events`: what scripts, spreadsheets and people are shown."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.event import Event, Kind
from gateway.export import form_for, write
from gateway.policy import decide
from gateway.store.reading import Filter
from gateway.store.store import Store
from tests.gateway.houses import NOON, answer, event
from tests.support.house import House
from tests.support.processes import run


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose gateway has the store open all the while."""
    made = House(folder=tmp_path, uplink_port=9, broker_port=9)
    made.write()
    with Store(made.store) as store:
        for one in EVENTS:
            await store.append(one, decide(one))
        await store.mark(answer(EVENTS[0].id, "resolved"))
        await store.mark(answer(EVENTS[1].id, "accepted", at="2026-03-01T12:00:07.000Z"))
        yield made


EVENTS: list[Event] = [
    event(room="bathroom"),
    event(type_="removed_from_body", device="smoke-kitchen", room="kitchen", received_at=NOON + timedelta(seconds=1)),
    event(Kind.SUPERVISION_LOST, None, device="motion-hall", received_at=NOON + timedelta(seconds=2)),
    event(Kind.TROUBLE, "store_rolled_back", device=None, received_at=NOON + timedelta(days=1)),
    event(Kind.ACTIVITY, "contact_closed", room='the "small" room, 卧室', received_at=NOON + timedelta(days=1)),
]


def shown(house: House, *arguments: str) -> str:
    result = run("anju", "events", "--config", house.file, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_json_is_one_object_per_line_oldest_first_with_the_contracts_keys(house: House) -> None:
    rows = [json.loads(line) for line in shown(house, "--json").splitlines()]
    assert [row["id"] for row in rows] == [one.id for one in EVENTS]
    for row in rows:
        assert set(row) >= {"id", "kind", "type", "device", "room", "received_at", "answers"}
        assert list(row["answers"]) == ["received", "accepted", "dispatched", "arrived", "resolved"]
    assert (rows[0]["kind"], rows[0]["type"], rows[0]["device"], rows[0]["room"]) == (
        "alarm", "sos", "cord-bath", "bathroom",
    )  # fmt: skip
    assert rows[0]["received_at"] == "2026-03-01T12:00:00.250Z"
    assert rows[1]["answers"] == {
        "received": "2026-03-01T12:00:07.000Z", "accepted": "2026-03-01T12:00:07.000Z", "dispatched": None,
        "arrived": None, "resolved": None,
    }  # fmt: skip
    assert rows[3]["device"] is None


def test_csv_is_read_back_by_any_reader(house: House) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(house, "--csv"))))
    assert [row["id"] for row in rows] == [one.id for one in EVENTS]
    assert rows[4]["room"] == 'the "small" room, 卧室'
    assert (rows[0]["result"], rows[0]["resolved"]) == ("helped", "2026-03-01T12:00:01.000Z")
    assert (rows[3]["device"], rows[3]["accepted"]) == ("", "")


def test_the_table_fits_a_hundred_columns_and_says_where_each_stands(house: House) -> None:
    heading, *rows = shown(house).splitlines()
    assert heading.split() == ["RECEIVED", "(UTC)", "KIND", "TYPE", "DEVICE", "ROOM", "TIMES", "STATE"]
    assert max(map(len, [heading, *rows[:4]])) <= 100
    assert [row.split()[-1] for row in rows[:4]] == ["helped", "accepted", "waiting", "waiting"]
    assert rows[0].startswith("2026-03-01 12:00:00 alarm ")
    columns = [heading.index(name) for name in ("KIND", "TYPE", "DEVICE", "ROOM")]
    assert all(row[column - 1] == " " != row[column] for row in rows[:2] for column in columns)


def test_a_narrow_terminal_gets_short_lines(house: House) -> None:
    assert [form_for(columns) for columns in (None, 40, 99, 100, 200)] == ["table", "lines", "lines", "table", "table"]
    out = io.StringIO()
    write(house.store, Filter(), "lines", out)
    lines = out.getvalue().splitlines()
    assert lines[:3] == ["2026-03-01 12:00:00 UTC", "    alarm · sos · helped", "    cord-bath · bathroom"]
    assert sum(line.endswith(" UTC") for line in lines) == len(EVENTS)
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--kind", "alarm"), [0, 1]),
        (("--kind", "nothing"), []),
        (("--device", "motion-hall"), [2]),
        (("--limit", "2"), [3, 4]),
        (("--limit", "0"), []),
        (("--kind", "alarm", "--limit", "1"), [1]),
        (("--since", "2026-03-02"), [3, 4]),
        (("--since", "2026-03-01T20:00:01+08:00"), [1, 2, 3, 4]),
    ],
)
def test_filters_choose(house: House, arguments: tuple[str, ...], wanted: list[int]) -> None:
    rows = [json.loads(line)["id"] for line in shown(house, "--json", *arguments).splitlines()]
    assert rows == [EVENTS[index].id for index in wanted]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--since", "yesterday"), "--since yesterday"),
        (("--since", "2026-02-30"), "--since 2026-02-30"),
        (("--since", "2026-03-01T12:00:00"), "time zone"),
        (("--limit", "-3"), "0 or more"),
        (("--limit", "many"), "0 or more"),
        (("--json", "--csv"), "not allowed with"),
    ],
)
def test_a_wrong_filter_is_two_with_the_remedy(house: House, arguments: tuple[str, ...], word: str) -> None:
    result = run("anju", "events", "--config", house.file, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert word in result.stderr
    assert "Traceback" not in result.stderr


def test_a_store_that_is_missing_or_broken_is_two_with_the_remedy(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=9, broker_port=9)
    house.write()
    result = run("anju", "events", "--config", house.file)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{house.store}: there is no database here; has the gateway run" in result.stderr
    house.store.write_bytes(b"no database" * 1_000)
    result = run("anju", "events", "--config", house.file, "--json")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{house.store}: file is not a database" in result.stderr


async def test_a_file_that_breaks_off_is_two_and_not_a_traceback(tmp_path: Path) -> None:
    house = House(folder=tmp_path, uplink_port=9, broker_port=9)
    house.write()
    with Store(house.store) as store:
        for _ in range(200):
            one = event(raw="00" * 256)
            kept = store.append(one, decide(one))
        await kept
    whole = house.store.read_bytes()
    head = len(whole) // 3 // 1024 * 1024
    house.store.write_bytes(whole[:head] + b"\x55" * (len(whole) - head))
    result = run("anju", "events", "--config", house.file, "--json")
    assert result.returncode == 2
    assert "malformed" in result.stderr
    assert "Traceback" not in result.stderr
