"""One alarm that is held back, and what becomes of it. Pure: time comes in as monotonic seconds."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from drivers.event import Event, Kind, State
from gateway.intake.outcomes import Happened
from gateway.pending.rule import NOTHING, Rule, Weight
from gateway.pending.standing import Standing, Word, step

PROMPT_SECONDS = 12.0
"""So often the prompt is said: who is stunned by a fall has not heard the first one."""
LONGEST_SECONDS = 600.0
"""No sign holds an alarm for longer than this, or than its own rule does."""


@dataclass(slots=True, kw_only=True)
class Held:
    """An alarm from its opening to its end. `seconds` is the window as it stands, `longest` what it may become.

    `evidence` is what was learnt meanwhile, `also` the alarms of other devices that tell of the same thing.
    """

    event: Event
    rule: Rule
    opened: float
    seconds: float
    longest: float
    standing: Standing = Standing.OPENED
    prompt_at: float
    evidence: dict[str, Any] = field(default_factory=dict)
    also: list[Happened] = field(default_factory=list)

    @property
    def due(self) -> float:
        """When it is raised unless something is said before."""
        return self.opened + self.seconds

    @property
    def is_over(self) -> bool:
        """Whether it is decided what becomes of it."""
        return self.standing is not Standing.OPENED

    def weigh(self, weight: Weight) -> None:
        """Take one more sign into account; nothing where it is decided already."""
        if self.is_over:
            return
        self.evidence |= weight.evidence
        if weight.seconds is not None:
            self.seconds = min(weight.seconds, self.longest)
        if weight.word is not None:
            self.standing = step(self.standing, weight.word)

    def look(self, now: float) -> None:
        """Time goes by."""
        if now >= self.due:
            self.standing = step(self.standing, Word.DUE)

    def next_look(self) -> float:
        """When to look again."""
        return self.due if self.rule.prompt is None else min(self.due, self.prompt_at)

    def released(self, now: float) -> list[Happened]:
        """What happens at its end: the alarm or its cancellation under its own id, then what belongs to it."""
        told = {
            "window": self.standing.value,
            "window_seconds": round(self.seconds),
            "held_seconds": round(max(0.0, now - self.opened), 1),
        }
        cancelled = self.standing is Standing.CANCELLED
        known = {**self.event.evidence, **self.evidence, **told}
        event = replace(
            self.event,
            state=State.CANCELLED if cancelled else self.event.state,
            evidence={**known, **self.rule.explained(known)},
        )
        also = [] if cancelled else [joined(one, event) for one in self.also]
        return [Happened(event=event, is_released=True), *also]


def joined(other: Happened, raised: Event, weight: Weight = NOTHING) -> Happened:
    """Another device's alarm of the same thing, as an update of the one that was raised."""
    change = replace(other.change, event=raised.id) if other.change is not None else None
    event = replace(other.event, alarm=raised.id, evidence={**other.event.evidence, **weight.evidence})
    return Happened(event=event, change=change, is_released=True)


def said_afterwards(press: Event, raised: Event, event_id: str) -> Happened:
    """Somebody says "all right" of an alarm that was raised already, as an update of it: people decide then."""
    event = replace(
        press, id=event_id, kind=Kind.ALARM, type=raised.type, alarm=raised.id, state=State.ACTIVE, raw="",
        evidence={"said_all_right": press.device},
    )  # fmt: skip
    return Happened(event=event, is_released=True)
