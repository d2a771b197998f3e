"""OwnTracks messages for `anju decode`, as if every telephone were enrolled."""

import json
from typing import Any

from drivers import owntracks
from drivers.event import Reject
from drivers.json_object import read
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody, event_of, scalars

_RENAMED = frozenset({"_type", "event"})


def explain(vector: Vector) -> Explanation:
    """Explain one message. Raises RejectedError."""
    topic, shown = vector.get("topic", f"{owntracks.BASE_TOPIC}/user/device"), vector.get("input")
    if not isinstance(topic, str):
        raise RejectedError("bad_topic")
    try:
        payload = shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()
    except RecursionError:
        raise RejectedError("too_deep") from None
    decoded = owntracks.decode(topic, payload, vector.get("retained") is True, anybody)
    if isinstance(decoded, Reject):
        raise RejectedError(decoded.reason)
    values = read(payload, owntracks.MESSAGE_LIMIT_BYTES)
    told = {} if isinstance(values, str) else values
    ignored = None if decoded else "no_position"
    return Explanation(fields=_fields(told), events=[event_of(signal) for signal in decoded], ignored=ignored)


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    place, transition = owntracks.place_of(values), values.get("event")
    shown = {key: value for key, value in scalars(values).items() if key not in _RENAMED}
    fields: dict[str, Any] = shown | {"event": values.get("_type")}
    if values.get("_type") == "transition":
        fields["transition"] = transition
    if values.get("_type") not in ("location", "transition"):
        return fields
    return fields | {
        "lat": place.latitude,
        "lon": place.longitude,
        "fix_time_unix": None if place.fix_time is None else int(place.fix_time.timestamp()),
        "accuracy_m": place.accuracy_m,
        "speed_kmh": place.speed_kmh,
        "battery_pct": place.battery_percent,
        "trigger": values.get("t"),
    }
