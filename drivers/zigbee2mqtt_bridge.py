"""What zigbee2mqtt says of its devices and of itself, apart from their states.

`BASE/NAME/availability` is `online` or `offline`, as text or as `{"state": ...}`; it is off unless configured, and then
says after 10 minutes that a mains device does not answer, after 25 hours that a battery device was not heard.
`BASE/bridge/state` is the same for zigbee2mqtt itself, `offline` being its last will, and `BASE/bridge/health` comes
every 10 minutes: both are for whoever enrols the address `bridge` with the model `bridge`.
`BASE/bridge/event` tells of devices that join or leave. All of this but the events is retained.
"""

from typing import Any

from drivers.device import Decoded, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal
from drivers.json_object import read

NAME = "zigbee2mqtt"
BRIDGE = "bridge"
EVENT_TOPIC = "bridge/event"
STATE_TOPIC = "bridge/state"
HEALTH_TOPIC = "bridge/health"
AVAILABILITY = "availability"
EVENT_LIMIT_BYTES = 256 * 1024
"""An interview's event carries the whole definition of the device."""
_WORD_LIMIT_BYTES = 64
_JOINING = frozenset({"device_announce", "device_interview", "device_joined"})
_WORDS = {"online": True, "offline": False}


def is_online(payload: bytes) -> bool | None:
    """What an availability or bridge state says, in any of its shapes; None where it says neither."""
    if len(payload) > _WORD_LIMIT_BYTES:
        return None
    state = read(payload, _WORD_LIMIT_BYTES)
    word = state.get("state") if isinstance(state, dict) else payload.decode("utf-8", "replace").strip().strip('"')
    return _WORDS.get(word.lower()) if isinstance(word, str) else None


def decode_availability(name: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """Whether a device can be reached; () for one that nobody enrolled: a stranger's silence is no news."""
    online = is_online(payload)
    if online is None or lookup(NAME, name) is None:
        return ()
    return (_signal(name, Kind.SUPERVISION if online else Kind.SUPERVISION_LOST, payload, retained),)


def decode_bridge(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What zigbee2mqtt says below `bridge/`; () for its lists, logs and answers."""
    if topic == EVENT_TOPIC:
        return _decode_event(payload, retained, lookup)
    if topic == STATE_TOPIC:
        return decode_availability(BRIDGE, payload, retained, lookup)
    if topic == HEALTH_TOPIC and lookup(NAME, BRIDGE) is not None:
        return (_signal(BRIDGE, Kind.SUPERVISION, payload, retained),)
    return ()


def event_device(event: dict[str, Any]) -> str | None:
    """The friendly name that a bridge event is about; None where it names none."""
    data = event.get("data")
    name = data.get("friendly_name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and name else None


def _decode_event(payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    event = read(payload, EVENT_LIMIT_BYTES)
    if isinstance(event, str):
        return Reject(driver=NAME, reason=event, detail="bridge event")
    type_, name = event.get("type"), event_device(event)
    if name is None or not isinstance(type_, str):
        return ()
    kind = _kind_of_event(type_, lookup(NAME, name) is not None)
    return () if kind is None else (_signal(name, kind, payload, retained),)


def _kind_of_event(type_: str, is_enrolled: bool) -> Kind | None:
    if type_ in _JOINING:
        return Kind.SUPERVISION if is_enrolled else Kind.ENROLMENT
    # A device that left the network will not be heard again: no need to wait for its silence.
    return Kind.SUPERVISION_LOST if type_ == "device_leave" and is_enrolled else None


def _signal(name: str, kind: Kind, payload: bytes, retained: bool) -> Signal:
    return Signal(driver=NAME, address=name, kind=kind, retained=retained, raw=payload[:RAW_LIMIT_BYTES])
