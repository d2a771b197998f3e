"""A fleet as a district runs it: real gateways, a real broker, the real desk; and what it must refuse and notice."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulator.fleet.tally import tally
from tests.support.brokers import MOSQUITTO, Broker
from tests.support.processes import run, running

PNG = b"\x89PNG\r\n\x1a\n"


def ids_of(database: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute(query)]


def raised_in(folder: Path) -> list[str]:
    query = "SELECT id FROM events WHERE kind = 'alarm'"
    return [id_ for home in sorted((folder / "homes").glob("*.db")) for id_ in ids_of(home, query)]


async def fleet(*words: str) -> dict[str, Any]:
    """Run a fleet to its end; it must print one JSON object and nothing else, and be whole."""
    async with running("anju-sim", "fleet", "--json", *words) as child:
        assert await child.wait(100.0) == 0, child.text
    (line,) = child.stdout
    result: dict[str, Any] = json.loads(line)
    return result


async def test_a_storm_of_reconnects_loses_and_doubles_nothing_and_lets_fire_go_first(tmp_path: Path) -> None:
    picture, kept = tmp_path / "storm.png", tmp_path / "kept"
    result = await fleet(
        "--homes", "20", "--profile", "reconnect", "--seconds", "3", "--keep", str(kept), "--picture", str(picture)
    )  # fmt: skip
    counts = {name: result[name] for name in ("homes", "alarms_raised", "alarms_received", "lost", "doubled")}
    assert counts == {"homes": 20, "alarms_raised": 2, "alarms_received": 2, "lost": 0, "doubled": 0}
    assert result["fire_first"] == result["fire_and_cord"] == 1
    assert result["latency_ms"]["p50"] <= result["latency_ms"]["p99"] <= result["latency_ms"]["max"]
    assert result["rss_mib_per_home"] > 0
    assert result["cpu_seconds_per_home"] > 0
    assert picture.read_bytes().startswith(PNG)
    assert sorted(path.name for path in kept.iterdir()) == ["desk.db", "homes"]
    assert [path.name for path in sorted((kept / "homes").iterdir())] == [f"gw-{n:04d}.db" for n in range(1, 21)]
    assert sorted(ids_of(kept / "desk.db", "SELECT id FROM alarms")) == sorted(raised_in(kept))
    assert len(raised_in(kept)) == 2


async def test_an_outside_broker_may_restart_in_an_earthquake(tmp_path: Path, district_broker: Broker) -> None:
    words = ("--homes", "10", "--profile", "earthquake", "--seconds", "4", "--seed", "3", "--json")
    broker = f"127.0.0.1:{district_broker.port}"
    async with running("anju-sim", "fleet", *words, "--broker", broker, "--keep", tmp_path / "kept") as child:
        await child.wait_line("all 10 homes are connected", 60.0)
        district_broker.kill()
        district_broker.start()
        assert await child.wait(100.0) == 0, child.text
    result = json.loads(child.stdout[0])
    assert (result["alarms_raised"], result["alarms_received"], result["lost"], result["doubled"]) == (1, 1, 0, 0)
    assert ids_of(tmp_path / "kept" / "desk.db", "SELECT id FROM alarms") == raised_in(tmp_path / "kept")


async def test_every_alarm_is_received_though_the_broker_dies() -> None:
    result = await fleet("--homes", "10", "--profile", "failover", "--seconds", "3")
    assert (result["alarms_received"], result["alarms_raised"]) == (1, 1)
    assert (result["lost"], result["doubled"]) == (0, 0)


@pytest.mark.skipif(not MOSQUITTO.exists(), reason="mosquitto is not installed (apt-get install mosquitto)")
async def test_every_home_has_a_certificate_of_its_own_before_a_slow_desk() -> None:
    result = await fleet("--homes", "10", "--profile", "slow_desk", "--seconds", "3", "--tls")
    assert (result["alarms_received"], result["alarms_raised"]) == (1, 1)
    assert (result["lost"], result["doubled"], result["tls"]) == (0, 0, True)


WRONG = {
    "no homes": (("--homes", "0"), "'0' is no number of homes"),
    "no time": (("--homes", "3", "--seconds", "soon"), "'soon' is no time"),
    "unknown profile": (("--homes", "3", "--profile", "flood"), "invalid choice: 'flood'"),
    "broker far away": (("--homes", "3", "--broker", "192.0.2.1:1883"), "no broker on loopback"),
    "broker without a port": (("--homes", "3", "--broker", "127.0.0.1:x"), "has no port"),
    "no broker": (("--homes", "3", "--broker", "127.0.0.1:9"), "nothing listens on port 9"),
    "certificates for another's broker": (("--homes", "3", "--tls", "--broker", "127.0.0.1:1"), "leave out --broker"),
    "picture nowhere": (("--homes", "3", "--picture", "/nowhere/a.png"), "there is no folder /nowhere"),
    "kept nowhere": (("--homes", "3", "--keep", "/proc/nowhere"), "name a folder that can be made"),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_wrong_use_is_told(case: str) -> None:
    words, told = WRONG[case]
    done = run("anju-sim", "fleet", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_databases_of_an_earlier_run_are_not_mixed_with_new_ones(tmp_path: Path) -> None:
    (tmp_path / "desk.db").touch()
    done = run("anju-sim", "fleet", "--homes", "3", "--keep", str(tmp_path))
    assert done.returncode == 2
    assert "name another folder" in done.stderr


class Books:
    """The two sides' databases, as far as the count reads them."""

    def __init__(self, folder: Path) -> None:
        self.homes: list[Path] = []
        self.desk = folder / "desk.db"
        self._folder = folder

    def home(self, *ids: str) -> "Books":
        self.homes.append(self._folder / f"{len(self.homes)}.db")
        self._fill(self.homes[-1], "events(id, kind)", [(id_, "alarm") for id_ in ids] + [("x", "restore")])
        return self

    def desk_shows(self, *rows: tuple[str, str, str, str]) -> "Books":
        self._fill(self.desk, "alarms(id, gateway, type, received_at)", rows)
        return self

    @staticmethod
    def _fill(path: Path, table: str, rows: Iterable[tuple[str, ...]]) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"CREATE TABLE {table}")
            for row in rows:
                places = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table.partition('(')[0]} VALUES ({places})", row)
            connection.commit()


def shown(id_: str, type_: str = "sos", at: str = "1", gateway: str = "gw-0001") -> tuple[str, str, str, str]:
    return id_, gateway, type_, at


COUNTS: dict[str, tuple[list[tuple[str, ...]], list[tuple[str, str, str, str]], int, tuple[int, int, int]]] = {
    "whole": ([("a",), ("b",)], [shown("a"), shown("b")], 2, (0, 0, 0)),
    "lost on the way": ([("a",), ("b",)], [shown("a")], 2, (1, 0, 0)),
    "lost in the home": ([("a",), ()], [shown("a")], 2, (1, 0, 0)),
    "twice on the desk": ([("a",)], [shown("a"), shown("a")], 1, (0, 1, 0)),
    "two of one pull": ([("a", "b")], [shown("a"), shown("b")], 1, (0, 1, 0)),
    "an earlier run's": ([("a",)], [shown("a"), shown("z")], 1, (0, 0, 1)),
    "lost and doubled": ([("a", "b")], [shown("a"), shown("a")], 2, (1, 1, 0)),
}


@pytest.mark.parametrize("case", list(COUNTS))
def test_counting_by_id_on_both_sides(tmp_path: Path, case: str) -> None:
    homes, desk, called, wanted = COUNTS[case]
    books = Books(tmp_path).desk_shows(*desk)
    for ids in homes:
        books.home(*ids)
    counted = tally(books.homes, books.desk, called=called, both=())
    assert (counted.lost, counted.doubled, counted.foreign) == wanted


@pytest.mark.parametrize(("smoke_at", "cord_at", "first"), [("1", "2", 1), ("2", "2", 1), ("3", "2", 0)])
def test_fire_is_first_where_its_row_is_no_younger(tmp_path: Path, smoke_at: str, cord_at: str, first: int) -> None:
    books = Books(tmp_path).home("a", "b").desk_shows(shown("a", "sos", cord_at), shown("b", "smoke", smoke_at))
    assert tally(books.homes, books.desk, called=2, both=["gw-0001", "gw-0002"]).fire_first == first
