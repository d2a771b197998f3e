"""The words of other systems for ours: Contact ID (SIA DC-05) and SCAIP (SS 91100) pairs.

Both mappings are total over alarm types, trouble types and the fault kinds: a test fails on a hole.
Contact ID numbers: SIA DC-05 as tabulated by public DC-09 implementations. SCAIP pairs are (device type, status)
from the published enumerations; where a pair has no exact word, the nearest device type with status 0009
("automatic alarm") or 0010 ("manual alarm") stands, and the exact word is in `kind` and `type`.
"""

from drivers.event import AlarmType, Event, Kind, TroubleType

ScaipPair = tuple[str, str]

_AUTOMATIC = "0009"
_MANUAL = "0010"

ALARM_CODES: dict[AlarmType, tuple[str, ScaipPair]] = {
    AlarmType.SOS: ("101", ("0004", _MANUAL)),
    AlarmType.SMOKE: ("111", ("0023", _AUTOMATIC)),
    AlarmType.HEAT: ("158", ("0025", _AUTOMATIC)),
    AlarmType.CO: ("162", ("0026", _AUTOMATIC)),
    AlarmType.GAS: ("151", ("0021", _AUTOMATIC)),
    AlarmType.WATER: ("154", ("0033", _AUTOMATIC)),
    AlarmType.FALL: ("103", ("0005", _AUTOMATIC)),
    AlarmType.INACTIVITY: ("641", ("0010", _AUTOMATIC)),
    AlarmType.WANDERING: ("102", ("0015", _AUTOMATIC)),
    AlarmType.OUT_OF_BED: ("654", ("0010", _AUTOMATIC)),
    AlarmType.DOOR_LEFT_OPEN: ("391", ("0014", _AUTOMATIC)),
    AlarmType.REMOVED_FROM_BODY: ("393", ("0003", _AUTOMATIC)),
    AlarmType.INTRUSION: ("130", ("0014", _AUTOMATIC)),
    AlarmType.VITAL_SIGN: ("100", ("0003", _AUTOMATIC)),
}

TROUBLE_CODES: dict[TroubleType, tuple[str, ScaipPair]] = {
    TroubleType.RF_INTERFERENCE: ("344", ("0004", "0095")),
    TroubleType.STORAGE: ("305", ("0004", "0068")),
    TroubleType.STORE_ROLLED_BACK: ("305", ("0004", "0068")),
    TroubleType.CLOCK: ("393", ("0004", "0068")),
    TroubleType.MAINS: ("301", ("0004", "0085")),
    TroubleType.LINK_LOST: ("354", ("0004", "0023")),
}

TROUBLE_RESTORE_STATUS: dict[TroubleType, str] = {TroubleType.MAINS: "0086", TroubleType.LINK_LOST: "0112"}

KIND_CODES: dict[Kind, tuple[str, ScaipPair]] = {
    Kind.TAMPER: ("383", ("0004", "0125")),
    Kind.LOW_BATTERY: ("384", ("0004", "0016")),
    Kind.SUPERVISION_LOST: ("381", ("0004", "0123")),
    Kind.TEST: ("602", ("0004", "0109")),
    Kind.SERVICE_REQUEST: ("616", ("0004", _MANUAL)),
}

_ALARM_NAMES = frozenset(AlarmType)
_TROUBLE_NAMES = frozenset(TroubleType)
_KIND_NAMES = frozenset(Kind)
_NO_CODES: tuple[str | None, ScaipPair | None] = (None, None)


def codes_of(event: Event) -> tuple[str | None, ScaipPair | None]:
    """Contact ID code and SCAIP pair of an event; (None, None) for what no alarm receiver has a word for.

    A restore bears the code of what it ends: receivers tell the two apart by their own qualifier.
    An alarm type that this version does not know is a personal emergency: shown, never dropped.
    """
    name = event.type or ""
    if event.kind is Kind.ALARM:
        return ALARM_CODES[AlarmType(name) if name in _ALARM_NAMES else AlarmType.SOS]
    if event.kind is Kind.TROUBLE:
        return TROUBLE_CODES[TroubleType(name)]
    if event.kind is Kind.RESTORE:
        return _restore_codes(name)
    return KIND_CODES.get(event.kind, _NO_CODES)


def _restore_codes(name: str) -> tuple[str | None, ScaipPair | None]:
    if name in _ALARM_NAMES:
        return ALARM_CODES[AlarmType(name)]
    if name in _TROUBLE_NAMES:
        trouble = TroubleType(name)
        contact_id, (device, status) = TROUBLE_CODES[trouble]
        return contact_id, (device, TROUBLE_RESTORE_STATUS.get(trouble, status))
    return KIND_CODES.get(Kind(name), _NO_CODES) if name in _KIND_NAMES else _NO_CODES
