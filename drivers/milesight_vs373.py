"""The Milesight VS373 fall radar's channels, of both firmware layouts.

The maker contradicts itself on the alarm event (06 FB and the history of it, 20 CE). By its table type 0 is "normal"
and status 0, 1, 2 is triggered, deactivated, ignored; by its decoder type 0 is "fall" and status 1, 2, 3. Room status
4 (03 F8, 07 B0) is a fall in both. The safe meaning: type 0 is a fall, status 0 and 1 are both triggered, and only
2 and 3, which no reading calls triggered, end it. A deactivation that is taken for an alarm then costs a question to
the person; the other error would cost a fall that nobody heard of.
Off by default: target status ("motionless", "abnormal") is no alarm, since it is said of a sleeper too.
"""

from drivers.milesight_channels import (
    Channel,
    Channels,
    Fields,
    history,
    numbers,
    replies,
    u16,
    u24,
    u32,
    word,
)

DETECTION = {0: "normal", 1: "vacant", 2: "in_bed", 3: "out_of_bed", 4: "fall"}
ALARMS = {
    0: "fall",
    1: "motionless",
    2: "dwell",
    3: "out_of_bed",
    4: "occupied",
    5: "vacant",
    6: "bradynea",
    7: "tachypnea",
    8: "lying_down",
}
STATUS = {
    0: "alarm_triggered",
    1: "alarm_triggered",
    2: "alarm_deactivated",
    3: "alarm_ignored",
    4: "respiratory_status",
}
_TARGET = {0: "normal", 1: "motionless", 2: "abnormal", 3: "lying_down"}
_BREATH = {1: "no_data_input", 2: "normal", 3: "tachypnea", 4: "bradypnea", 5: "undetectable"}
_REGION = {0: "custom", 1: "bed", 2: "door", 3: "ignore", 255: "unset"}
_OCCUPANCY = {0: "vacant", 1: "occupied"}
_OF_A_REGION = frozenset({3, 6, 7})
_REPLY_BYTES = {0x48: 1, 0x49: 9, 0x4A: 5, 0x4C: 5, 0x4D: 1, 0x4E: 1, 0x4F: 12, 0x50: 2, 0x51: 6, 0x52: 3, 0x53: 3,
                0x56: 2, 0x85: 2, 0x86: 1, 0x87: 1, 0x91: 5, 0xB1: 7, 0xB2: 3, 0xB3: 1, 0xB4: 3, 0xB5: 6}  # fmt: skip


def _room(data: bytes) -> Fields:
    return {"detection_status": word(DETECTION, data[0]), "target_status": word(_TARGET, data[1])}


def _room_short(data: bytes) -> Fields:
    return _room(data) | {"use_time_now": u16(data, 2), "use_time_today": u16(data, 4)}


def _room_long(data: bytes) -> Fields:
    return _room(data) | {"use_time_now": u24(data, 2), "use_time_today": u24(data, 5)}


def _event(data: bytes) -> Fields:
    event: Fields = {
        "alarm_id": u16(data),
        "alarm_type": word(ALARMS, data[2]),
        "alarm_status": word(STATUS, data[3]),
    }
    return event | {"region_id": data[4]} if data[2] in _OF_A_REGION else event


def _regions_old(data: bytes) -> Fields:
    """The first layout counts the other way round: 0 is occupied."""
    return {f"region_{at}_occupancy": "vacant" if value == 1 else "occupied" for at, value in enumerate(data, 1)}


def _regions_new(data: bytes) -> Fields:
    bits = u32(data, 1)
    count = min(data[0], 32)
    return {f"region_{at + 1}_occupancy": _OCCUPANCY[bits >> at & 1] for at in range(count)}


def _region_types(data: bytes) -> Fields:
    return {f"region_{at}_type": word(_REGION, value) for at, value in enumerate(data, 1)}


def _out_of_bed(first: int) -> Channel:
    return Channel(9, lambda data: {f"region_{first + at}_out_of_bed_time": u24(data, 3 * at) for at in range(3)})


CHANNELS: Channels = {
    (0x03, 0xF8): Channel(6, _room_short),
    (0x07, 0xB0): Channel(8, _room_long),
    (0x04, 0xF9): Channel(4, _regions_old),
    (0x09, 0xB2): Channel(6, _region_types),
    (0x0A, 0xB3): Channel(5, _regions_new),
    (0x05, 0xFA): numbers(*(f"region_{at}_out_of_bed_time" for at in range(1, 5))),
    (0x0B, 0xB4): _out_of_bed(1),
    (0x0C, 0xB4): _out_of_bed(4),
    (0x06, 0xFB): Channel(5, _event, "events"),
    (0x08, 0xB1): Channel(
        3, lambda data: {"respiratory_status": word(_BREATH, data[0]), "respiratory_rate": u16(data, 1) / 100}
    ),
    (0x20, 0xCE): history(9, _event),
    **replies(_REPLY_BYTES, 0xF9),
    # F8 is an answer with one more byte: whether the command was carried out.
    **replies({type_: length + 1 for type_, length in _REPLY_BYTES.items()}, 0xF8),
}
