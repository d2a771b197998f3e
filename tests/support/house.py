"""One house for a test: a gateway's file in a folder, and `anju run` on it."""

import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.ports import LOOPBACK, free_port
from tests.support.processes import Child, running

CORD: dict[str, Any] = {
    "id": "cord-bath",
    "driver": "ev1527",
    "address": "9EAD9",
    "model": "ev1527-cord",
    "room": "bathroom",
    "code_map": {"F": "sos", "B": "tamper", "E": "low_battery"},
}
SMOKE: dict[str, Any] = {
    "id": "smoke-kitchen",
    "driver": "zigbee2mqtt",
    "address": "smoke-1",
    "model": "generic-smoke",
    "room": "kitchen",
}
BUTTON: dict[str, Any] = {
    "id": "button-bed",
    "driver": "zigbee2mqtt",
    "address": "button-1",
    "model": "generic-button",
    "room": "bedroom",
}


@dataclass(kw_only=True)
class House:
    """What a gateway's file says. Change a field, then `write()`; `sections` adds or overrides whole sections.

    `uplink_port` and `broker_port` are the district's and the local broker's; a port where nothing listens is fine.
    """

    folder: Path
    uplink_port: int
    broker_port: int
    serial_path: str | None = None
    second_serial_path: str | None = None
    gateway: str = "gw-0001"
    district: str = "d1"
    devices: list[dict[str, Any]] = field(default_factory=lambda: [CORD, SMOKE, BUTTON])
    listeners: list[dict[str, Any]] = field(default_factory=list)
    routes: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    http_port: int = field(default_factory=free_port)

    @property
    def file(self) -> Path:
        """The gateway's file."""
        return self.folder / f"{self.gateway}.toml"

    @property
    def store(self) -> Path:
        """The gateway's database."""
        return self.folder / f"{self.gateway}.db"

    def write(self) -> Path:
        """Write the gateway's file."""
        self.file.write_text(self.text(), encoding="utf-8")
        return self.file

    def text(self) -> str:
        """The gateway's file as text."""
        sections: dict[str, dict[str, Any]] = {
            "store": {"path": str(self.store)},
            "uplink": {"host": LOOPBACK, "port": self.uplink_port, "tls": False},
            "broker": {"host": LOOPBACK, "port": self.broker_port},
            "http": {"host": LOOPBACK, "port": self.http_port},
            "notice": {"sound": False},  # no machine that runs the tests shall call for help aloud
            **self.sections,
        }
        blocks = [_lines({"district": self.district, "gateway": self.gateway, "resident": "r-0001"})]
        blocks += [f"[{name}]\n{_lines(values)}" for name, values in sections.items()]
        for name, path in (("rf", self.serial_path), ("rf2", self.second_serial_path)):
            if path is not None:
                port = {"name": name, "path": path, "driver": "sonoff_rf_bridge"}
                blocks.append(f"[[serial]]\n{_lines(port)}")
        blocks += [f"[[listener]]\n{_lines(listener)}" for listener in self.listeners]
        blocks += [f"[[route]]\n{_lines(route)}" for route in self.routes]
        blocks += [f"[[device]]\n{_lines(device)}" for device in self.devices]
        blocks += [f"[[output]]\n{_lines(output)}" for output in self.outputs]
        return "\n".join(blocks)

    @asynccontextmanager
    async def gateway_running(self, **environment: str) -> AsyncIterator[Child]:
        """Write the file and run `anju run` on it for the block; its database stays for the next run."""
        async with running("anju", "run", "--config", self.write(), environment=environment) as child:
            yield child

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the gateway's own HTTP server; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.http_port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str) -> float | None:
        """The value of a metric, with its labels as printed (`name{a="b"}`); None where it is not there."""
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        return None


def _lines(values: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_value(item)}' for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # strings, numbers and booleans are spelled as in JSON
