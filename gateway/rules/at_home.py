"""Which devices stay in the home: a band or a watch is where its wearer is."""

from collections.abc import Iterable

from drivers.device import Device
from drivers.registry import DRIVERS


def at_home(devices: Iterable[Device]) -> list[Device]:
    """Those that are neither worn nor carried."""
    return [one for one in devices if not (DRIVERS[one.driver].tells_location or DRIVERS[one.driver].is_worn)]
