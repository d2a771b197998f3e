"""Counting by id at both ends: what was pressed against what the district holds. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run of one fault came to. `seconds`: from the fault's end to the last owed alarm at the district."""

    owed: int
    open: int
    alarms: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    seconds: float
    remarks: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Nothing lost, nothing doubled, nothing remarked."""
        return not (self.lost or self.doubled or self.remarks)


def broken(error: BaseException) -> Result:
    """The outcome of a run that came to no count."""
    return Result(owed=0, open=0, alarms=0, lost=(), doubled=(), seconds=0.0, remarks=(f"broke off: {error!r}",))


def missing(owed: Counter[str], heard: Iterable[tuple[str, str]]) -> Counter[str]:
    """By device, how many owed presses have no alarm; `heard` is (id, device) of every message, repeats included."""
    return owed - Counter(device for _, device in set(heard))


def result(
    owed: Counter[str],
    open_: Counter[str],
    heard: Iterable[tuple[str, str]],
    seconds: float,
    remarks: tuple[str, ...] = (),
) -> Result:
    """Compare. A second event id for one press is doubled; a second message with the same id is not."""
    ids = set(heard)
    found = Counter(device for _, device in ids)
    return Result(
        owed=owed.total(),
        open=open_.total(),
        alarms=len(ids),
        lost=tuple(sorted((owed - found).elements())),
        doubled=tuple(sorted((found - owed - open_).elements())),
        seconds=seconds,
        remarks=remarks,
    )
