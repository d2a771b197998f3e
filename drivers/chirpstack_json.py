"""Reading a ChirpStack v4 event: the JSON form of its protobuf messages, in which values of zero are left out.

So a missing `fPort` is port 0 and a missing `snr` is 0 dB. A missing battery level or signal strength stays unknown:
0 percent and 0 dBm are no values that a working device has.
"""

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

Values = dict[str, Any]

_TOPIC = re.compile(r"(?:.*/)?application/[^/]+/device/([0-9A-Fa-f]{16})/event/([a-z]+)")
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""A server whose clock is older has lost its time."""


class Place(NamedTuple):
    """Whose event a topic is, and of which kind. `dev_eui` is 16 hexadecimal digits in lower case."""

    dev_eui: str
    kind: str


class Reception(NamedTuple):
    """The best of the gateways that heard a transmission: dBm and dB."""

    rssi_dbm: int | None
    snr_db: float


def place_of(topic: str) -> Place | None:
    """Whose event a topic is; None for a topic of another form."""
    match = _TOPIC.fullmatch(topic)
    return None if match is None else Place(match.group(1).lower(), match.group(2))


def data_of(values: Values) -> bytes | None:
    """The device's payload, b"" where the event has none; None where it is no base64."""
    text = values.get("data")
    if text is None:
        return b""
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def port_of(values: Values) -> int | None:
    """The LoRaWAN port, 0 where it is left out; None for what is no port."""
    port = values.get("fPort", 0)
    return port if isinstance(port, int) and not isinstance(port, bool) and 0 <= port <= 255 else None


def moment(values: Values) -> datetime | None:
    """When the network heard the transmission; None where that is unknown or plainly wrong."""
    text = values.get("time")
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
        heard_at = parsed.astimezone(UTC) if parsed.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
    return heard_at if heard_at is not None and heard_at >= _EARLIEST else None


def reception(values: Values) -> Reception | None:
    """How well the best gateway heard the transmission; None where no gateway is named."""
    heard = values.get("rxInfo")
    found = [_reception(one) for one in heard if isinstance(one, dict)] if isinstance(heard, list) else []
    return max(found, key=lambda one: (-math.inf if one.rssi_dbm is None else one.rssi_dbm, one.snr_db), default=None)


def battery_percent(values: Values) -> float | None:
    """The charge in a status event, 0 to 100; None for a device on mains, or that does not know, or left it out."""
    if values.get("externalPowerSource") is True or values.get("batteryLevelUnavailable") is True:
        return None
    percent = number(values.get("batteryLevel"))
    return percent if percent is not None and 0 <= percent <= 100 else None


def number(value: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def _reception(one: Values) -> Reception:
    rssi, snr = number(one.get("rssi")), number(one.get("snr"))
    return Reception(int(rssi) if rssi is not None and -200 <= rssi <= 50 else None, snr or 0.0)
