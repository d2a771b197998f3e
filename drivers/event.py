"""The vocabulary: what a device can say (`Signal`), what is refused (`Reject`), and what the house keeps (`Event`).

The words are those of the alarm trade: alarm and restore, tamper, trouble, supervision, test, enrolment.
A driver returns a Signal: no id, no trusted clock. Intake mints the Event from it. Unknown is None, never False.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

RAW_LIMIT_BYTES = 256
"""How much of the original message an event keeps as evidence."""


class Kind(StrEnum):
    """What sort of thing happened. A fault is never an alarm, a test is never an alarm."""

    ALARM = "alarm"
    RESTORE = "restore"
    TEST = "test"
    TAMPER = "tamper"
    LOW_BATTERY = "low_battery"
    SUPERVISION = "supervision"
    SUPERVISION_LOST = "supervision_lost"
    TROUBLE = "trouble"
    ACTIVITY = "activity"
    MEASUREMENT = "measurement"
    LOCATION = "location"
    SERVICE_REQUEST = "service_request"
    ENROLMENT = "enrolment"


class AlarmType(StrEnum):
    """What an alarm (or a test of one) is about."""

    SOS = "sos"
    SMOKE = "smoke"
    HEAT = "heat"
    CO = "co"
    GAS = "gas"
    WATER = "water"
    FALL = "fall"
    INACTIVITY = "inactivity"
    WANDERING = "wandering"
    OUT_OF_BED = "out_of_bed"
    DOOR_LEFT_OPEN = "door_left_open"
    REMOVED_FROM_BODY = "removed_from_body"
    INTRUSION = "intrusion"
    VITAL_SIGN = "vital_sign"


class TroubleType(StrEnum):
    """What is wrong with the equipment."""

    RF_INTERFERENCE = "rf_interference"
    STORAGE = "storage"
    STORE_ROLLED_BACK = "store_rolled_back"
    CLOCK = "clock"
    MAINS = "mains"
    LINK_LOST = "link_lost"
    DEVICE_FAULT = "device_fault"
    CERTIFICATE = "certificate"


class ActivityType(StrEnum):
    """Signs of daily life; never an alarm by themselves."""

    MOTION = "motion"
    MOTION_CLEAR = "motion_clear"
    PRESENCE = "presence"
    ABSENCE = "absence"
    CONTACT_OPEN = "contact_open"
    CONTACT_CLOSED = "contact_closed"
    BED_IN = "bed_in"
    BED_OUT = "bed_out"
    CHAIR_IN = "chair_in"
    CHAIR_OUT = "chair_out"
    BUTTON = "button"


class ServiceType(StrEnum):
    """The six helps (六助), a call back, a visit that was made, and what the house asks the district to look at."""

    MEAL = "meal"
    BATH = "bath"
    CLEANING = "cleaning"
    MOBILITY = "mobility"
    MEDICAL = "medical"
    URGENT_ERRAND = "urgent_errand"
    CALL_BACK = "call_back"
    VISIT_DONE = "visit_done"
    ROUTINE_CHANGE = "routine_change"
    ABSENCE_CHECK = "absence_check"


ASKED_BY_PEOPLE = tuple(
    type_ for type_ in ServiceType if type_ not in (ServiceType.ROUTINE_CHANGE, ServiceType.ABSENCE_CHECK)
)
"""What a button may ask for; the others are the house's own notes."""


class State(StrEnum):
    """The condition of an alarm, owned by the gateway."""

    ACTIVE = "active"
    CLEARED = "cleared"
    CANCELLED = "cancelled"


class LocationSource(StrEnum):
    """What a position was found by. `network` is wireless networks or cells, `fused` a mixture that names no part."""

    GNSS = "gnss"
    WIFI = "wifi"
    CELL = "cell"
    NETWORK = "network"
    FUSED = "fused"


class Datum(StrEnum):
    """What the device's own degrees refer to. Chinese maps use GCJ-02, which lies 50 to 500 m off."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


class ClockQuality(StrEnum):
    """Whether the gateway's wall clock was known to be right when the event was received."""

    SYNCHRONISED = "synchronised"
    UNTRUSTED = "untrusted"


GEOFENCE_EXIT = "geofence_exit"
"""The verdict of an alarm of type `wandering` that somebody has left the circle around the home."""

HAS_RESTORE: frozenset[AlarmType] = frozenset(
    {
        AlarmType.SMOKE,
        AlarmType.HEAT,
        AlarmType.CO,
        AlarmType.GAS,
        AlarmType.WATER,
        AlarmType.DOOR_LEFT_OPEN,
        AlarmType.OUT_OF_BED,
        AlarmType.REMOVED_FROM_BODY,
        AlarmType.VITAL_SIGN,
    }
)
"""Alarms with a condition a sensor can report as over. A pulled cord has none: only people close it."""


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where a device was. Degrees are WGS-84, south and west negative; a driver converts before it fills them in.

    `datum` is what the device itself reported. `accuracy_m` is the radius in metres, `source` what it was found by,
    None where the device does not say. `fixed_at` is None where the device's clock is not to be believed: the time of
    receipt takes its place. `age_seconds`, in an event only, is how old the fix was then; None where nobody knows.
    """

    latitude: float
    longitude: float
    accuracy_m: float | None = None
    fixed_at: datetime | None = None
    source: LocationSource | None = None
    datum: Datum = Datum.WGS84
    age_seconds: float | None = None


class _Discreet(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody was must not come into any log, whatever is printed there."""

    def __repr__(self) -> str:
        told = [name for name in self.__struct_fields__ if name != "location"]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in told)})"


class Signal(_Discreet, frozen=True, kw_only=True):
    """What one message of one device says, before anybody knows whose device it is.

    `code` tells presses apart for repeat folding (the data nibble of a radio code, the action of a button).
    `repeat_seconds` is how close together the same code is one press, where this message is not its driver's usual one.
    `not_active` lists the alarm types that this very message reports as not active (for example `smoke: false`):
    it ends an open alarm of that type and is nothing by itself.
    `press` is the kind of a press in the device's own words, which its enrolment may give another meaning.
    `delivery` is the broker's own number of the message, the same when it is delivered again; the link knows it.
    `marks` are short fixed words about how far to trust it; they go into the event's evidence and change nothing else.
    `location` is where the device is by this very message; what the event of an alarm bears is intake's choice.
    `fix_stamp` is the device's own mark of that fix: it tells a repeated one from a new one, and says nothing of when.
    `verdict` is the finding that an alarm rests on where its type alone does not say it (`GEOFENCE_EXIT`).
    """

    driver: str
    address: str
    kind: Kind
    type: str | None = None
    code: str | None = None
    repeat_seconds: float | None = None
    press: str | None = None
    state: State | None = None
    not_active: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    silenced: bool | None = None
    retained: bool = False
    rssi_dbm: int | None = None
    link_quality: int | None = None
    battery_percent: float | None = None
    battery_mv: int | None = None
    battery_low: bool | None = None
    value: float | None = None
    unit: str | None = None
    raw: bytes = b""
    delivery: int | None = None
    marks: tuple[str, ...] = ()
    location: Location | None = None
    fix_stamp: str | None = None
    verdict: str | None = None


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was heard and is not a message: counted by driver and reason, never guessed at.

    `reason` is a short fixed word (`incomplete`, `noise`, `bad_json`, …) so that the number of counters is bounded.
    """

    driver: str
    reason: str
    detail: str = ""


class Event(_Discreet, frozen=True, kw_only=True):
    """The one thing that flows from intake to the store, the uplink, the desk and every answer.

    `alarm` is the id of the raised event that this one belongs to: its own id when it raises an alarm,
    the raised event's when it updates, clears or cancels one, None elsewhere.
    Order is (store id, boot, sequence), never the id; the store gives boot and sequence on append.
    Times are aware datetimes in UTC; `occurred_at` is the device's own clock and may be missing.
    `location` stands in alarms and tests only: the newest that the device has said.
    """

    id: str
    kind: Kind
    received_at: datetime
    type: str | None = None
    alarm: str | None = None
    device: str | None = None
    model: str | None = None
    room: str | None = None
    driver: str | None = None
    address: str | None = None
    occurred_at: datetime | None = None
    clock_quality: ClockQuality = ClockQuality.UNTRUSTED
    state: State | None = None
    silenced: bool | None = None
    retained: bool = False
    repeat_count: int = 1
    rssi_dbm: int | None = None
    link_quality: int | None = None
    battery_percent: float | None = None
    battery_mv: int | None = None
    battery_low: bool | None = None
    supervised: bool | None = None
    value: float | None = None
    unit: str | None = None
    confidence: float | None = None
    evidence: dict[str, Any] = msgspec.field(default_factory=dict)
    raw: str = ""
    location: Location | None = None
    delivery: int | None = None

    @property
    def raises_alarm(self) -> bool:
        """True for the event that starts an alarm (not for what updates, clears or cancels it)."""
        return self.kind is Kind.ALARM and self.alarm == self.id and self.state is not State.CANCELLED

    @property
    def is_test(self) -> bool:
        """True for a test: it takes the alarm's path and never becomes one."""
        return self.kind is Kind.TEST
