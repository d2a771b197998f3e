"""The gateway's file for a home on paper: what an installer would have written for it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.plan import Device, Plan
from simulator.ports import LOOPBACK

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a simulated gateway lives: its folder and loopback ports; port 0 of `http_port` takes a free one."""

    folder: Path
    district_port: int
    local_port: int
    http_port: int
    district: str = "d1"
    gateway: str = "gw-0001"
    resident: str = "r-0001"

    @property
    def file(self) -> Path:
        """The gateway's file."""
        return self.folder / f"{self.gateway}.toml"

    @property
    def store(self) -> Path:
        """Its database."""
        return self.folder / f"{self.gateway}.db"

    def serial_path(self, receiver: str) -> Path:
        """Where a receiver's port appears."""
        return self.folder / f"{self.gateway}-{receiver}"


def gateway_file(plan: Plan, place: Place, sections: Mapping[str, Any] | None = None) -> str:
    """The file's text. The plan's own sections come last but one, then `sections`: later keys win."""
    document: dict[str, Any] = {
        "district": place.district,
        "gateway": place.gateway,
        "resident": place.resident,
        "timezone": plan.timezone,
        "store": {"path": str(place.store)},
        "uplink": {"host": LOOPBACK, "port": place.district_port, "tls": False},
        "broker": {"host": LOOPBACK, "port": place.local_port},
        "http": {"host": LOOPBACK, "port": place.http_port},
        "notice": {"sound": False},  # no machine that simulates shall call for help aloud
        "serial": [
            {"name": receiver.name, "path": str(place.serial_path(receiver.name)), "driver": "sonoff_rf_bridge"}
            for receiver in plan.receivers
        ],
        "device": [_device(device) for device in plan.devices],
    }
    return toml(_merged(_merged(document, plan.gateway), sections or {}))


def toml(document: Mapping[str, Any]) -> str:
    """A document of plain values, sections and arrays of sections as TOML text."""
    plain = {key: value for key, value in document.items() if not _is_section(value)}
    blocks = [_lines(plain)]
    for key, value in document.items():
        if isinstance(value, Mapping):
            blocks.append(f"[{key}]\n{_lines(value)}")
        elif _is_section(value):
            blocks += [f"[[{key}]]\n{_lines(one)}" for one in value]
    return "\n".join(blocks)


def _device(device: Device) -> dict[str, Any]:
    known = {key: getattr(device, key) for key in ("id", "driver", "address", "model", "room")}
    return known | ({"code_map": dict(device.code_map)} if device.code_map else {}) | dict(device.gateway)


def _merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in more.items():
        before = both.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            both[key] = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            both[key] = [*before, *value]
        else:
            both[key] = value
    return both


def _is_section(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value))


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # text, numbers, true and false are spelled as in JSON


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
