"""What alarm_1 and alarm_2 of an IAS zone mean on each model: the specification leaves it to the maker.

Read as if every model used alarm_1, a HEIMAN gas detector (0x0022) burns unheard, and Xiaomi's self-test (0x0002) reads
as smoke where both bits count. Where nothing is known of a detector of fire or gas, both bits are an alarm.
Sources: the model tables of zigbee-herdsman-converters; zigbee2mqtt issues 391, 9318, 14495, 16879, 17229.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.zigbee_ias import FLAGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """The key that each alarm bit stands for, in zigbee2mqtt's words; None for a bit that says nothing.

    A contact's alarm is an open door, so the bit means the opposite of the key `contact`; `alarm_is_closed` is for the
    models that have it the other way round.
    """

    alarm_1: str | None = None
    alarm_2: str | None = None
    alarm_is_closed: bool = False


NO_ZONE = Zone()
"""Bits of which nothing is known."""


def both(key: str) -> Zone:
    """A zone of which nothing is known but what it detects."""
    return Zone(alarm_1=key, alarm_2=key)


_GAS_2 = Zone(alarm_2="gas")

ZONES: Mapping[str, Zone] = {
    "generic-button": both("sos"),
    "generic-button-without-battery": both("sos"),
    "generic-smoke": both("smoke"),
    "generic-heat": both("heat"),
    "generic-co": both("carbon_monoxide"),
    "generic-gas": both("gas"),
    "generic-water": both("water_leak"),
    "generic-contact": Zone(alarm_1="contact"),
    "generic-contact-inverted": Zone(alarm_1="contact"),
    "generic-bed": Zone(alarm_1="contact"),
    "generic-bed-inverted": Zone(alarm_1="contact"),
    "generic-motion": both("occupancy"),
    "generic-presence": both("presence"),
    "generic-vibration": both("vibration"),
    # The specification's own table: panic and emergency.
    "generic-remote": both("sos"),
    "generic-keypad": both("sos"),
    # Xiaomi (Honeywell): 0x0002 is the self-test.
    "JTYJ-GD-01LM/BW": Zone(alarm_1="smoke", alarm_2="test"),
    "JTQJ-BF-01LM/BW": both("gas"),
    # GS, by HEIMAN: 0x0022 is gas.
    "SGMHM-I1": _GAS_2,
    "SGPHM-I1": _GAS_2,
    "HS3CG": _GAS_2,
    "HS1CG_M": _GAS_2,
    "HS1CG-E_3.0": _GAS_2,
    "HS1CG-E": both("gas"),
    "HS1CG": Zone(alarm_1="gas"),
    "HS1CG-M": Zone(alarm_1="gas"),
    "HS1CG_H": Zone(alarm_1="gas"),
    "SGA01ZB": _GAS_2,
    "ZGA1-EN": both("gas"),
    "SM0212": both("gas"),
    "CR701-YZ": Zone(alarm_1="carbon_monoxide", alarm_2="gas"),
    # Bosch: 0x0032 is smoke, 0x00b0 its siren used against burglars.
    "BSD-2": Zone(alarm_2="smoke"),
    "SEB01ZB": Zone(alarm_2="sos"),
    # One press is 1, two are 2, a long one is 3.
    "HS1EB/HS1EB-E": both("sos"),
    "SE20-O": both("sos"),
    "SE21": both("sos"),
    # VSmart: the bit is set while the door is closed.
    "HS-SEDR00ZB-VNM": Zone(alarm_1="contact", alarm_is_closed=True),
}

GENERIC_BY_ZONE_TYPE: Mapping[int, str] = {
    0x000D: "generic-motion",
    0x0015: "generic-contact",
    0x0028: "generic-smoke",
    0x002A: "generic-water",
    0x002B: "generic-gas",
    0x002C: "generic-button",
    0x002D: "generic-vibration",
    0x010F: "generic-remote",
    0x0115: "generic-remote",
    0x021D: "generic-keypad",
    0x0225: "generic-siren",
    0x0226: "generic-vibration",
}
"""The model to take for a zone that says its type and nothing else.

A personal emergency device's alarm_1 is a fall and its alarm_2 the button by the specification; buttons in shops set
either for a press, so both are the call for help.
"""


def values_of(status: int, zone: Zone) -> dict[str, bool]:
    """A zone status in zigbee2mqtt's keys."""
    said = {name: bool(status >> bit & 1) for bit, name in enumerate(FLAGS)}
    alarms = {bit: said.pop(bit) for bit in ("alarm_1", "alarm_2")}
    meant = meant_by(alarms, zone)
    # The test bit of the status and a test that an alarm bit stands for: either is a test.
    is_test = said["test"] or meant.get("test", False)
    return {**said, **meant, "test": is_test, "battery_low": said["battery_low"] or said["battery_defect"]}


def meant_by(alarms: Mapping[str, bool], zone: Zone) -> dict[str, bool]:
    """What the known alarm bits mean: a key is true where any of its bits is."""
    found: dict[str, bool] = {}
    for bit, key in (("alarm_1", zone.alarm_1), ("alarm_2", zone.alarm_2)):
        if key is not None and bit in alarms:
            found[key] = found.get(key, False) or alarms[bit]
    if "contact" in found and not zone.alarm_is_closed:
        found["contact"] = not found["contact"]
    return found
