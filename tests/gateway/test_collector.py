"""The garbage of cycles is looked for once a house runs, and not in what its start has made."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from gateway import collector


class Ring:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


def test_a_start_is_not_looked_through() -> None:
    collector.hold()
    assert not gc.isenabled()
    collector.settle()
    assert gc.isenabled()


def test_what_a_start_made_stays_and_what_comes_later_is_freed() -> None:
    collector.hold()
    kept = weakref.ref(Ring())
    collector.settle()
    freed = weakref.ref(Ring())
    gc.collect()
    assert kept() is not None
    assert freed() is None
