"""Lines of rtl_433 for `anju decode`: what they say of an enrolled device, and what they must not be taken for."""

from typing import Any

from drivers import ev1527, rtl_433
from drivers.device import Device
from drivers.event import Kind, Reject, Signal
from drivers.json_object import read
from drivers.radio_receiver import MESSAGE_LIMIT_BYTES
from drivers.rtl_433_codes import codes24, is_smoke_gs558, row_of, sync_bit_leads
from gateway.explain.ev1527_codes import explain as explain_code
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody, event_of, scalars
from gateway.explain.mqtt_message import payload_of

_NOT_PROVISIONED = {"event": None, "why": "not provisioned: never an alarm"}
_KNOWN_OF: dict[str, dict[str, str]] = {
    "Smoke-GS558": {"ambiguous": "alarm and test button send the same frame"},
    "Kidde-Smoke": {
        "must_not": (
            "raise a smoke alarm: rtl_433 decodes only the periodic presence message of this alarm and cannot see "
            "alarm/test/low battery"
        ),
        "repeats": "about every 65 ms for >5 s",
    },
}
_OF_ANY_SENDER = frozenset({"Akhan-100F14", "Chuango-Security", "Generic-Remote", "Smoke-GS558"})
"""Models under which rtl_433 shows any EV1527 sender: they say nothing of what it is."""


def explain(vector: Vector) -> Explanation:
    """Explain one line, given as JSON or as its text. Raises RejectedError."""
    payload = payload_of(vector)
    line = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(line, str):
        raise RejectedError(line)
    codes = codes24(line)
    if codes and not is_smoke_gs558(line):
        return _explain_code(line, codes[0])
    decoded = rtl_433.decode_line(payload, False, _all_but_codes)
    if isinstance(decoded, Reject):
        raise RejectedError(decoded.reason)
    fields = scalars(line) | (_KNOWN_OF.get(str(line.get("model")), {}) if decoded else {})
    if not decoded:
        return Explanation(fields=fields)
    words = {"device": decoded[0].address, "event": _word(decoded[0])}
    return Explanation(fields=fields | words, events=[event_of(signal) for signal in decoded], suggested=True)


def _explain_code(line: dict[str, Any], code24: str) -> Explanation:
    """A line of an EV1527 sender: what its code means on known makes, unless its model fits any sender."""
    if str(line.get("model")) in _OF_ANY_SENDER:
        told = explain_code({"input": code24})
        return Explanation(fields=scalars(line) | told.fields | _NOT_PROVISIONED, ignored="not_enrolled")
    told = explain_code({"input": line if line.get("model") == "Kerui-Security" else code24})
    told.fields = scalars(line) | told.fields
    if sync_bit_leads(line) and code24 == codes24(line)[0]:
        told.fields |= _shifted(line, code24)
    return told


def _shifted(line: dict[str, Any], code24: str) -> dict[str, Any]:
    row = row_of(line)
    text = line.get("data")
    if row is None or not isinstance(text, str) or row[1] & 0xFFFFFF != int(code24, 16):
        return {}
    spare = 4 * len(text) - row[0]
    rule = f"25-bit row = leading sync bit + 24-bit code: (0x{text} >> {spare}) & 0xFFFFFF == 0x{code24}"
    return {"event": "same burst, one bit shifted", "rule": rule}


def _all_but_codes(driver: str, address: str) -> Device | None:
    return None if driver == ev1527.NAME else anybody(driver, address)


def _word(signal: Signal) -> str:
    return signal.kind.value if signal.type is None or signal.kind is Kind.TEST else str(signal.type)
