"""IAS zone statuses and frames for `anju decode`.

What an alarm bit means is the model's business. It is taken from `ctx.model` or `ctx.zone_type`, else from a model or
sort that the row's `note` or `id` names; where nothing names one, the answer is marked as suggested and shows what the
recorded devices of that shape were (frames and ZiGate messages: smoke; bare numbers: gas).
"""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from drivers.event import AlarmType, Kind, Signal, State
from drivers.zigbee2mqtt_quirks import GENERIC, QUIRKS, name_of, quirk_of
from drivers.zigbee2mqtt_state import signals
from drivers.zigbee_ias import (
    CALLS_FOR_HELP,
    KEYPAD,
    ZONE,
    ZONE_TYPES,
    Frame,
    Notification,
    command_name,
    flags,
    notification_of,
    parse_frame,
    parse_notification,
    parse_zigate,
    zone_type_of,
)
from drivers.zigbee_ias_zones import GENERIC_BY_ZONE_TYPE, values_of
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of

_XIAOMI_SMOKE = "JTYJ-GD-01LM/BW"
_SORTS = (
    (r"smoke|fire", "generic-smoke"),
    (r"gas|methane|propane", "generic-gas"),
    (r"carbon|\bco\b", "generic-co"),
    (r"water|leak|flood", "generic-water"),
    (r"heat", "generic-heat"),
    (r"motion|pir|occupancy", "generic-motion"),
    (r"contact|door|window", "generic-contact"),
    (r"vibration", "generic-vibration"),
    (r"sos|panic|button|emergency", "generic-button"),
)
_USUAL = {"zone_status_int": "generic-gas"}
_say = partial(Signal, driver="zigbee2mqtt", address="")


def explain(vector: Vector) -> Explanation:
    """Explain a status, a frame, or a keypad's command. Raises RejectedError."""
    kind = vector.get("kind")
    if kind == "zone_status_int":
        status = _integer(vector.get("input"))
        if not 0 <= status <= 0xFFFF:
            raise RejectedError("bad_status")
        return _told({}, Notification(status=status), vector)
    if kind == "zcl_cmd":
        return _command(command_name(_cluster(vector), _integer(vector.get("input")), from_server=False))
    data = _bytes(vector.get("input"))
    if kind == "zigate_8401_hex":
        return _zigate(data, vector)
    if kind == "zcl_payload_hex":
        notification = parse_notification(data)
        if notification is None:
            raise RejectedError("incomplete")
        return _told(_notified(notification), notification, vector)
    frame = parse_frame(data, _cluster(vector))
    if isinstance(frame, str):
        raise RejectedError(frame)
    return _frame(frame, vector)


def _frame(frame: Frame, vector: Vector) -> Explanation:
    fields: dict[str, Any] = {"cluster": f"{frame.cluster:04X}", "command": frame.command, "tsn": frame.transaction}
    notification = notification_of(frame)
    if notification is not None:
        return _told(fields | _notified(notification), notification, vector)
    if frame.command == "status_change_notification":
        raise RejectedError("incomplete")
    if frame.cluster == KEYPAD and not frame.from_server:
        told = _command(frame.command)
        return replace(told, fields=fields | told.fields)
    zone_type = zone_type_of(frame)
    if zone_type is not None:
        fields |= {"zone_type": f"{zone_type:04X}", "zone_type_name": ZONE_TYPES.get(zone_type)}
    return Explanation(fields=fields | {"event": None})


def _zigate(data: bytes, vector: Vector) -> Explanation:
    message = parse_zigate(data)
    if isinstance(message, str):
        raise RejectedError(message)
    notification = message.notification
    fields = {
        "sqn": message.sequence,
        "endpoint": message.endpoint,
        "cluster": f"{message.cluster:04x}",
        "addr_mode": message.address_mode,
        "src": message.source,
        "zone_status": f"{notification.status:04x}",
        "ext": notification.extended,
        "zone_id": notification.zone_id,
        "delay": f"{notification.delay_quarter_seconds or 0:04x}",
    }
    return _told(fields, notification, vector)


def _notified(notification: Notification) -> dict[str, Any]:
    return {
        "zone_status": f"{notification.status:04x}",
        "extended": notification.extended,
        "zone_id": notification.zone_id,
        "delay_qs": notification.delay_quarter_seconds,
    }


def _told(fields: dict[str, Any], notification: Notification, vector: Vector) -> Explanation:
    """The fields and events of a status, through the same conversion as a message of zigbee2mqtt."""
    status = notification.status
    model, is_known = _model(status, vector)
    quirk = quirk_of(model)
    found = signals(values_of(status, quirk.zone), _say, quirk)
    return Explanation(
        fields=fields | {"flags": list(flags(status)), "event": _word(found[0], status)},
        events=[event_of(signal) for signal in found],
        suggested=not is_known,
    )


def _word(signal: Signal, status: int) -> str | None:
    if signal.type is not None and signal.kind not in (Kind.TEST, Kind.TROUBLE):
        return str(signal.type)
    if signal.kind is not Kind.SUPERVISION:
        return signal.kind.value
    known = flags(status)
    # A zone that reports its restores and has nothing to report has restored.
    for name, word in (
        ("ac_status", "mains"),
        ("restore_reports", "restore"),
        ("supervision_reports", "supervision"),
    ):
        if name in known:
            return word
    return None


def _command(name: str | None) -> Explanation:
    if name is None:
        raise RejectedError("unknown_command")
    if name not in CALLS_FOR_HELP:
        return Explanation(fields={"command": name, "event": "button:arm" if name == "arm" else None})
    press = _say(kind=Kind.ALARM, type=AlarmType.SOS, state=State.ACTIVE, code=name)
    return Explanation(fields={"command": name, "event": "sos"}, events=[event_of(press)])


def _model(status: int, vector: Vector) -> tuple[str, bool]:
    """The model to read the bits by, and whether anything names it."""
    ctx = vector.get("ctx")
    context = ctx if isinstance(ctx, dict) else {}
    model = context.get("model")
    if isinstance(model, str) and (name := name_of(model)) is not None:
        return name, True
    type_ = context.get("zone_type")
    if isinstance(type_, int | str):
        return GENERIC_BY_ZONE_TYPE.get(_integer(type_), GENERIC), True
    text = " ".join(shown for shown in (model, vector.get("note"), vector.get("id")) if isinstance(shown, str))
    named = [name for name in QUIRKS if not name.startswith("generic") and re.split("[/ ]", name)[0] in text]
    if named:
        return max(named, key=len), True
    for pattern, sort in _SORTS:
        if re.search(pattern, text.lower()):
            return (_XIAOMI_SMOKE if sort == "generic-smoke" and _is_bare_second_alarm(status) else sort), True
    if _is_bare_second_alarm(status):
        return _XIAOMI_SMOKE, False
    return _USUAL.get(str(vector.get("kind")), "generic-smoke"), False


def _is_bare_second_alarm(status: int) -> bool:
    """Xiaomi's self-test: HEIMAN's gas alarms, the others that use alarm_2, say that they report restores as well."""
    return status == 0x0002


def _cluster(vector: Vector) -> int:
    ctx = vector.get("ctx")
    shown = ctx.get("cluster") if isinstance(ctx, dict) else None
    if shown is None:
        return ZONE
    try:
        return int(shown, 16) if isinstance(shown, str) else _integer(shown)
    except ValueError:
        raise RejectedError("bad_cluster") from None


def _integer(shown: object) -> int:
    if isinstance(shown, int) and not isinstance(shown, bool):
        return shown
    if isinstance(shown, str) and re.fullmatch(r"\s*(0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,8})\s*", shown):
        return int(shown, 0) if "x" in shown.lower() else int(shown)
    raise RejectedError("bad_number")


def _bytes(shown: object) -> bytes:
    try:
        data = bytes.fromhex(shown.replace(":", " ").removeprefix("0x")) if isinstance(shown, str) else b""
    except ValueError:
        data = b""
    if not data:
        raise RejectedError("bad_hex")
    return data
