"""OwnTracks telephones through the local broker: JSON on `owntracks/USER/DEVICE` and the levels below it.

Layout by `_type`: `location` (lat, lon, acc in metres, vel in km/h, batt in percent, t the trigger, tst the time of
the fix, created_at of the message) and `transition` (`/event`: enter or leave of a region) say where somebody is;
`lwt` is the broker's word that the telephone has gone, `waypoint(s)`, `card`, `status`, `steps` and the like say
nothing of a person.
Source: the OwnTracks booklet, four messages published by real telephones. -1 and a missing key both mean unknown.

Positions become LOCATION signals (type `enter` or `leave` for a transition) with the accuracy as value; only an alarm
takes them out of the house. Degrees are the telephone's own, WGS-84. `source` (gps, wifi, cell, network, fused) marks
what found them; telephones that send none leave it open. A transition is no alarm. The telephone's clock comes from its
network and is trusted: `tst` is when it happened.
Unsupervised: telephones sleep, and what they send then says nothing of their owner; `supervision_seconds` of the device
changes that. `lwt` is no fault for the same reason. Off by default in the app's settings and refused here: encryption.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from drivers.device import Decoded, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Location, LocationSource, Reject, Signal
from drivers.json_object import number, read
from drivers.registry import Driver, Model, MqttDriver

NAME = "owntracks"
BASE_TOPIC = "owntracks"
MESSAGE_LIMIT_BYTES = 16 * 1024
LOW_BATTERY_PERCENT = 15

_EPOCH_SECONDS = range(10**9, 4 * 10**9)
_SOURCES: Mapping[str, LocationSource] = {
    "gps": LocationSource.GNSS,
    "wifi": LocationSource.WIFI,
    "cell": LocationSource.CELL,
    "network": LocationSource.NETWORK,
    "fused": LocationSource.FUSED,
}
_TRANSITIONS = frozenset({"enter", "leave"})
_SAYS_NOTHING = frozenset(
    {"beacon", "card", "cmd", "configuration", "dump", "lwt", "request", "status", "steps", "waypoint", "waypoints"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when. Degrees are WGS-84; None where the message does not know."""

    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    speed_kmh: float | None
    fix_time: datetime | None
    battery_percent: float | None
    source: LocationSource | None

    @property
    def location(self) -> Location | None:
        """The position as the house keeps it; None where there is none."""
        if self.latitude is None or self.longitude is None:
            return None
        return Location(
            latitude=self.latitude,
            longitude=self.longitude,
            accuracy_m=self.accuracy_m,
            fixed_at=self.fix_time,
            source=self.source,
        )


def normalise_address(text: str) -> str:
    """USER/DEVICE as in the topic. Raises ValueError with the remedy."""
    name = text.strip().strip("/")
    levels = name.split("/")
    if len(levels) != 2 or not all(levels) or levels[0] == BASE_TOPIC or "+" in name or "#" in name:
        raise ValueError(f"{text!r} is no telephone: write USER/DEVICE as in its topic {BASE_TOPIC}/USER/DEVICE")
    return name


def address_of(topic: str) -> str | None:
    """USER/DEVICE of a topic; None for a topic that has none."""
    levels = topic.split("/")
    if len(levels) < 3 or levels[0] != BASE_TOPIC:
        return None
    try:
        return normalise_address("/".join(levels[1:3]))
    except ValueError:
        return None


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one message says. Never raises; () for messages that say nothing of a person."""
    if len(payload) > MESSAGE_LIMIT_BYTES:
        return Reject(driver=NAME, reason="oversize")
    address = address_of(topic)
    if address is None:
        return Reject(driver=NAME, reason="bad_topic")
    if not payload:
        return ()
    values = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(values, str):
        return Reject(driver=NAME, reason=values)
    return _decode_values(values, address, payload, retained, lookup)


def _decode_values(values: dict[str, Any], address: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    kind = values.get("_type")
    if isinstance(kind, str) and kind in _SAYS_NOTHING:
        return ()
    transition = values.get("event") if kind == "transition" else None
    if kind != "location" and not (isinstance(transition, str) and transition in _TRANSITIONS):
        return Reject(driver=NAME, reason="encrypted" if kind == "encrypted" else "unknown_type")
    place = place_of(values)
    if kind == "location" and place.location is None:
        return Reject(driver=NAME, reason="no_position")
    charge = place.battery_percent
    is_enrolled = lookup(NAME, address) is not None
    return (
        Signal(
            driver=NAME,
            address=address,
            kind=Kind.LOCATION if is_enrolled else Kind.ENROLMENT,
            type=transition if is_enrolled else None,
            occurred_at=place.fix_time,
            retained=retained,
            battery_percent=charge,
            battery_low=None if charge is None else charge <= LOW_BATTERY_PERCENT,
            value=place.accuracy_m,
            unit=None if place.accuracy_m is None else "m",
            raw=payload[:RAW_LIMIT_BYTES],
            location=place.location if is_enrolled else None,
        ),
    )


def place_of(values: Mapping[str, Any]) -> Place:
    """The position in a message's values, of whatever types they are."""
    seconds = number(values.get("tst"))
    known = seconds is not None and int(seconds) in _EPOCH_SECONDS
    source = values.get("source")
    return Place(
        latitude=_within(values.get("lat"), -90, 90),
        longitude=_within(values.get("lon"), -180, 180),
        accuracy_m=_within(values.get("acc"), 0, 1e7),
        speed_kmh=_within(values.get("vel"), 0, 1e5),
        fix_time=datetime.fromtimestamp(seconds, UTC) if known and seconds is not None else None,
        battery_percent=_within(values.get("batt"), 0, 100),
        source=_SOURCES.get(source) if isinstance(source, str) else None,
    )


def encode(address: str, values: Mapping[str, Any]) -> tuple[str, bytes]:
    """Topic and payload as the app publishes them: a transition below the telephone's own topic."""
    below = "/event" if values.get("_type") == "transition" else ""
    return f"{BASE_TOPIC}/{address}{below}", msgspec.json.encode(dict(values))


def _within(value: object, low: float, high: float) -> float | None:
    found = number(value)
    return found if found is not None and low <= found <= high else None


DRIVER = Driver(
    name=NAME,
    protocols=("owntracks_mqtt",),
    models={"generic": Model("generic", supervised=False, supervision_seconds=None, battery=True)},
    generic_model="generic",
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    tells_location=True,
)

MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=(f"{BASE_TOPIC}/#",), decode=decode)
