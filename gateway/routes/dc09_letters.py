"""The words of SIA DC-03 (the two letters of SIA-DCS) for ours, each with the letters of its end.

Total over alarm types, trouble types and fault kinds: a test fails on a hole. Where the vocabulary has no word of ours
the nearest stands, marked "nearest". Letters and their names as tabulated by siadc09 and pysiaalarm.
"""

from drivers.event import AlarmType, Event, Kind, TroubleType

Letters = tuple[str, str]

ALARM_LETTERS: dict[AlarmType, Letters] = {
    AlarmType.SOS: ("QA", "QH"),
    AlarmType.SMOKE: ("FA", "FH"),
    AlarmType.HEAT: ("KA", "KH"),
    AlarmType.CO: ("GA", "GH"),
    AlarmType.GAS: ("GA", "GH"),
    AlarmType.WATER: ("WA", "WH"),
    # Nearest: DC-03 has no fall; a medical alarm is how a receiving centre treats one.
    AlarmType.FALL: ("MA", "MH"),
    AlarmType.INACTIVITY: ("NA", "NS"),
    # Nearest: DC-03 has no wandering.
    AlarmType.WANDERING: ("QA", "QH"),
    AlarmType.OUT_OF_BED: ("NA", "NS"),
    AlarmType.DOOR_LEFT_OPEN: ("DL", "DH"),
    # Nearest: an alarm of a zone of unknown type.
    AlarmType.REMOVED_FROM_BODY: ("UA", "UH"),
    AlarmType.INTRUSION: ("BA", "BH"),
    AlarmType.VITAL_SIGN: ("MA", "MH"),
}

TROUBLE_LETTERS: dict[TroubleType, Letters] = {
    TroubleType.RF_INTERFERENCE: ("XQ", "XH"),
    TroubleType.STORAGE: ("YX", "YZ"),
    # Nearest: both call for somebody to look at the gateway.
    TroubleType.STORE_ROLLED_BACK: ("YX", "YZ"),
    TroubleType.CLOCK: ("YX", "YZ"),
    TroubleType.MAINS: ("AT", "AR"),
    TroubleType.LINK_LOST: ("ET", "ER"),
    TroubleType.DEVICE_FAULT: ("UT", "UJ"),
    # Nearest: a trouble of the line to the centre.
    TroubleType.CERTIFICATE: ("YC", "YK"),
}
UNKNOWN_TROUBLE: Letters = ("YX", "YZ")

ROUTE_LOST: Letters = ("YS", "YK")
"""A way to the centre, not a line inside the home."""

KIND_LETTERS: dict[Kind, Letters] = {
    Kind.TAMPER: ("TA", "TR"),
    Kind.LOW_BATTERY: ("XT", "XR"),
    # Nearest to its end: a missing point has none of its own.
    Kind.SUPERVISION_LOST: ("UY", "UJ"),
    Kind.TEST: ("RX", "RX"),
    # Nearest: DC-03 means the equipment.
    Kind.SERVICE_REQUEST: ("YX", "YZ"),
}

_ALARM_NAMES = frozenset(AlarmType)
_TROUBLE_NAMES = frozenset(TroubleType)
_KIND_NAMES = frozenset(Kind)


def letters_of(event: Event, *, of_route: bool) -> str | None:
    """The two letters of an event; None for what DC-03 has no word for (telemetry).

    `of_route`: a `link_lost` that is about a way to the centre. An unknown alarm type is an emergency.
    """
    if event.kind is Kind.RESTORE:
        return _pair(event.type or "", of_route=of_route)[1]
    if event.kind is Kind.ALARM:
        return _alarm(event.type or "")[0]
    if event.kind is Kind.TROUBLE:
        return _trouble(event.type or "", of_route=of_route)[0]
    known = KIND_LETTERS.get(event.kind)
    return known[0] if known else None


def _pair(name: str, *, of_route: bool) -> Letters:
    """The letters of whatever a restore says is over."""
    if name in _ALARM_NAMES:
        return _alarm(name)
    known = KIND_LETTERS.get(Kind(name)) if name in _KIND_NAMES else None
    return known or _trouble(name, of_route=of_route)


def _alarm(name: str) -> Letters:
    return ALARM_LETTERS[AlarmType(name) if name in _ALARM_NAMES else AlarmType.SOS]


def _trouble(name: str, *, of_route: bool) -> Letters:
    if of_route and name == TroubleType.LINK_LOST:
        return ROUTE_LOST
    return TROUBLE_LETTERS[TroubleType(name)] if name in _TROUBLE_NAMES else UNKNOWN_TROUBLE
