"""IAS (intruder alarm) clusters of Zigbee: the zone status and the ZCL frames that carry it. Pure.

Layout, little-endian: frame control (bits 0-1: 01 = command of the cluster; bit 2: two bytes of manufacturer code
follow; bit 3: from the server), transaction number, command, payload. Cluster 0x0500 zone, command 00 from the server:
status u16, extended status u8, zone id u8, delay u16 in quarter seconds; zones of the first profile stop after the
extended status. 0x0501 is a keypad or button (00 arm, 02 emergency, 03 fire, 04 panic), 0x0502 a siren. An attribute
report (general command 0A) or a read answer (01) of attribute 0002 bears the status too. A ZiGate gives the same in
big-endian, with endpoint and address before it (its serial message 8401).

Evidence: seven captured frames and statuses (Aqara and Xiaomi smoke, Xiaomi and HEIMAN gas, an Ecolink listener, a
button's emergency) and the ZCL specification's tables. Unknown: what alarm_1 and alarm_2 mean, which is each model's
own affair (`zigbee_ias_zones`); a captured frame names no model, so its event can only be suggested.
Supervision: a zone may set supervision_reports, but none of the captured ones does; silence is timed per model.
The gateway holds no Zigbee stick of its own: zigbee2mqtt does, and hands the very same bits on as `alarm_1` and so on.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

ZONE, KEYPAD, SIREN = 0x0500, 0x0501, 0x0502

FLAGS = (
    "alarm_1",
    "alarm_2",
    "tamper",
    "battery_low",
    "supervision_reports",
    "restore_reports",
    "trouble",
    "ac_status",
    "test",
    "battery_defect",
)
"""The bits of a zone status, from bit 0."""

ZONE_TYPES: Mapping[int, str] = {
    0x0000: "standard_cie",
    0x000D: "motion",
    0x0015: "contact",
    0x0028: "fire",
    0x002A: "water",
    0x002B: "carbon_monoxide",
    0x002C: "personal_emergency",
    0x002D: "vibration",
    0x010F: "remote",
    0x0115: "key_fob",
    0x021D: "keypad",
    0x0225: "standard_warning",
    0x0226: "glass_break",
}
_FROM_SERVER: Mapping[int, tuple[str, ...]] = {
    ZONE: ("status_change_notification", "enroll_request"),
    KEYPAD: (
        "arm_response",
        "get_zone_id_map_response",
        "get_zone_information_response",
        "zone_status_changed",
        "panel_status_changed",
        "get_panel_status_response",
        "set_bypassed_zone_list",
        "bypass_response",
        "get_zone_status_response",
    ),
}
_TO_SERVER: Mapping[int, tuple[str, ...]] = {
    ZONE: ("enroll_response", "initiate_normal_operation_mode", "initiate_test_mode"),
    KEYPAD: (
        "arm",
        "bypass",
        "emergency",
        "fire",
        "panic",
        "get_zone_id_map",
        "get_zone_information",
        "get_panel_status",
        "get_bypassed_zone_list",
        "get_zone_status",
    ),
    SIREN: ("start_warning", "squawk"),
}
_GENERAL: Mapping[int, str] = {0x01: "read_attributes_response", 0x0A: "report_attributes"}
CALLS_FOR_HELP = frozenset({"emergency", "fire", "panic"})
"""Keypad commands that a person gives for help."""

_CLUSTER_COMMAND, _MANUFACTURER_SPECIFIC, _FROM_SERVER_BIT, _NO_DEFAULT_RESPONSE = 0x01, 0x04, 0x08, 0x10
_LONGEST_FRAME = 255
_STATUS_ATTRIBUTE, _TYPE_ATTRIBUTE = 0x0002, 0x0001
_BITMAP16, _ENUM16 = 0x19, 0x31


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A zone's status; what an older zone leaves out is None."""

    status: int
    extended: int | None = None
    zone_id: int | None = None
    delay_quarter_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A ZCL frame; `command` is None for one that has no name in these clusters."""

    cluster: int
    command_id: int
    command: str | None
    transaction: int
    from_server: bool
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ZigateNotification:
    """A zone's status as a ZiGate hands it on; `source` is the short (4 digits) or long (16 digits) address."""

    sequence: int
    endpoint: int
    cluster: int
    address_mode: int
    source: str
    notification: Notification


def flags(status: int) -> tuple[str, ...]:
    """The names of the bits that are set; bits that the specification reserves are left out."""
    return tuple(name for bit, name in enumerate(FLAGS) if status >> bit & 1)


def command_name(cluster: int, command_id: int, *, from_server: bool) -> str | None:
    """The name of a cluster's command; None where it has none."""
    names = (_FROM_SERVER if from_server else _TO_SERVER).get(cluster, ())
    return names[command_id] if 0 <= command_id < len(names) else None


def parse_frame(data: bytes, cluster: int = ZONE) -> Frame | str:
    """A frame of `cluster`, or the reason why it is none."""
    if len(data) > _LONGEST_FRAME:
        return "oversize"
    start = 3 if data and data[0] & _MANUFACTURER_SPECIFIC else 1
    if len(data) < start + 2:
        return "incomplete"
    control, transaction, command_id = data[0], data[start], data[start + 1]
    from_server = bool(control & _FROM_SERVER_BIT)
    if control & 0x03 == _CLUSTER_COMMAND:
        name = command_name(cluster, command_id, from_server=from_server)
    elif control & 0x03 == 0:
        name = _GENERAL.get(command_id)
    else:
        return "bad_frame"
    return Frame(
        cluster=cluster,
        command_id=command_id,
        command=name,
        transaction=transaction,
        from_server=from_server,
        payload=data[start + 2 :],
    )


def parse_notification(payload: bytes) -> Notification | None:
    """The payload of a status change: 2 to 6 bytes; None where it is too short for a status."""
    if len(payload) < 2:
        return None
    return Notification(
        status=int.from_bytes(payload[:2], "little"),
        extended=payload[2] if len(payload) >= 3 else None,
        zone_id=payload[3] if len(payload) >= 4 else None,
        delay_quarter_seconds=int.from_bytes(payload[4:6], "little") if len(payload) >= 6 else None,
    )


def notification_of(frame: Frame) -> Notification | None:
    """The zone status in a frame, whichever way it is told; None where there is none."""
    if frame.cluster != ZONE:
        return None
    if frame.command == "status_change_notification":
        return parse_notification(frame.payload)
    status = _attribute(frame, _STATUS_ATTRIBUTE, _BITMAP16)
    return None if status is None else Notification(status=status)


def zone_type_of(frame: Frame) -> int | None:
    """The zone type in an enrolment request or an attribute report; None where there is none."""
    if frame.command == "enroll_request" and len(frame.payload) >= 2:
        return int.from_bytes(frame.payload[:2], "little")
    return _attribute(frame, _TYPE_ATTRIBUTE, _ENUM16)


def _attribute(frame: Frame, attribute: int, type_: int) -> int | None:
    """The first attribute of a report or read answer, where it is the wanted one."""
    sound = b"\x00" if frame.command == "read_attributes_response" else b""
    head = struct.pack("<H", attribute) + sound + bytes([type_])
    if frame.command not in _GENERAL.values() or not frame.payload.startswith(head):
        return None
    value = frame.payload[len(head) : len(head) + 2]
    return int.from_bytes(value, "little") if len(value) == 2 else None


def encode(notification: Notification, transaction: int) -> bytes:
    """The frame of a status change, as a zone sends it. Raises ValueError for values that do not fit."""
    try:
        payload = struct.pack("<H", notification.status)
        for form, value in (
            ("<B", notification.extended),
            ("<B", notification.zone_id),
            ("<H", notification.delay_quarter_seconds),
        ):
            if value is None:
                break
            payload += struct.pack(form, value)
        control = _CLUSTER_COMMAND | _FROM_SERVER_BIT | _NO_DEFAULT_RESPONSE
        return bytes([control, transaction, 0]) + payload
    except struct.error as error:
        raise ValueError(str(error)) from None


def parse_zigate(payload: bytes) -> ZigateNotification | str:
    """The payload of a ZiGate's message 8401 (13 bytes; 19 with a long address; one of signal strength may follow)."""
    if len(payload) < 5:
        return "incomplete"
    sequence, endpoint, cluster, mode = struct.unpack(">BBHB", payload[:5])
    width = {2: 2, 3: 8}.get(mode)
    if width is None:
        return "bad_frame"
    rest = payload[5 + width :]
    if len(rest) < 6:
        return "incomplete"
    if len(rest) > 7:
        return "oversize"
    status, extended, zone_id, delay = struct.unpack(">HBBH", rest[:6])
    return ZigateNotification(
        sequence=sequence,
        endpoint=endpoint,
        cluster=cluster,
        address_mode=mode,
        source=payload[5 : 5 + width].hex(),
        notification=Notification(status=status, extended=extended, zone_id=zone_id, delay_quarter_seconds=delay),
    )
