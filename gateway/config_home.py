"""The circle around the home that locators are held against, as the file says it."""

from dataclasses import dataclass, replace

from drivers import gcj02, registry
from drivers.device import Device
from drivers.event import Datum
from gateway.config_night import NightRule
from gateway.config_rules import Table, listed, quoted, suggestion

RADIUS_LIMITS_M = (50, 50_000)
"""Smaller than satellites err between houses, or larger than a county: neither is a circle around a home."""
_DEGREES_REMEDY = "write the home's place in degrees, such as latitude = 30.67 and longitude = 104.06"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCircle:
    """Where the home is (degrees, WGS-84), how far from it is far in metres, and whose fixes are held against it.

    `night_radius_m` is the circle at night; None where it is the same.
    """

    latitude: float
    longitude: float
    radius_m: int
    night_radius_m: int | None
    devices: frozenset[str]


def read_home(
    top: Table, devices: tuple[Device, ...], night: NightRule | None
) -> tuple[HomeCircle | None, tuple[Device, ...]]:
    """The section `[home]`, and the devices, those marked that are held against it; None where there is none."""
    table = top.table("home")
    if table is None:
        return None, devices
    latitude, longitude = _degrees(table, "latitude", 90), _degrees(table, "longitude", 180)
    datum = table.text("datum", Datum.WGS84.value, remedy=f"write one of: {listed(Datum)}")
    if datum.strip() and datum not in [one.value for one in Datum]:
        table.problem("datum", f"unknown datum {quoted(datum)}{suggestion(datum, sorted(Datum))}")
    radius_m = table.optional_integer("radius_m", *RADIUS_LIMITS_M)
    if not table.has("radius_m"):
        table.missing("radius_m", "write how many metres from home is far, such as radius_m = 500")
    night_radius_m = _night_radius(table, radius_m, night)
    held = _held(table, devices)
    table.report_unknown()
    if latitude is None or longitude is None or radius_m is None:
        return None, devices
    if datum == Datum.GCJ02:
        latitude, longitude = gcj02.to_wgs84(latitude, longitude)
    circle = HomeCircle(
        latitude=latitude, longitude=longitude, radius_m=radius_m, night_radius_m=night_radius_m, devices=held
    )
    return circle, tuple(replace(device, is_fenced=True) if device.id in held else device for device in devices)


def _degrees(table: Table, key: str, limit: int) -> float | None:
    if not table.has(key):
        table.missing(key, _DEGREES_REMEDY)
        return None
    degrees = table.optional_number(key)
    if degrees is not None and abs(degrees) > limit:
        # Not the number itself: where somebody lives stands in no log.
        table.problem(key, f"{key} is beyond {limit}; {_DEGREES_REMEDY}")
        return None
    return degrees


def _night_radius(table: Table, radius_m: int | None, night: NightRule | None) -> int | None:
    night_radius_m = table.optional_integer("night_radius_m", *RADIUS_LIMITS_M)
    if night_radius_m is None:
        return None
    if night is None:
        table.problem("night_radius_m", "nobody knows when it is night; write a section [night] and the timezone")
    if radius_m is not None and night_radius_m > radius_m:
        table.problem("night_radius_m", "night_radius_m is larger than radius_m; at night the circle can only shrink")
    return night_radius_m


def _held(table: Table, devices: tuple[Device, ...]) -> frozenset[str]:
    locators = [device.id for device in devices if device.driver and registry.DRIVERS[device.driver].tells_location]
    if not table.has("devices"):
        if not locators:
            table.findings.warning(table.path, "no device tells where it is; enrol a GPS watch, or nobody is missed")
        return frozenset(locators)
    written = table.anything("devices")
    if not isinstance(written, list) or not written or not all(isinstance(one, str) for one in written):
        table.problem("devices", 'devices is no list of ids; write devices = ["watch"]')
        return frozenset()
    for name in written:
        if name not in locators:
            meant = suggestion(name, locators) if locators else "; enrol a GPS watch"
            table.problem("devices", f"{quoted(name)} is no device that tells where it is{meant}")
    return frozenset(name for name in written if name in locators)
