"""Advertisements of bands and tags for `anju decode`: a row of a label and whatever the advertisement has.

A row names nothing: a service's UUID begins with 0x, an address has colons, a name is no hexadecimal number. The first
number is the maker's data and the second the service's; in a row that begins with the UUID there is only the service's.
"""

import json
import re
from typing import Any

from drivers import ble
from drivers.ble_bands import Seen, recognise
from drivers.event import Reject
from gateway.explain.explanation import Explanation, RejectedError, Vector, anybody, event_of

_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_UUID = re.compile(r"0x[0-9A-Fa-f]{4}")
_DATA = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_SERVICE = "servicedata"


def explain(vector: Vector) -> Explanation:
    """Explain one row. Raises RejectedError."""
    message = _message(vector.get("input"))
    seen = recognise(ble.advertisement(message))
    if seen is None:
        raise RejectedError("unknown_band")
    address = message.get("id", "00:00:00:00:00:00")
    decoded = ble.decode(f"home/gateway/BTtoMQTT/{address}", json.dumps(message).encode(), False, anybody)
    signals = () if isinstance(decoded, Reject) else decoded
    return Explanation(fields=_fields(seen), events=[event_of(signal) for signal in signals])


def _message(row: object) -> dict[str, str]:
    """The message of a gateway that heard the row's advertisement."""
    if not isinstance(row, list) or not all(isinstance(part, str) for part in row):
        raise RejectedError("bad_row")
    message: dict[str, str] = {}
    data_key = _SERVICE if _UUID.fullmatch(row[1] if len(row) > 1 else "") else "manufacturerdata"
    for part in row[1:]:
        if _UUID.fullmatch(part):
            message["servicedatauuid"] = part
        elif _ADDRESS.fullmatch(part):
            message["id"] = part
        elif _DATA.fullmatch(part):
            message[data_key], data_key = part, _SERVICE
        elif part not in ("", _SERVICE) and "name" not in message:
            message["name"] = part
    return message


def _fields(seen: Seen) -> dict[str, Any]:
    band = seen.band
    fields: dict[str, Any] = {"brand": band.brand, "model": band.model, "model_id": band.model_id, "type": band.type}
    told = {
        "track": True if band.device is not None else None,
        "device": band.device,
        "bpm": seen.heart_rate_bpm,
        "batt": seen.battery_percent,
        "act_bpm": seen.activity_heart_rate_bpm,
        "steps": seen.steps,
        "mac": seen.address,
    }
    return fields | {key: value for key, value in told.items() if value is not None}
