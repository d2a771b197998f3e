"""What a house with few devices takes into memory."""

import subprocess
import sys
from pathlib import Path

from tests.support.house import House

WIRE_A_HOUSE = """
import asyncio, sys
from pathlib import Path
from drivers.registry import DRIVERS, MQTT_DRIVERS, SERIAL_DRIVERS
from gateway.app import House
from gateway.clock import Clock
from gateway.config import load
from gateway.store.store import Store
file = Path(sys.argv[1])

async def wire():
    with Store(file.with_suffix(".db")) as store:
        House(load(file), store, Clock())

asyncio.run(wire())
names = {*DRIVERS, *MQTT_DRIVERS, *SERIAL_DRIVERS}
print(*sorted({"h11", "numpy", "prometheus_client", "cryptography"} & sys.modules.keys()), file=sys.stderr)
print(*sorted(name for name in names if f"drivers.{name}" in sys.modules))
"""


def test_a_house_with_two_drivers_loads_only_these_two(tmp_path: Path) -> None:
    file = House(folder=tmp_path, uplink_port=9, broker_port=9, serial_path=str(tmp_path / "rf")).write()
    command = [sys.executable, "-P", "-c", WIRE_A_HOUSE, str(file)]
    wired = subprocess.run(command, capture_output=True, text=True, check=True)
    # The bridge on the serial line, where it is loaded already, speaks for the cords behind it.
    assert set(wired.stdout.split()) - {"sonoff_rf_bridge"} == {"ev1527", "zigbee2mqtt"}
    assert wired.stderr == "\n", "what only pages, models and secrets need is not loaded at a start"
