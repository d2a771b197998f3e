"""The families of devices that the simulator can play, and which driver of the gateway hears each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

ZIGBEE, RADIO, WORN = "zigbee2mqtt", "ev1527", "wearable"

CORD_CODES: Mapping[str, str] = {"F": "sos", "B": "tamper", "E": "low_battery"}
"""What the data nibbles of a cord mean where its plan says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`drivers` may hear it; the first is meant where a plan names none. `key` is the state that it reports.

    `key` is zigbee2mqtt's name of it, None for what has no state (a cord, a button, a band).
    """

    name: str
    drivers: tuple[str, ...]
    model: str
    key: str | None = None


FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family(name="cord", drivers=(RADIO,), model="ev1527-cord"),
        Family(name="button", drivers=(ZIGBEE, RADIO), model="generic-button"),
        Family(name="smoke", drivers=(ZIGBEE,), model="generic-smoke", key="smoke"),
        Family(name="co", drivers=(ZIGBEE,), model="generic-co", key="carbon_monoxide"),
        Family(name="gas", drivers=(ZIGBEE,), model="generic-gas", key="gas"),
        Family(name="water", drivers=(ZIGBEE,), model="generic-water", key="water_leak"),
        Family(name="motion", drivers=(ZIGBEE,), model="generic-motion", key="occupancy"),
        Family(name="door", drivers=(ZIGBEE,), model="generic-contact", key="contact"),
        Family(name="band", drivers=(WORN,), model="generic"),
    )
}
