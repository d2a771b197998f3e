"""Service data of a Bluetooth device for `anju decode`, as if the device were enrolled with the key that is given."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from drivers import ble
from drivers.ble_report import Press, Report
from drivers.device import Device
from drivers.event import Reject
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of

_KEY = re.compile(r"[0-9A-Fa-f]{32}")
_ANY_ADDRESS = "00:00:00:00:00:00"

_PROPERTY_UNITS: Mapping[str, tuple[str, str]] = {
    "mass_lb": ("mass", "lb"),
    "distance_m": ("distance", "m"),
    "volume_ml": ("volume", "mL"),
}
"""Properties that the format has in two units: its own name for them, and the unit that is not the usual one."""

Parse = Callable[[bytes, str, str | None], Report | str]


def explain_with(vector: Vector, uuid: str, parse: Parse, *, tells_properties: bool) -> Explanation:
    """Explain one vector of service data under `uuid`. Raises RejectedError.

    `tells_properties` shows each event as type and properties instead of its bare word.
    """
    data, context = _data(vector.get("input")), _context(vector)
    device = _device(context)
    report = parse(data, device.address, device.bind_key)
    if isinstance(report, str):
        raise RejectedError(report)
    topic = f"home/gateway/BTtoMQTT/{device.address.replace(':', '')}"
    payload = ble.encode(device.address, uuid, data)
    decoded = ble.decode(topic, payload, False, lambda _driver, _address: device)
    signals = () if isinstance(decoded, Reject) else decoded
    fields: dict[str, Any] = {
        "sensors": {_property(name): said for name, said in report.sensors.items()} | _strength(context),
        "binary": dict(report.binary),
        "events": {name: _event(press, tells_properties) for name, press in report.events.items()},
        "model": report.model,
        "encrypted": report.is_sealed,
        "counter": report.counter,
    }
    units = {_PROPERTY_UNITS[name][0]: _PROPERTY_UNITS[name][1] for name in report.sensors if name in _PROPERTY_UNITS}
    return Explanation(fields=fields | ({"units": units} if units else {}), events=[event_of(one) for one in signals])


def _property(name: str) -> str:
    return _PROPERTY_UNITS[name][0] if name in _PROPERTY_UNITS else name


def _strength(context: Mapping[str, Any]) -> dict[str, Any]:
    """The strength of the signal where whoever heard it told it: no advertisement knows its own."""
    rssi_dbm = context.get("rssi")
    return {"signal_strength": rssi_dbm} if isinstance(rssi_dbm, int) else {}


def _event(press: Press, tells_properties: bool) -> object:
    properties = None if press.properties is None else dict(press.properties)
    return {"type": press.word, "properties": properties} if tells_properties else press.word


def _context(vector: Vector) -> Mapping[str, Any]:
    context = vector.get("ctx")
    return context if isinstance(context, dict) else {}


def _data(shown: object) -> bytes:
    try:
        return bytes.fromhex(shown) if isinstance(shown, str) else b""
    except ValueError:
        raise RejectedError("bad_hex") from None


def _device(context: Mapping[str, Any]) -> Device:
    address, key, name = context.get("address"), context.get("bindkey"), context.get("name")
    try:
        normal = ble.normalise_address(address) if isinstance(address, str) else _ANY_ADDRESS
    except ValueError:
        raise RejectedError("bad_address") from None
    if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
        raise RejectedError("bad_bind_key")
    model = name if isinstance(name, str) else "generic"
    return Device(id=normal, driver=ble.NAME, address=normal, model=model, room="", bind_key=key)
