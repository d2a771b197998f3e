"""Being away, kept in a real database over restarts."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.away import CENTRE, CONFIRM_EVERY, FAMILY, LONGEST, Away
from gateway.store.store import Store
from tests.gateway.houses import NOON

DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "anju.db"


async def kept(path: Path) -> Away:
    """What the next run knows."""
    with Store(path) as store:
        away = Away(store, lambda _: None)
        await away.resume()
        return away


async def test_somebody_is_at_home_until_it_is_said_otherwise(path: Path) -> None:
    assert (await kept(path)).since is None


async def test_it_is_kept_since_it_began_and_shown(path: Path) -> None:
    shown: list[bool] = []
    with Store(path) as store:
        away = Away(store, shown.append)
        away.change(NOON)
        away.change(NOON + timedelta(hours=1))
        assert away.since == NOON
        assert not away.is_declared
    assert shown == [True]
    assert (await kept(path)).since == NOON
    with Store(path) as store:
        away = Away(store, shown.append)
        await away.resume()
        away.change(None)
        away.change(None)
    assert shown == [True, True, False]
    assert (await kept(path)).since is None


async def test_of_many_changes_the_last_is_kept(path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        for _ in range(20):
            away.change(NOON)
            away.change(None)
        away.change(NOON + timedelta(hours=2))
    assert (await kept(path)).since == NOON + timedelta(hours=2)


async def test_another_database_is_told_what_is_known(tmp_path: Path, path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        away.declare(NOON, NOON + DAY, FAMILY)
    with Store(tmp_path / "new.db") as store:
        other = Away(store, lambda _: None)
        other.absence = away.absence
        other.keep()
    assert (await kept(tmp_path / "new.db")).absence == away.absence


async def test_a_declared_absence_lasts_until_its_end_over_restarts(path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        assert away.declare(NOON, NOON + 3 * DAY, FAMILY) is None
    resumed = await kept(path)
    assert resumed.is_declared
    assert resumed.absence is not None
    assert (resumed.absence.until, resumed.absence.by) == (NOON + 3 * DAY, FAMILY)
    with Store(path) as store:
        away = Away(store, lambda _: None)
        await away.resume()
        away.look(NOON + 3 * DAY - timedelta(seconds=1))
        assert away.is_declared
        away.look(NOON + 3 * DAY)
        assert away.since is None
    assert (await kept(path)).since is None


async def test_it_may_be_prolonged_and_keeps_its_beginning(path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        away.change(NOON)
        away.declare(NOON + DAY, NOON + 3 * DAY, FAMILY)
        away.declare(NOON + 2 * DAY, NOON + 9 * DAY, CENTRE)
        assert away.absence is not None
        assert (away.absence.since, away.absence.until, away.absence.by) == (NOON, NOON + 9 * DAY, CENTRE)


async def test_an_end_that_is_past_or_farther_than_a_year_is_refused(path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        assert away.declare(NOON, NOON, FAMILY) == "until is not in the future"
        assert away.declare(NOON, NOON + LONGEST + DAY, FAMILY) == "until is more than 400 days from now"
        assert away.since is None


async def test_the_district_is_asked_every_month_and_anew_after_a_prolongation(path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        away.declare(NOON, NOON + 200 * DAY, FAMILY)
        asked = [day for day in range(100) if away.look(NOON + day * DAY)]
        assert asked == [30, 60, 90]
        away.declare(NOON + 100 * DAY, NOON + 300 * DAY, FAMILY)
        assert [day for day in range(100, 140) if away.look(NOON + day * DAY)] == [130]
    with Store(path) as store:
        away = Away(store, lambda _: None)
        await away.resume()
        assert not away.look(NOON + 130 * DAY + CONFIRM_EVERY - timedelta(seconds=1))
        assert away.look(NOON + 130 * DAY + CONFIRM_EVERY)


async def test_what_a_version_without_ends_had_kept_still_holds(path: Path) -> None:
    with Store(path):
        pass
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO setting VALUES ('away_since', '2026-03-01T12:00:00.250Z')")
    connection.close()
    away = await kept(path)
    assert (away.since, away.is_declared) == (NOON, False)
