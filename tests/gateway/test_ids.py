"""Ids of events, with and without entropy."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uuid_utils

from gateway import ids
from gateway.policy import decide
from gateway.store.store import Store
from tests.gateway.houses import event


@pytest.fixture
def no_entropy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in its first seconds: who asks without waiting is refused, who waits would wait for ever."""

    def refuse(_count: int, flags: int = 0) -> bytes:
        assert flags & os.GRND_NONBLOCK, "this would wait"
        raise BlockingIOError

    def wait_for_ever(*_: Any) -> Any:
        raise AssertionError("this would wait")

    monkeypatch.setattr(ids, "_seeded", False)
    monkeypatch.setattr(os, "getrandom", refuse)
    monkeypatch.setattr(os, "urandom", wait_for_ever)
    monkeypatch.setattr(uuid_utils, "uuid7", wait_for_ever)
    yield
    monkeypatch.setattr(ids, "_seeded", False)


@pytest.mark.usefixtures("no_entropy")
def test_ids_are_versions_of_uuid_7_unlike_and_in_order_without_entropy() -> None:
    made = [uuid.UUID(ids.new_id()) for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    times = [one.int >> 80 for one in made]
    assert times == sorted(times)


@pytest.mark.usefixtures("no_entropy")
async def test_a_new_house_keeps_an_alarm_before_there_is_entropy(tmp_path: Path) -> None:
    with Store(tmp_path / "house.db") as store:
        assert len(store.identity.store) == 32
        assert store.identity.boot == 1
        alarm = event()
        stored = await store.append(alarm, decide(alarm))
        assert stored.sequence == 1
    with Store(tmp_path / "house.db") as again:
        assert again.identity.store == store.identity.store


def test_with_entropy_the_library_makes_them() -> None:
    assert ids.has_entropy()
    assert uuid.UUID(ids.new_id()).version == 7
