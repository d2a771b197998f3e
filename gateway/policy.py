"""How urgent an event is: pure tables, nothing else. Who may wait, who goes first, what must be answered."""

from dataclasses import dataclass

from drivers.event import AlarmType, Event, Kind
from gateway.contract.messages import Priority

RANKS: dict[Priority, int] = {"fire": 0, "person": 1, "property": 2, "trouble": 3, "record": 4, "telemetry": 5}
"""The order in which messages leave the house: fire first, then people, then faults, then the rest."""

ALARM_PRIORITY: dict[AlarmType, Priority] = {
    AlarmType.SMOKE: "fire",
    AlarmType.HEAT: "fire",
    AlarmType.CO: "fire",
    AlarmType.GAS: "fire",
    AlarmType.SOS: "person",
    AlarmType.FALL: "person",
    AlarmType.WANDERING: "person",
    AlarmType.VITAL_SIGN: "person",
    AlarmType.INACTIVITY: "person",
    AlarmType.OUT_OF_BED: "person",
    AlarmType.REMOVED_FROM_BODY: "person",
    AlarmType.WATER: "property",
    AlarmType.INTRUSION: "property",
    AlarmType.DOOR_LEFT_OPEN: "property",
}

KIND_PRIORITY: dict[Kind, Priority] = {
    Kind.TROUBLE: "trouble",
    Kind.TAMPER: "trouble",
    Kind.LOW_BATTERY: "trouble",
    Kind.SUPERVISION_LOST: "trouble",
    Kind.RESTORE: "record",
    Kind.SERVICE_REQUEST: "record",
    Kind.SUPERVISION: "telemetry",
    Kind.ENROLMENT: "telemetry",
    Kind.ACTIVITY: "telemetry",
    Kind.MEASUREMENT: "telemetry",
    Kind.LOCATION: "telemetry",
}

ALARM_RANK_LIMIT = RANKS["property"]
"""Messages up to this rank are somebody's alarm: they have their own slots and the fast retries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What policy says of one event. `answered` is false for telemetry: stored in batches, sent as digests."""

    priority: Priority
    answered: bool


def decide(event: Event) -> Decision:
    """The urgency of an event. A test has that of what it tests; an unknown alarm type is a person's."""
    if event.kind is Kind.ALARM or event.kind is Kind.TEST:
        known = event.type in _ALARM_NAMES
        return Decision(priority=ALARM_PRIORITY[AlarmType(str(event.type))] if known else "person", answered=True)
    return _BY_KIND[event.kind]


_ALARM_NAMES = frozenset(AlarmType)
_BY_KIND = {
    kind: Decision(priority=priority, answered=priority != "telemetry") for kind, priority in KIND_PRIORITY.items()
}
