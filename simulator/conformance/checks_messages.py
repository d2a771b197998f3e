"""What a platform must do with each message: every check says where the contract asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from drivers.event import Kind
from gateway.contract import topics
from simulator.conformance.house import CheckingHouse
from simulator.conformance.verdict import ViolatedError
from simulator.conformance.words import Message, Speaker, changed, filled_up, new_id

ALARM, ANSWERS, LIFE = "An alarm", "Your answers", "The life of an alarm"
BURST = 20
SILENCE_SECONDS = 1.0
"""How long to listen for what must not come."""


@dataclass(frozen=True, slots=True)
class Check:
    """`run` raises ViolatedError or UncheckedError; `good` is what is said where it does neither.

    `where` is a heading of docs/integrators.md.
    """

    name: str
    where: str
    good: str
    run: Callable[[CheckingHouse], Awaitable[None]]


def _is_received(say: Callable[[Speaker], Message]) -> Callable[[CheckingHouse], Awaitable[None]]:
    async def run(house: CheckingHouse) -> None:
        message = say(house.speaker)
        await house.send(message)
        await house.received(message)

    return run


async def _updated(house: CheckingHouse) -> None:
    raised = house.speaker.alarm()
    updated = house.speaker.updated(raised.id)
    await house.send(raised, updated)
    await house.received(raised)
    await house.received(updated)


async def _cleared(house: CheckingHouse) -> None:
    raised = house.speaker.alarm("smoke")
    cleared = house.speaker.cleared(raised.id)
    await house.send(raised, cleared)
    await house.received(raised)
    await house.received(cleared)


async def _overtaken(house: CheckingHouse) -> None:
    raised = house.speaker.alarm("smoke")
    cleared = house.speaker.cleared(raised.id)
    await house.send(cleared)
    await house.received(cleared)
    await house.send(raised)
    await house.received(raised)


async def _duplicate(house: CheckingHouse) -> None:
    message = house.speaker.alarm()
    await house.send(message)
    await house.received(message)
    await house.send(house.speaker.again(message, 2))
    await house.received(message, count=2)


async def _burst(house: CheckingHouse) -> None:
    messages = [house.speaker.alarm() for _ in range(BURST)]
    await house.send(*messages)
    for message in messages:
        await house.received(message)


async def _unreadable(house: CheckingHouse) -> None:
    id_ = new_id()
    broken = b'{"specversion": "1.0", "id": "%s", "type": "anju.alarm.raised", "data": 5}' % id_.encode()
    message = Message(topics.ALARM, id_, broken)
    await house.send(message)
    await house.received(message)
    if house.answers(message.id, "received")[0].says("understood") is not False:
        raise ViolatedError('an alarm that cannot be read is answered without `"understood": false`')


async def _telemetry(house: CheckingHouse) -> None:
    digest = house.speaker.digest()
    await house.send(digest)
    if await house.until(lambda: bool(house.answers(digest.id)), SILENCE_SECONDS):
        raise ViolatedError("a telemetry digest is answered: it costs the house mobile data for nothing")


_DETECTOR: dict[str, Any] = {"device": "check-smoke", "model": "generic-smoke", "room": "kitchen", "supervised": True}
_EVENTS: dict[str, Callable[[Speaker], Message]] = {
    "trouble": lambda speaker: speaker.say(Kind.TROUBLE, "rf_interference", "trouble"),
    "restore": lambda speaker: speaker.say(Kind.RESTORE, "rf_interference", "record"),
    "tamper": lambda speaker: speaker.say(Kind.TAMPER, None, "trouble", **_DETECTOR),
    "low battery": lambda speaker: speaker.say(Kind.LOW_BATTERY, None, "trouble", battery_low=True, **_DETECTOR),
    "supervision lost": lambda speaker: speaker.say(Kind.SUPERVISION_LOST, None, "trouble", **_DETECTOR),
    "supervision": lambda speaker: speaker.say(Kind.SUPERVISION, None, "record", **_DETECTOR),
    "service request": lambda speaker: speaker.say(Kind.SERVICE_REQUEST, "meal", "record", room="kitchen"),
}

MESSAGE_CHECKS = (
    Check("alarm raised", ANSWERS, "a cord's alarm is answered `received`", _is_received(lambda one: one.alarm())),
    Check("fire raised", ANSWERS, "a smoke alarm is answered", _is_received(lambda one: one.alarm("smoke"))),
    Check("alarm updated", ANSWERS, "more presses are answered under the message's own id", _updated),
    Check("alarm cleared", ANSWERS, "an end is answered under the message's own id", _cleared),
    Check("alarm cancelled", ANSWERS, "a cancelled fall is answered", _is_received(lambda one: one.cancelled())),
    Check("test raised", ALARM, "a test is answered as an alarm is", _is_received(lambda one: one.test())),
    *(Check(f"event: {name}", ANSWERS, "it is answered", _is_received(say)) for name, say in _EVENTS.items()),
    Check("duplicate", LIFE, "the same id again is answered again", _duplicate),
    Check("overtaken", ALARM, "an end before its beginning is kept, and both are answered", _overtaken),
    Check(
        "late alarm", ALARM, "an alarm of two days ago is answered",
        _is_received(lambda one: one.alarm(ago=timedelta(hours=49))),
    ),
    Check(
        "unknown alarm type", ALARM, "a type of a later version is taken and answered",
        _is_received(lambda one: one.alarm("type_of_a_later_version")),
    ),
    Check(
        "unknown keys", ALARM, "keys of a later version are no obstacle",
        _is_received(lambda one: changed(one.alarm(), a_later_key=[1], data={"another": {"deep": None}})),
    ),
    Check(
        "unknown event kind", ALARM, "a kind of a later version is taken and answered",
        _is_received(lambda one: changed(one.say(Kind.TROUBLE, "clock", "trouble"), type="anju.event.later",
                                         data={"kind": "later", "type": "later"})),
    ),
    Check("unreadable alarm", ALARM, 'it is answered with `"understood": false`', _unreadable),
    Check("largest alarm", "Topics", "2 KB are taken", _is_received(lambda one: filled_up(one.alarm()))),
    Check(
        "largest event", "Topics", "16 KB are taken",
        _is_received(lambda one: filled_up(one.say(Kind.TROUBLE, "clock", "trouble"))),
    ),
    Check(
        "identity", "How a district speaks to its houses", "who it is stands in the topic, not in the payload",
        _is_received(lambda one: changed(one.alarm(), source="/gateways/somebody-else")),
    ),
    Check("telemetry", ANSWERS, "a digest is not answered", _telemetry),
    Check("burst", LIFE, f"{BURST} alarms at once are all answered", _burst),
)  # fmt: skip
