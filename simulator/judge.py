"""The verdict on a scenario: what was expected against what came out at the district. Pure; the same at both speeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from drivers.event import Kind
from gateway.contract import topics
from gateway.contract.messages import Reply
from gateway.contract.reading import Unreadable, decode
from simulator.scenario import DONE, REFUSED, REPLY, Expectation, Scenario, Step

SLACK_SECONDS = 0.001
"""Times are compared to the millisecond: a sum of decimals is no reason to fail."""
_ENDS = {"anju.alarm.cleared": Kind.RESTORE.value}
_MESSAGES = {"anju.alarm.updated": "updated", "anju.alarm.cancelled": "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event at the district, `at` seconds after the scenario's midnight; a repetition of it is not seen again.

    The end of an alarm is of kind `restore`. `message` tells a raised alarm from its updates and its cancelling.
    What became of an order is of kind REPLY, its type one of REPLIES.
    """

    at: float
    id: str
    kind: str
    type: str | None
    device: str | None
    message: str = "raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reasons` says of each expectation that was not met what came instead; there are none where all were met."""

    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as it was expected."""
        return not self.reasons


class Gallery:
    """Whoever stands at the district's broker and writes down what comes, each event once by its id."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.repeated = 0
        self.unreadable: list[str] = []

    def take(self, topic: str, payload: bytes, at: float) -> Seen | None:
        """Note a message; what is new of it, None for a repetition and for what is no event."""
        house = topics.parse(topic)
        if house is None or house.branch not in (topics.ALARM, topics.EVENT, topics.REPLY):
            return None
        if house.branch == topics.REPLY:
            return self._reply(payload, at)
        message = decode(payload)
        if isinstance(message, Unreadable):
            self.unreadable.append(message.reason)
            return None
        if message.id in self.seen:
            self.repeated += 1
            return None
        type_, device = message.data.get("type"), message.data.get("device")
        seen = self.seen[message.id] = Seen(
            at=at,
            id=message.id,
            kind=_ENDS.get(message.type, str(message.data["kind"])),
            type=type_ if isinstance(type_, str) else None,
            device=device if isinstance(device, str) else None,
            message=_MESSAGES.get(message.type, "raised"),
        )
        return seen

    def _reply(self, payload: bytes, at: float) -> Seen | None:
        try:
            reply = msgspec.json.decode(payload, type=Reply)
        except msgspec.MsgspecError:
            self.unreadable.append("bad_reply")
            return None
        type_ = DONE if reply.done else REFUSED
        seen = Seen(at=at, id=f"reply {reply.id} {reply.at}", kind=REPLY, type=type_, device=None)
        return self.seen.setdefault(seen.id, seen)


def judge(scenario: Scenario, seen: Iterable[Seen]) -> Verdict:
    """Hold every expectation against what was seen."""
    events = sorted(seen, key=lambda event: event.at)
    reasons = [_reason(expected, scenario.steps, events) for expected in scenario.expectations]
    return Verdict(reasons=tuple(reason for reason in reasons if reason))


def matching(expected: Expectation, events: Iterable[Seen]) -> list[Seen]:
    """The events that an expectation speaks of, in their order."""
    return [
        event
        for event in events
        if event.kind == expected.kind
        and event.message == expected.message
        and expected.type in (None, event.type)
        and expected.device in (None, event.device)
    ]


def _reason(expected: Expectation, steps: Sequence[Step], events: Sequence[Seen]) -> str:
    counted = matching(expected, events)
    if len(counted) != expected.count:
        return f"{described(expected)}: {len(counted)} came instead of {expected.count}"
    for event in counted:
        reason = _lateness(expected, steps, event)
        if reason:
            return f"{described(expected)}: {reason}"
    return ""


def _lateness(expected: Expectation, steps: Sequence[Step], event: Seen) -> str:
    if expected.not_before is not None and event.at < expected.not_before - SLACK_SECONDS:
        return f"it came {expected.not_before - event.at:.1f} s too early"
    if expected.within_seconds is None:
        return ""
    causes = _causes(expected, [step for step in steps if step.at <= event.at + SLACK_SECONDS])
    if not causes:
        return f"it came before any step{' of that device' if expected.device else ''}"
    took = event.at - max(causes)
    if took <= expected.within_seconds + SLACK_SECONDS:
        return ""
    return f"it took {took:.1f} s, more than {expected.within_seconds:g} s"


def _causes(expected: Expectation, earlier: Sequence[Step]) -> list[float]:
    """When the steps were done from which the time counts: those of the device that is named, else of any device.

    Where no device has done anything (somebody only jams the air) it counts from whatever was done.
    """
    if expected.device is not None:
        return [step.at for step in earlier if step.device is not None and step.device.id == expected.device]
    return [step.at for step in earlier if step.device is not None] or [step.at for step in earlier]


def described(expected: Expectation) -> str:
    """An expectation in words."""
    words = [expected.kind, expected.type or "", "" if expected.message == "raised" else expected.message]
    return " ".join(filter(None, words)) + (f" of {expected.device}" if expected.device else "")
