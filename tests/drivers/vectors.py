"""The captured frames that the decoders are proven on, and devices to enrol for them."""

import json
from pathlib import Path
from typing import Any

from drivers.device import Device, Lookup

FRAMES = Path(__file__).parent.parent / "frames"


def vectors(protocol: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((FRAMES / f"{protocol}.json").read_text(encoding="utf-8"))["vectors"]
    return loaded


def enrolled(*devices: Device) -> Lookup:
    table = {(device.driver, device.address): device for device in devices}
    return lambda driver, address: table.get((driver, address))


def nobody(driver: str, address: str) -> Device | None:
    return None


def cord(address: str = "9EAD9", **code_map: str) -> Device:
    return Device(
        id="cord-bath",
        driver="ev1527",
        address=address,
        model="ev1527-cord",
        room="bathroom",
        code_map=code_map or {"F": "sos", "B": "tamper", "E": "low_battery"},
    )
