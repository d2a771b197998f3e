"""Where the receivers of radio senders and bands on the local broker publish, known before their drivers are loaded.

A `+` stands for one level. Sources: the default topics of Tasmota, OpenMQTTGateway and rtl_433; ours for bands.
"""

from collections.abc import Mapping

_TASMOTA_PLACES = ("tele/+", "+/tele", "+/tele/+")
"""Tasmota's full topic in its usual orders: prefix first, device first, a site's name in front of both."""
_TASMOTA_LEAVES = ("RESULT", "RFRECEIVED", "RFRAW", "LWT", "STATE")
"""RESULT becomes the command's name with SetOption4."""

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {
    "tasmota_rf": tuple(f"{place}/{leaf}" for place in _TASMOTA_PLACES for leaf in _TASMOTA_LEAVES),
    "openmqttgateway": (
        "+/+/433toMQTT",
        "+/+/SRFBtoMQTT",
        "+/+/SRFBtoMQTT/Raw",
        "+/+/RTL_433toMQTT/#",
        "home/+/LWT",
        "home/+/SYStoMQTT",
    ),
    "rtl_433": ("rtl_433/+/events",),
    "wearable_event": ("wearable/+/event",),
}
"""Subscriptions by driver."""
