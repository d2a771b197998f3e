"""What every answer must look like, whatever it was about; and what a person at the platform must be able to do."""

import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any, get_args

import msgspec

from gateway.contract import topics
from gateway.contract.messages import RESULTS, Answer, AnswerState
from gateway.contract.times import from_text
from simulator.conformance.checks_messages import ANSWERS, LIFE, Check
from simulator.conformance.house import CheckingHouse, Heard
from simulator.conformance.verdict import UncheckedError, ViolatedError

_KEYS = ("id", "about", "state", "at", "role", "minutes", "result")
_HANDLING = ("accepted", "dispatched", "arrived", "resolved")


def _answers(house: CheckingHouse) -> list[Heard]:
    answers = [heard for heard in house.heard if heard.branch == topics.ANSWER]
    if not answers:
        raise UncheckedError("no answer has come at all")
    return answers


async def _form(house: CheckingHouse) -> None:
    for heard in _answers(house):
        fault = fault_of(heard.body)
        if fault:
            raise ViolatedError(f"an answer {fault}")


def fault_of(body: dict[str, Any] | None) -> str | None:
    """What is wrong with an answer's form, as the end of a sentence; None where nothing is."""
    if body is None:
        return "is no JSON object"
    missing = [key for key in _KEYS if key not in body]
    if missing:
        return f"lacks `{missing[0]}`: all seven keys are written, null where unknown"
    if body["state"] not in get_args(AnswerState):
        return f"says the state {body['state']!r}, which the contract does not know"
    try:
        msgspec.convert(body, Answer)
        from_text(body["at"])
    except (msgspec.ValidationError, ValueError) as error:
        return f"does not fit its schema: {error}"
    if (body["result"] is not None) != (body["state"] == "resolved"):
        return (
            f"in state {body['state']} has the result {body['result']!r}: a result comes with `resolved`, and only so"
        )
    return None


async def _unretained(house: CheckingHouse) -> None:
    if any(heard.retained for heard in _answers(house)):
        raise ViolatedError("an answer is retained: it would be heard again at every connection")


async def _own_ids(house: CheckingHouse) -> None:
    said: dict[object, set[tuple[object, object]]] = defaultdict(set)
    for heard in _answers(house):
        said[heard.says("id")].add((heard.says("about"), heard.says("state")))
    for id_, meanings in said.items():
        if len(meanings) > 1:
            raise ViolatedError(f"the answer id {id_} stands for {len(meanings)} different answers")


async def _known(house: CheckingHouse) -> None:
    for heard in _answers(house):
        if heard.says("about") not in house.asked:
            raise ViolatedError(f"an answer is about {heard.says('about')}, which this house has not sent")


async def _once(house: CheckingHouse) -> None:
    for about, asked in house.asked.items():
        ids = {str(heard.says("id")) for heard in house.answers(about, "received", "hold")}
        if len(ids) > asked:
            raise ViolatedError(f"{about} was sent {asked} times and answered {len(ids)} times")


def handling(seconds: float) -> Check:
    """Somebody at the platform handles an alarm within `seconds`; the house hears each step."""

    async def run(house: CheckingHouse) -> None:
        if not seconds:
            raise UncheckedError("nobody was asked to handle an alarm; --handle SECONDS does")
        message = house.speaker.alarm()
        await house.send(message)
        await house.received(message)
        print(f"now accept and then resolve the alarm {message.id} on the platform", file=sys.stderr, flush=True)
        for state in ("accepted", "resolved"):
            if not await house.until(_has(house, message.id, state), seconds):
                raise ViolatedError(f"no `{state}` about {message.id} within {seconds:g} s")
        _in_order(house.answers(message.id, *_HANDLING))
        before = len(house.answers(message.id, "resolved"))
        await house.status(house.speaker.status("online", message.id), (message.id,))
        if not await house.until(lambda: len(house.answers(message.id, "resolved")) > before):
            raise ViolatedError("a birth that lists a resolved alarm as open is not answered `resolved`")

    return Check("handling", LIFE, "a person's steps reach the house, also after a birth", run)


def _has(house: CheckingHouse, about: str, state: str) -> Callable[[], bool]:
    return lambda: bool(house.answers(about, state))


def _in_order(steps: list[Heard]) -> None:
    ranks = [_HANDLING.index(str(step.says("state"))) for step in steps]
    if ranks != sorted(ranks):
        raise ViolatedError("the steps of handling came in the wrong order")
    result = steps[-1].says("result")
    if result not in RESULTS:
        raise ViolatedError(f"`resolved` bears the result {result!r}, which is none of {', '.join(RESULTS)}")


ANSWER_CHECKS = (
    Check("answers: form", ANSWERS, "every answer has its seven keys and known words", _form),
    Check("answers: own ids", ANSWERS, "every answer has an id of its own", _own_ids),
    Check("answers: about", ANSWERS, "every answer is about a message of this house", _known),
    Check("answers: once", ANSWERS, "no message is answered more often than it was sent", _once),
    Check("answers: not retained", "Topics", "no answer is retained", _unretained),
)
