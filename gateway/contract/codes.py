"""The words of other systems for ours: Contact ID (SIA DC-05) codes and SCAIP (SS 91100) pairs.

Both mappings are total over alarm types, trouble types and fault kinds, and over their ends: a test fails on a hole.
Contact ID numbers are those of SIA DC-05 as tabulated by public DC-09 implementations; the code of an end is the
code of what it ends, since Contact ID tells the two apart by its qualifier (E or R).
A SCAIP pair is (device type, status code) from the enumerations that open SCAIP gateways carry. SCAIP has no
qualifier, so an end bears a status of its own: an end must never read as a second alarm.
Neither vocabulary has our every word. The nearest stands, marked "nearest" below; the exact word is always in the
message's `kind` and `type`.
"""

from drivers.event import AlarmType, Event, Kind, State, TroubleType

ScaipPair = tuple[str, str]

LOCAL_UNIT = "0002"
FIXED_TRIGGER = "0004"

FAILURE = "0042"
MALFUNCTION = "0067"
TROUBLE = "0105"
AUTOMATIC_ALARM = "0009"
MANUAL_ALARM = "0010"
CANCEL = "0019"
RESTORAL = "0094"
TEST_TRANSMISSION = "0102"

ALARM_CODES: dict[AlarmType, tuple[str, ScaipPair]] = {
    AlarmType.SOS: ("101", (FIXED_TRIGGER, MANUAL_ALARM)),
    AlarmType.SMOKE: ("111", ("0023", AUTOMATIC_ALARM)),
    AlarmType.HEAT: ("158", ("0025", AUTOMATIC_ALARM)),
    AlarmType.CO: ("162", ("0026", AUTOMATIC_ALARM)),
    AlarmType.GAS: ("151", ("0021", AUTOMATIC_ALARM)),
    AlarmType.WATER: ("154", ("0033", AUTOMATIC_ALARM)),
    AlarmType.FALL: ("103", ("0005", AUTOMATIC_ALARM)),
    AlarmType.INACTIVITY: ("641", ("0010", AUTOMATIC_ALARM)),
    # Nearest: DC-05 has no wandering; "personal emergency" is what an operator must treat it as.
    AlarmType.WANDERING: ("101", ("0015", AUTOMATIC_ALARM)),
    # Nearest: 641 is the watch over an older person's movements.
    AlarmType.OUT_OF_BED: ("641", ("0012", AUTOMATIC_ALARM)),
    AlarmType.DOOR_LEFT_OPEN: ("426", ("0014", "0077")),
    # Nearest: 391 is a sensor that can no longer see what it watches; a band is SCAIP's personal trigger.
    AlarmType.REMOVED_FROM_BODY: ("391", ("0003", AUTOMATIC_ALARM)),
    AlarmType.INTRUSION: ("130", ("0028", AUTOMATIC_ALARM)),
    # Nearest: SCAIP knows of the vital signs only the heart rate.
    AlarmType.VITAL_SIGN: ("100", ("0019", AUTOMATIC_ALARM)),
}

TROUBLE_CODES: dict[TroubleType, tuple[str, ScaipPair]] = {
    TroubleType.RF_INTERFERENCE: ("344", ("0050", "0095")),
    TroubleType.STORAGE: ("300", (LOCAL_UNIT, MALFUNCTION)),
    # Nearest: 621 is an event log that begins anew.
    TroubleType.STORE_ROLLED_BACK: ("621", (LOCAL_UNIT, TROUBLE)),
    TroubleType.CLOCK: ("626", (LOCAL_UNIT, TROUBLE)),
    TroubleType.MAINS: ("301", ("0041", "0085")),
    # The line to a receiver inside the home, not the one to the centre: DC-05's peripheral trouble.
    TroubleType.LINK_LOST: ("330", ("0032", FAILURE)),
    # The certificate of the district's broker is out of date: DC-05's communication trouble.
    TroubleType.CERTIFICATE: ("350", (LOCAL_UNIT, TROUBLE)),
    # A detector that reports itself as faulty: DC-05's sensor trouble.
    TroubleType.DEVICE_FAULT: ("380", (FIXED_TRIGGER, MALFUNCTION)),
}
UNKNOWN_TROUBLE: tuple[str, ScaipPair] = ("300", (LOCAL_UNIT, TROUBLE))
"""For a trouble type that this version does not know: system trouble."""

KIND_CODES: dict[Kind, tuple[str, ScaipPair]] = {
    Kind.TAMPER: ("383", (FIXED_TRIGGER, "0125")),
    Kind.LOW_BATTERY: ("384", (FIXED_TRIGGER, "0016")),
    Kind.SUPERVISION_LOST: ("381", (FIXED_TRIGGER, "0123")),
    Kind.TEST: ("601", (LOCAL_UNIT, TEST_TRANSMISSION)),
    # Nearest: DC-05 means a technician's visit; SCAIP's 0110 is "assistance".
    Kind.SERVICE_REQUEST: ("616", (FIXED_TRIGGER, "0110")),
}

STATUS_WHEN_OVER: dict[str, str] = {
    "0016": "0015",
    "0085": "0086",
    "0123": "0124",
    FAILURE: "0091",
}
"""SCAIP's own word for the end of a status; every other status ends as `RESTORAL`."""

_ALARM_NAMES = frozenset(AlarmType)
_TROUBLE_NAMES = frozenset(TroubleType)
_KIND_NAMES = frozenset(Kind)
_NO_CODES: tuple[str | None, ScaipPair | None] = (None, None)


def codes_of(event: Event) -> tuple[str | None, ScaipPair | None]:
    """Contact ID code and SCAIP pair of an event; (None, None) for what no alarm receiver has a word for.

    An alarm type that this version does not know is a personal emergency, an unknown trouble a system trouble:
    shown, never dropped.
    """
    name = event.type or ""
    if event.kind is Kind.RESTORE:
        return _over(name)
    if event.kind is Kind.ALARM:
        contact_id, (device, status) = _alarm(name)
        return contact_id, (device, CANCEL if event.state is State.CANCELLED else status)
    if event.kind is Kind.TEST and name in _ALARM_NAMES:
        return KIND_CODES[Kind.TEST][0], (_alarm(name)[1][0], TEST_TRANSMISSION)
    if event.kind is Kind.TROUBLE:
        return _trouble(name)
    return KIND_CODES.get(event.kind, _NO_CODES)


def _alarm(name: str) -> tuple[str, ScaipPair]:
    return ALARM_CODES[AlarmType(name) if name in _ALARM_NAMES else AlarmType.SOS]


def _trouble(name: str) -> tuple[str, ScaipPair]:
    return TROUBLE_CODES[TroubleType(name)] if name in _TROUBLE_NAMES else UNKNOWN_TROUBLE


def _over(name: str) -> tuple[str, ScaipPair]:
    """The codes of a restore, whose type is the alarm type, trouble type or kind that is over."""
    if name in _ALARM_NAMES:
        contact_id, (device, _) = _alarm(name)
        return contact_id, (device, RESTORAL)
    kind_codes = KIND_CODES.get(Kind(name)) if name in _KIND_NAMES else None
    contact_id, (device, status) = kind_codes or _trouble(name)
    return contact_id, (device, STATUS_WHEN_OVER.get(status, RESTORAL))
