"""What holds an alarm back for a while, and who may take it back: one rule per alarm type. Pure.

To have the alarms of a type held, put a `Rule` under its name into the mapping that `gateway.house` gives to
`PendingAlarms`; whatever then happens of that type, by a driver, a rule of the house or a model, is held by it. A
watcher that learns more meanwhile says so with `PendingAlarms.weigh`. Nothing else has to be done: the rows, the
prompt, restarts, the alarm itself and its cancellation are the engine's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.event import AlarmType, Event
from drivers.presses import ALL_RIGHT
from gateway.pending.standing import Word

_BOX = "box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What one more sign changes: the evidence it adds, the word it says, the whole length of the window from now on.

    None and nothing leave it as it is. `seconds` counts from the opening.
    """

    word: Word | None = None
    seconds: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Weight()


def means(heard: Event) -> Weight:
    """What holds for every held alarm: a call for help confirms it, whoever says "all right" takes it back."""
    if calls_for_help(heard):
        return Weight(word=Word.HELP, evidence={"confirmed_by": heard.device})
    if says_all_right(heard):
        return Weight(word=Word.WELL, evidence={"cancelled_by": heard.device})
    return NOTHING


def _never(_held: Event, _other: Event, _raised: bool) -> Weight | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How the alarms of one type are held.

    `seconds` is how long an alarm is held, 0 for not at all. `prompt` is the sentence (its name) that is spoken at
    once and every few seconds, None for silence; `cancelled` the one at a cancellation. `opening` says what the house
    knows already as an alarm is opened, `means` what any event means to it then, beside what
    `means` of this module says of all.
    `joins` says what another alarm of this type means to one that is held, or was raised (its third argument) within
    the last `joins_seconds`: a weight makes the two one alarm, None leaves them two. `explained` adds to the evidence
    at the end.
    """

    seconds: Callable[[Event], float]
    prompt: str | None
    cancelled: str | None
    opening: Callable[[Event], Weight] = lambda _event: NOTHING
    means: Callable[[Event, Event], Weight] = lambda _held, _heard: NOTHING
    joins: Callable[[Event, Event, bool], Weight | None] = _never
    joins_seconds: float = 0.0
    explained: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _evidence: {}


def calls_for_help(heard: Event) -> bool:
    """A pulled cord or a pressed button, wherever in the house. A test never is."""
    return heard.raises_alarm and heard.type == AlarmType.SOS


def says_all_right(heard: Event) -> bool:
    """The box's own "I am well", or a press that was enrolled as `all_right`."""
    if ALL_RIGHT in heard.evidence.get("marks", ()):
        return True
    if heard.driver != _BOX:
        return False
    # Here and not above: a house without a box never loads what its buttons mean.
    from drivers import box

    return box.pressed(heard) == box.WELL
