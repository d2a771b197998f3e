"""Bands, heart rate straps and tags that say something in their advertisement, without a connection.

Layout: a maker's data (first two bytes its number), a service's UUID, or only the name. Most tags say no more than that
they are near. Heart rates: Polar H10 (number 006B, six bytes) and XOSS X2 (FF04, six bytes) have it in their last byte,
the X2 its battery in the fourth, of which seven bits count. Xiaomi's and Amazfit's bands (number 0157, 26 bytes ending
in their address) have in byte 5 the rate of the last activity, FF for none, and steps as four bytes of service data.

Evidence: seven captured messages. Source: the tests and tables of Theengs' decoder (facts only).
Unknown: how old a band's activity rate is, so it is shown and never becomes a measurement; what else the bytes hold.
A heart rate of 0 is a strap that feels no heart: unknown, never a standstill.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

POLAR, XOSS, MI_BAND = "H10", "XOSSX2", "MB/SW"
_TRACKER, _BODY = "TRACK", "BODY"
_I_BEACON = bytes.fromhex("4c000215")
_NO_RATE = 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertisement:
    """The parts of an advertisement; empty where it has none. `service_uuid` is four lower-case digits."""

    name: str = ""
    manufacturer_data: bytes = b""
    service_uuid: str = ""
    service_data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What kind of thing advertises. `is_mine` tells its advertisements from all others."""

    brand: str
    model: str
    model_id: str
    type: str
    device: str | None
    is_mine: Callable[[Advertisement], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A band or tag and what it says; None where it does not know."""

    band: Band
    heart_rate_bpm: int | None = None
    activity_heart_rate_bpm: int | None = None
    steps: int | None = None
    battery_percent: int | None = None
    address: str | None = None


def recognise(heard: Advertisement) -> Seen | None:
    """What advertises and what it says; None where it is no band or tag of the table. Never raises."""
    band = next((band for band in BANDS if band.is_mine(heard)), None)
    if band is None:
        return None
    values = _READERS.get(band.model_id)
    return Seen(band=band) if values is None else values(band, heard)


def _polar(band: Band, heard: Advertisement) -> Seen:
    return Seen(band=band, heart_rate_bpm=heard.manufacturer_data[5] or None)


def _xoss(band: Band, heard: Advertisement) -> Seen:
    percent = heard.manufacturer_data[3] & 0x7F
    return Seen(
        band=band,
        heart_rate_bpm=heard.manufacturer_data[5] or None,
        battery_percent=percent if percent <= 100 else None,
    )


def _mi_band(band: Band, heard: Advertisement) -> Seen:
    data, service = heard.manufacturer_data, heard.service_data
    rate = data[5] if data.startswith(b"\x57\x01\x02") else _NO_RATE
    return Seen(
        band=band,
        # The whole upper half of the byte marks "none".
        activity_heart_rate_bpm=None if rate >> 4 == _NO_RATE >> 4 else rate or None,
        steps=int.from_bytes(service[:2], "little") if len(service) == 4 else None,
        address=data[20:].hex(":").upper(),
    )


_READERS: Mapping[str, Callable[[Band, Advertisement], Seen]] = {POLAR: _polar, XOSS: _xoss, MI_BAND: _mi_band}


def _named(start: str, *, lengths: range = range(256), data: str = "") -> Callable[[Advertisement], bool]:
    """Advertisements whose name begins like this, with maker's data of such a length that begins like that."""
    head = bytes.fromhex(data)
    return lambda heard: (
        heard.name.startswith(start)
        and len(heard.manufacturer_data) in lengths
        and heard.manufacturer_data.startswith(head)
    )


def _made(data: str, length: int) -> Callable[[Advertisement], bool]:
    """Advertisements with maker's data of this length that begins like this."""
    return _named("", lengths=range(length, length + 1), data=data)


def _tracker(
    brand: str,
    model_id: str,
    is_mine: Callable[[Advertisement], bool],
    *,
    model: str = "Smart Tracker",
    is_of: str = "",
) -> Band:
    device = f"{is_of or brand} Tracker"
    return Band(brand=brand, model=model, model_id=model_id, type=_TRACKER, device=device, is_mine=is_mine)


def _is_tile(heard: Advertisement) -> bool:
    by_uuid = heard.service_uuid in ("feed", "feec", "fd84") and not heard.manufacturer_data
    return by_uuid or heard.name.startswith("Tile")


def _is_nut(heard: Advertisement) -> bool:
    return heard.name.startswith("nut") and len(heard.manufacturer_data) == 4 and heard.service_uuid == "180a"


def _is_nutale(heard: Advertisement) -> bool:
    return heard.name.startswith("nutale") and len(heard.service_data) == 12 and heard.service_uuid == "0900"


def _theengs(number: int) -> Band:
    data = (_I_BEACON + f"Theengs-iBeacon{number}".encode()).hex()
    return _tracker("Theengs", f"TheengsIB0{number}", _made(data, 25), model="iBeacon Tracker", is_of="Theengs iBeacon")


BANDS: tuple[Band, ...] = (
    Band(brand="Polar", model="Heart Rate Sensor", model_id=POLAR, type=_BODY, device=None, is_mine=_made("6b00", 6)),
    Band(brand="XOSS", model="X2 Heart Rate Sensor", model_id=XOSS, type=_BODY, device=None, is_mine=_made("04ff", 6)),
    Band(
        brand="Xiaomi/Amazfit",
        model="Mi Band/Smart Watch",
        model_id=MI_BAND,
        type=_BODY,
        device="Xiaomi/Amazfit Tracker",
        is_mine=_made("5701", 26),
    ),
    _tracker("nut", "NUT", _is_nut),
    _tracker("nut", "NUTALE", _is_nutale, is_of="nutale"),
    _tracker("iTAG", "ITAG", _named("iTAG", lengths=range(4, 256))),
    _tracker("Tag-It", "TAGIT", _named("Tag-It", lengths=range(13, 14))),
    _tracker("Tile", "TILE", _is_tile),
    _theengs(1),
    _theengs(2),
    _tracker("Mobvoi", "TICWATCHGTH", _named("TicWatch GTH"), model="TicWatch GTH (Pro)", is_of="TicWatch GTH (Pro)"),
    _tracker("Gigaset", "GTAG", _made("800102151234", 12), model="G-Tag", is_of="Gigaset G-Tag"),
    _tracker("Bosch", "BOSCHNYON", _named("Nyon", lengths=range(7, 8), data="a602"), model="Nyon", is_of="Bosch Nyon"),
)
"""What is recognised. Other iBeacons and telephones are left out: they belong to whoever passes by."""
