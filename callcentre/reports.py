"""What a message from a house comes to at the desk: small frozen values between reading and filing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callcentre.reading_finding import Finding
from callcentre.reading_location import Whereabouts
from gateway.contract.messages import Status

UNREADABLE = "unreadable"
"""The type of an alarm that the desk could not read, and the kind of such an event."""


class Step(StrEnum):
    """What a message on the alarm topic does to its alarm."""

    RAISED = "raised"
    UPDATED = "updated"
    CLEARED = "cleared"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmReport:
    """One message about one alarm. `alarm` is the raised event's id, `id` the message's own.

    Texts come from the house and are bounded here, but otherwise as they came: whoever shows them escapes them.
    `since` is when it happened; None where the house's clock is not to be believed. Unknown is None, never False.
    """

    gateway: str
    id: str
    alarm: str
    step: Step
    type: str
    priority: str
    test: bool
    late: bool
    since: datetime | None
    room: str | None
    device: str | None
    model: str | None
    pseudonym: str | None
    battery_low: bool | None
    supervised: bool | None
    repeat_count: int | None
    location: Whereabouts | None = None
    finding: Finding | None = None

    @property
    def cancels_itself(self) -> bool:
        """True for an alarm that the resident stopped before it was raised: filed, never called."""
        return self.step is Step.CANCELLED and self.alarm == self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """One message that is no alarm. `name` is what is wrong or over: the trouble's type, else the kind.

    `device` is the device's id, else the house's own word for the line or part that is meant, else empty. `detail` is
    what exactly is wrong with a faulty device; empty where the house does not say.
    """

    gateway: str
    id: str
    kind: str
    name: str
    device: str
    room: str | None
    at: datetime | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableReport:
    """A message the desk could not understand. `id` is its own where it bears one, else a digest; `raw` is capped."""

    gateway: str
    branch: str
    id: str
    bears_id: bool
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """A gateway's birth, heartbeat, orderly end or will. `retained`: the broker kept it, nobody spoke just now."""

    gateway: str
    status: Status
    retained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestReport:
    """A telemetry digest came."""

    gateway: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing to file, only to count. `reason` is one of a fixed set of words."""

    reason: str


Fileable = AlarmReport | EventReport | UnreadableReport | StatusReport | DigestReport
