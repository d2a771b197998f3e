"""Zigbee devices through zigbee2mqtt's JSON on the local broker.

A device's state comes on `BASE/NAME`, where the name may contain slashes and spaces. Below it zigbee2mqtt repeats
single attributes (`/action`, …), which say nothing new. `/availability` and `BASE/bridge/…` are read by
`zigbee2mqtt_bridge`.

Evidence: 13 captured messages and seven captured zone statuses and commands; what single models do differently is the
table in `zigbee2mqtt_quirks`. Sources: zigbee2mqtt's documentation and source (`controller.ts`, `bridge.ts`,
`availability.ts`), messages from issue logs. Unknown: whether the last action, which version 2 published again after a
restart (issue 25566), was a new press; only `last_seen`, switched on, tells them apart, and else it counts as one.
Supervision: 25 hours where nothing better is known of a model; none for buttons that harvest their power.
Off by default: nothing. Measurements (temperature, gas density) are left in the raw message.
"""

from dataclasses import replace
from functools import partial

from drivers.device import Decoded, Device, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal
from drivers.json_object import State, read
from drivers.registry import Driver, MqttDriver
from drivers.zigbee2mqtt_bridge import (
    AVAILABILITY,
    BRIDGE,
    EVENT_LIMIT_BYTES,
    EVENT_TOPIC,
    NAME,
    decode_availability,
    decode_bridge,
    event_device,
)
from drivers.zigbee2mqtt_json import battery_low, battery_mv, battery_percent, link_quality, moment
from drivers.zigbee2mqtt_quirks import GENERIC, MODELS, Quirk, quirk_of
from drivers.zigbee2mqtt_state import Say, signals
from drivers.zigbee2mqtt_values import shared

__all__ = ["BASE_TOPIC", "DRIVER", "EVENT_LIMIT_BYTES", "EVENT_TOPIC", "MQTT_DRIVER", "NAME", "event_device"]

BASE_TOPIC = "zigbee2mqtt"
MESSAGE_LIMIT_BYTES = 16 * 1024

_BELOW_BRIDGE = f"{BRIDGE}/"
_SUB_TOPICS = frozenset({"action", AVAILABILITY, "get", "set"})


def normalise_address(text: str) -> str:
    """The friendly name, exactly as zigbee2mqtt shows it, or `bridge` for zigbee2mqtt itself.

    Raises ValueError with the remedy.
    """
    name = text.strip().strip("/")
    if not name or name.startswith(_BELOW_BRIDGE) or "+" in name or "#" in name:
        raise ValueError(f"{text!r} is no friendly name: write the device's name as zigbee2mqtt shows it")
    if name.startswith(f"{BASE_TOPIC}/"):
        raise ValueError(f"{text!r} is a topic: leave {BASE_TOPIC}/ away and write the friendly name alone")
    return name


def name_of(topic: str) -> str | None:
    """What follows the base topic; None for a topic that has nothing below it.

    The base is everything up to a level called zigbee2mqtt, or else the first level.
    """
    marker = f"/{BASE_TOPIC}/"
    _, found, name = f"/{topic}".partition(marker)
    if not found:
        _, _, name = topic.partition("/")
    return name or None


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one message says. Never raises; () for the bridge's talk and for repeats of single attributes."""
    name = name_of(topic)
    if name is None:
        return Reject(driver=NAME, reason="bad_topic")
    if name.startswith(_BELOW_BRIDGE):
        return decode_bridge(name, payload, retained, lookup)
    device = lookup(NAME, name)
    if device is None and name.endswith(f"/{AVAILABILITY}"):
        return decode_availability(name.removesuffix(f"/{AVAILABILITY}"), payload, retained, lookup)
    if not payload or (device is None and _is_sub_topic(name, lookup)):
        return ()
    state = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(state, str):
        return Reject(driver=NAME, reason=state, detail=device.id if device else "")
    if device is None:
        return (_common(name, state, payload, retained)(kind=Kind.ENROLMENT),)
    quirk = _quirk(device, state)
    values = shared(state, quirk)
    return signals(values, _common(name, values, payload, retained), quirk)


def _quirk(device: Device, state: State) -> Quirk:
    about = state.get("device")
    reported = about if isinstance(about, dict) else {}
    quirk = quirk_of(device.model, reported.get("model"), reported.get("manufacturerName"))
    # Whatever kind of sensor lies under somebody: its contact, occupancy or presence is that of the bed or the chair.
    return quirk if device.role is None else replace(quirk, bed=True)


def _common(name: str, state: State, payload: bytes, retained: bool) -> Say:
    return partial(
        Signal,
        driver=NAME,
        address=name,
        occurred_at=moment(state.get("last_seen")),
        retained=retained,
        link_quality=link_quality(state),
        battery_percent=battery_percent(state),
        battery_mv=battery_mv(state),
        battery_low=battery_low(state),
        raw=payload[:RAW_LIMIT_BYTES],
    )


def is_attribute(name: str) -> bool:
    """Whether the last levels of `name` are ones that zigbee2mqtt itself puts below a device's name."""
    return not _SUB_TOPICS.isdisjoint(name.split("/")[1:][-2:])


def _is_sub_topic(name: str, lookup: Lookup) -> bool:
    """Whether the topic repeats something of another: a known level below any name, any level below an enrolled one."""
    levels = name.split("/")
    return is_attribute(name) or any(
        lookup(NAME, "/".join(levels[:depth])) is not None for depth in range(1, len(levels))
    )


DRIVER = Driver(
    name=NAME,
    protocols=("zigbee2mqtt_json", "zigbee_ias_zcl"),
    models=MODELS,
    generic_model=GENERIC,
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    tells_presses=True,
    tells_falls=True,
)
"""Any non-empty action is an SOS, whatever the button calls it, unless the model says otherwise (a remote, a keypad, a
vibration sensor): a call button that is pressed must never say nothing."""

MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=(f"{BASE_TOPIC}/#",), decode=decode)
