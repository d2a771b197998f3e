"""`anju decode`: what the gateway makes of any frame, one JSON line in, one JSON line out."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO, TextIO

import msgspec

from gateway import plug_ins
from gateway.explain.explanation import Explanation, RejectedError, Vector

LINE_LIMIT_BYTES = 1024 * 1024
"""A longer line is answered with `oversize` and never held whole."""

Explain = Callable[[Vector], Explanation]

_PROTOCOLS: Mapping[str, str] = {
    protocol: f"gateway.explain.{protocol}"
    for protocol in (
        "ble_bands_trackers",
        "ble_bthome_v2",
        "ble_xiaomi_mibeacon",
        "chirpstack_v4_mqtt",
        "ev1527_codes",
        "owntracks_mqtt",
        "gps_watch_3g_sg",
        "hlk_ld2410_uart",
        "hlk_ld2450_uart",
        "milesight_lorawan",
        "modbus_rtu",
        "openmqttgateway_rf",
        "r60_5359_uart",
        "rtl433_json",
        "seeed_mr60_uart",
        "sonoff_rf_bridge_uart",
        "tasmota_rf_mqtt",
        "zigbee2mqtt_json",
        "zigbee_ias_zcl",
    )
}


def run(stdin: BinaryIO, stdout: TextIO) -> int:
    """Answer each line of `stdin` with one line, in order, whatever it holds. Returns the exit status, always 0."""
    for line in _lines(stdin):
        stdout.write(json.dumps(answer(line)) + "\n")
        stdout.flush()
    return 0


def answer(line: bytes) -> dict[str, Any]:
    """The answer to one line: `ok`, `reason` where it is not, `fields`, `events`."""
    try:
        vector = _vector(line)
        explanation = _explain(vector)(vector)
    except RejectedError as reject:
        return {"ok": False, "reason": str(reject), "fields": {}, "events": []}
    told: dict[str, Any] = {"ok": True, "reason": None, "fields": explanation.fields, "events": explanation.events}
    if explanation.ignored is not None:
        told["ignored"] = explanation.ignored
    if explanation.suggested:
        told["suggested"] = True
    return told


def _vector(line: bytes) -> Vector:
    if len(line) > LINE_LIMIT_BYTES:
        raise RejectedError("oversize")
    try:
        line.decode("utf-8")
        vector = msgspec.json.decode(line)
    except UnicodeDecodeError:
        raise RejectedError("bad_utf8") from None
    except RecursionError:
        raise RejectedError("too_deep") from None
    except msgspec.MsgspecError:
        raise RejectedError("bad_json") from None
    if not isinstance(vector, dict):
        raise RejectedError("not_object")
    return vector


def _explain(vector: Vector) -> Explain:
    protocol = vector.get("protocol")
    if not isinstance(protocol, str):
        raise RejectedError("unknown_protocol")
    module = _PROTOCOLS.get(protocol)
    if module is None:
        return partial(plug_ins.explanation, protocol)
    explain: Explain = import_module(module).explain
    return explain


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream without their ends; of one that is too long only its head."""
    while line := stream.readline(LINE_LIMIT_BYTES + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(LINE_LIMIT_BYTES)
        yield line.rstrip(b"\r\n")
