"""Being away, kept in a real database over restarts."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.away import Away
from gateway.store.store import Store
from tests.gateway.houses import NOON


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


async def test_another_database_is_told_what_is_known(path: Path) -> None:
    with Store(path) as store:
        away = Away(store, lambda _: None)
        away.since = NOON
        away.keep()
    assert (await kept(path)).since == NOON
