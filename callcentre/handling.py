"""Handling: the centre's column of an alarm's life, as one table of ranks and one table of rights.

Rules of this file: no clock, no I/O, no row; whoever stores an action asks `judge` first.
A lower rank never undoes a higher one; steps may be skipped; only the owner, or a supervisor, goes on.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import cast

from gateway.contract.messages import RESULTS, AnswerState, Result


class Handling(IntEnum):
    """How far the centre has come with an alarm; the number is the rank."""

    NONE = 0
    ACCEPTED = 1
    DISPATCHED = 2
    ARRIVED = 3
    RESOLVED = 4

    @property
    def word(self) -> str:
        """The state as the API and the answers spell it."""
        return self.name.lower()

    @property
    def answer(self) -> AnswerState:
        """The same as an answer to the house; what nobody has accepted is merely received."""
        return "received" if self is Handling.NONE else cast("AnswerState", self.word)


class Role(StrEnum):
    """What a token allows."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    INSTALLER = "installer"
    AUDITOR = "auditor"


ACTIONS: dict[str, Handling] = {
    "accept": Handling.ACCEPTED,
    "dispatch": Handling.DISPATCHED,
    "arrive": Handling.ARRIVED,
    "resolve": Handling.RESOLVED,
}
MAY_HANDLE = frozenset({Role.OPERATOR, Role.SUPERVISOR})
MAY_TAKE_OVER = frozenset({Role.SUPERVISOR})


class Verdict(StrEnum):
    """What becomes of one action."""

    APPLY = "apply"
    TAKE_OVER = "take_over"
    UNCHANGED = "unchanged"
    OTHERS = "others"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the name on the token, known only inside the centre, and the role."""

    name: str
    role: Role


def judge(state: Handling, owner: str | None, actor: Person, target: Handling) -> Verdict:
    """Decide one action on an alarm in `state` held by `owner` (None: nobody)."""
    if actor.role not in MAY_HANDLE:
        return Verdict.FORBIDDEN
    foreign = owner is not None and owner != actor.name
    if foreign and actor.role not in MAY_TAKE_OVER:
        return Verdict.OTHERS
    if target > state:
        return Verdict.APPLY
    return Verdict.TAKE_OVER if foreign and state is not Handling.RESOLVED else Verdict.UNCHANGED


def result_of(value: object) -> Result | None:
    """The result of a resolved alarm; None where it is not one of the contract's words."""
    return next((result for result in RESULTS if result == value), None)
