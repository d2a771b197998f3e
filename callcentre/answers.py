"""Answers to the houses, as the contract spells them. They bear a role, never a name."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
import uuid_utils

from gateway.contract.messages import Answer, AnswerState, Result
from gateway.contract.times import to_text


@dataclass(frozen=True, slots=True)
class Addressed:
    """One encoded answer and the gateway it is for."""

    gateway: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the centre has come with one alarm. `minutes` to arrival and `role` where known."""

    state: AnswerState
    role: str | None = None
    minutes: float | None = None
    result: Result | None = None


def received(gateway: str, about: str, now: datetime, *, understood: bool = True) -> Addressed:
    """The centre has stored the message `about`."""
    answer = _answer(about, "received", now)
    if not understood:
        answer.understood = False
    return _addressed(gateway, answer)


def hold(gateway: str, about: str, now: datetime) -> Addressed:
    """The centre does not know `about` and asks for it again."""
    return _addressed(gateway, _answer(about, "hold", now))


def handled(gateway: str, about: str, progress: Progress, now: datetime) -> Addressed:
    """How far the centre has come with the alarm whose raised event is `about`."""
    answer = _answer(about, progress.state, now)
    answer.role, answer.minutes, answer.result = progress.role, progress.minutes, progress.result
    return _addressed(gateway, answer)


def _answer(about: str, state: AnswerState, now: datetime) -> Answer:
    return Answer(id=str(uuid_utils.uuid7()), about=about, state=state, at=to_text(now))


def _addressed(gateway: str, answer: Answer) -> Addressed:
    return Addressed(gateway, msgspec.json.encode(answer))
