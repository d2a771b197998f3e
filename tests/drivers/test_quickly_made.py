"""A frozen dataclass that is quickly made is one like any other."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from drivers.quickly_made import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One field of each sort."""

    address: str
    count: int = 1
    marks: list[str] = field(default_factory=list)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """The same without."""

    address: str
    count: int = 1
    marks: list[str] = field(default_factory=list)
    secret: str = field(default="", repr=False)


def test_it_has_its_values_and_defaults_and_no_others() -> None:
    said = Said(address="a", count=2)
    assert (said.address, said.count, said.marks, said.secret) == ("a", 2, [], "")
    assert Said(address="a").marks is not Said(address="a").marks
    assert repr(said).replace("Said", "Plain") == repr(Plain(address="a", count=2))


def test_it_is_frozen_and_of_its_own_class() -> None:
    said = Said(address="a")
    assert type(said) is Said
    with pytest.raises(FrozenInstanceError):
        said.count = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del said.count


def test_it_is_compared_replaced_copied_and_pickled_as_any_other() -> None:
    said = Said(address="a", marks=["low"])
    assert replace(said, count=3) == Said(address="a", count=3, marks=["low"]) != said
    assert copy.deepcopy(said) == said
    assert pickle.loads(pickle.dumps(said)) == said


@pytest.mark.parametrize("wrong", [{}, {"address": "a", "other": 1}], ids=["missing", "unknown"])
def test_wrong_arguments_are_told_as_ever(wrong: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Said(**wrong)  # type: ignore[arg-type]
