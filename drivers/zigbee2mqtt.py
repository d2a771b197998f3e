"""Zigbee devices through zigbee2mqtt's JSON on the local broker.

A device's state comes on `BASE/NAME`, where the name may contain slashes and spaces. Below it zigbee2mqtt repeats
single attributes (`/action`, `/availability`, …) and `BASE/bridge/…` is its own talk; of these only `bridge/event` is
of interest. Sources: zigbee2mqtt's documentation and source (`controller.ts`, `bridge.ts`), messages from issue logs.
"""

from typing import Any

from drivers.device import Decoded, Device, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal
from drivers.registry import Driver, Model, MqttDriver
from drivers.zigbee2mqtt_json import (
    State,
    battery_low,
    battery_mv,
    battery_percent,
    link_quality,
    moment,
    read,
)
from drivers.zigbee2mqtt_state import signals

NAME = "zigbee2mqtt"
BASE_TOPIC = "zigbee2mqtt"
MESSAGE_LIMIT_BYTES = 16 * 1024
EVENT_LIMIT_BYTES = 256 * 1024
"""An interview's event carries the whole definition of the device."""

_BRIDGE = "bridge/"
EVENT_TOPIC = "bridge/event"
_SUB_TOPICS = frozenset({"action", "availability", "get", "set"})
_BATTERY_SUPERVISION_SECONDS = 25 * 3600
"""zigbee2mqtt's own availability default for battery devices."""
_JOINING = frozenset({"device_announce", "device_interview", "device_joined"})
_NOT_SOS = frozenset({"generic-remote", "generic-keypad"})


def normalise_address(text: str) -> str:
    """The friendly name, exactly as zigbee2mqtt shows it. Raises ValueError with the remedy."""
    name = text.strip().strip("/")
    if not name or name == "bridge" or name.startswith(_BRIDGE) or "+" in name or "#" in name:
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
    if name.startswith(_BRIDGE):
        return _decode_event(payload, retained, lookup) if name == EVENT_TOPIC else ()
    device = lookup(NAME, name)
    if not payload or (device is None and _is_sub_topic(name, lookup)):
        return ()
    state = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(state, str):
        return Reject(driver=NAME, reason=state, detail=device.id if device else "")
    return _decode_state(state, _common(name, state, payload, retained), device)


def _decode_state(state: State, common: Signal, device: Device | None) -> Decoded:
    if device is None:
        return (common,)
    return signals(state, common, presses_are_sos=device.model not in _NOT_SOS)


def _common(name: str, state: State, payload: bytes, retained: bool) -> Signal:
    return Signal(
        driver=NAME,
        address=name,
        kind=Kind.ENROLMENT,
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


def _decode_event(payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    event = read(payload, EVENT_LIMIT_BYTES)
    if isinstance(event, str):
        return Reject(driver=NAME, reason=event, detail="bridge event")
    type_, name = event.get("type"), event_device(event)
    if name is None or not isinstance(type_, str):
        return ()
    kind = _kind_of_event(type_, lookup(NAME, name) is not None)
    if kind is None:
        return ()
    return (Signal(driver=NAME, address=name, kind=kind, retained=retained, raw=payload[:RAW_LIMIT_BYTES]),)


def event_device(event: dict[str, Any]) -> str | None:
    """The friendly name that a bridge event is about; None where it names none."""
    data = event.get("data")
    name = data.get("friendly_name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and name else None


def _kind_of_event(type_: str, is_enrolled: bool) -> Kind | None:
    if type_ in _JOINING:
        return Kind.SUPERVISION if is_enrolled else Kind.ENROLMENT
    # A device that left the network will not be heard again: no need to wait for its silence.
    return Kind.SUPERVISION_LOST if type_ == "device_leave" and is_enrolled else None


def _model(name: str) -> Model:
    return Model(name, supervised=True, supervision_seconds=_BATTERY_SUPERVISION_SECONDS, battery=True)


_SORTS = ("button", "remote", "keypad", "smoke", "heat", "co", "gas", "water", "contact", "motion", "presence")

DRIVER = Driver(
    name=NAME,
    protocols=("zigbee2mqtt_json",),
    models={name: _model(name) for name in ("generic", *(f"generic-{sort}" for sort in _SORTS))},
    generic_model="generic",
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
)
"""Any non-empty action is an SOS, whatever the button calls it, unless the model is generic-remote or generic-keypad:
a call button that is pressed must never say nothing."""

MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=(f"{BASE_TOPIC}/#",), decode=decode)
