"""Messages of 433/868 MHz receivers on the broker for the rules of the whole fleet."""

import json
from typing import Any

from hypothesis import strategies as st

from drivers import openmqttgateway, rtl_433, tasmota_rf
from tests.drivers.vectors import vectors

CODES = st.integers(0, 0xFFFFFF).map(lambda value: f"{value:06X}")


def captured(protocol: str) -> st.SearchStrategy[bytes]:
    return st.sampled_from([payload(vector) for vector in vectors(protocol)])


def payload(vector: dict[str, Any]) -> bytes:
    shown = vector["input"]
    return shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()


LINES = st.builds(
    lambda model, id_, cmd: rtl_433.encode({"model": model, "id": id_, "cmd": cmd}),
    st.sampled_from(["Kerui-Security", "Generic-Remote", "Honeywell-Security", "Kidde-Smoke", "Smoke-GS558", "Tyre"]),
    st.integers(0, 1 << 20) | st.text(max_size=8),
    st.integers(0, 255),
)

MESSAGES: dict[str, st.SearchStrategy[bytes]] = {
    "tasmota_rf": captured("tasmota_rf_mqtt") | CODES.map(tasmota_rf.encode),
    "openmqttgateway": captured("openmqttgateway_rf") | CODES.map(openmqttgateway.encode),
    "rtl_433": captured("rtl433_json") | LINES,
}
TOPICS: dict[str, tuple[str, ...]] = {
    "tasmota_rf": ("tele/bridge/RESULT", "bridge/tele/RFRECEIVED", "tele/bridge/LWT", "tele/bridge/STATE"),
    "openmqttgateway": (
        "home/gate/433toMQTT",
        "home/gate/SRFBtoMQTT",
        "home/gate/SRFBtoMQTT/Raw",
        "home/gate/RTL_433toMQTT/Kerui-Security/1",
        "home/gate/LWT",
        "home/gate/SYStoMQTT",
    ),
    "rtl_433": ("rtl_433/host/events",),
}
"""The first is one whose payload is read."""
KEYS = frozenset(
    {
        "RfReceived", "RfRaw", "value", "length", "raw", "model", "id", "cmd", "cmd_id", "code", "codes", "data", "len",
        "rows", "unit", "channel", "learn", "state", "event", "text", "heartbeat", "alarm", "tamper", "contact_open",
        "detect_wet", "battery_ok", "battery_mV", "motion",
    }
)  # fmt: skip
_JSON = frozenset({"bad_json", "bad_topic", "bad_utf8", "not_object", "oversize", "too_deep"})
REASONS: dict[str, frozenset[str]] = {
    "tasmota_rf": _JSON | {"bad_code", "bad_frame", "noise", "not_ev1527"},
    "openmqttgateway": _JSON | {"bad_code", "not_ev1527", "partial", "noise", "incomplete"},
    "rtl_433": _JSON | {"bad_id"},
}
