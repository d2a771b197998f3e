"""BTHome v2's table of objects: id, name, length, unit by factor. Source: the format page of bthome.io.

Notes that circulate give 0x18 for carbon monoxide: in the published table that is 0x17, and 0x18 is cold.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PACKET_ID, BUTTON, DIMMER, TEXT, RAW = 0x00, 0x3A, 0x3C, 0x53, 0x54


@dataclass(frozen=True, slots=True)
class Number:
    """A little-endian number: its value is the whole number times `numerator` divided by `divisor`."""

    name: str
    length: int
    divisor: int = 1
    signed: bool = False
    numerator: int = 1

    def value(self, data: bytes) -> float:
        """The value, whole where the factor is one."""
        whole = int.from_bytes(data, "little", signed=self.signed) * self.numerator
        return whole if self.divisor == 1 else whole / self.divisor


NUMBERS: Mapping[int, Number] = {
    PACKET_ID: Number("packet_id", 1),
    0x01: Number("battery", 1),
    0x02: Number("temperature", 2, 100, signed=True),
    0x03: Number("humidity", 2, 100),
    0x04: Number("pressure", 3, 100),
    0x05: Number("illuminance", 3, 100),
    0x06: Number("mass", 2, 100),
    0x07: Number("mass_lb", 2, 100),
    0x08: Number("dew_point", 2, 100, signed=True),
    0x09: Number("count", 1),
    0x0A: Number("energy", 3, 1000),
    0x0B: Number("power", 3, 100),
    0x0C: Number("voltage", 2, 1000),
    0x0D: Number("pm25", 2),
    0x0E: Number("pm10", 2),
    0x12: Number("carbon_dioxide", 2),
    0x13: Number("volatile_organic_compounds", 2),
    0x14: Number("moisture", 2, 100),
    0x2E: Number("humidity", 1),
    0x2F: Number("moisture", 1),
    0x3D: Number("count", 2),
    0x3E: Number("count", 4),
    0x3F: Number("rotation", 2, 10, signed=True),
    0x40: Number("distance", 2),
    0x41: Number("distance_m", 2, 10),
    0x42: Number("duration", 3, 1000),
    0x43: Number("current", 2, 1000),
    0x44: Number("speed", 2, 100),
    0x45: Number("temperature", 2, 10, signed=True),
    0x46: Number("uv_index", 1, 10),
    0x47: Number("volume", 2, 10),
    0x48: Number("volume_ml", 2),
    0x49: Number("volume_flow_rate", 2, 1000),
    0x4A: Number("voltage", 2, 10),
    0x4B: Number("gas", 3, 1000),
    0x4C: Number("gas", 4, 1000),
    0x4D: Number("energy", 4, 1000),
    0x4E: Number("volume", 4, 1000),
    0x4F: Number("water", 4, 1000),
    0x50: Number("timestamp", 4),
    0x51: Number("acceleration", 2, 1000),
    0x52: Number("gyroscope", 2, 1000),
    0x55: Number("volume_storage", 4, 1000),
    0x56: Number("conductivity", 2),
    0x57: Number("temperature", 1, signed=True),
    0x58: Number("temperature", 1, 100, signed=True, numerator=35),
    0x59: Number("count", 1, signed=True),
    0x5A: Number("count", 2, signed=True),
    0x5B: Number("count", 4, signed=True),
    0x5C: Number("power", 4, 100, signed=True),
    0x5D: Number("current", 2, 1000, signed=True),
    0x5E: Number("direction", 2, 100),
    0x5F: Number("precipitation", 2, 10),
    0x60: Number("channel", 1),
    0x61: Number("rotational_speed", 2),
    0x62: Number("speed", 4, 1_000_000, signed=True),
    0x63: Number("acceleration", 4, 1_000_000, signed=True),
    0x64: Number("light_level", 1),
    0xF0: Number("device_type_id", 2),
    0xF1: Number("firmware_version", 4),
    0xF2: Number("firmware_version", 3),
}
"""Objects that are numbers."""

FLAGS: Mapping[int, str] = {
    0x0F: "generic",
    0x10: "power",
    0x11: "opening",
    0x15: "battery",
    0x16: "battery_charging",
    0x17: "carbon_monoxide",
    0x18: "cold",
    0x19: "connectivity",
    0x1A: "door",
    0x1B: "garage_door",
    0x1C: "gas",
    0x1D: "heat",
    0x1E: "light",
    0x1F: "lock",
    0x20: "moisture",
    0x21: "motion",
    0x22: "moving",
    0x23: "occupancy",
    0x24: "plug",
    0x25: "presence",
    0x26: "problem",
    0x27: "running",
    0x28: "safety",
    0x29: "smoke",
    0x2A: "sound",
    0x2B: "tamper",
    0x2C: "vibration",
    0x2D: "window",
}
"""Objects of one byte that are true or false; true is the open, the wet, the alarming."""

PRESSES: Mapping[int, str] = {
    0x01: "press",
    0x02: "double_press",
    0x03: "triple_press",
    0x04: "long_press",
    0x05: "long_double_press",
    0x06: "long_triple_press",
    0x80: "hold_press",
    0xFE: "hold_press",
}
"""What a button's value is called; 0 is no press. 0xFE is what Shelly's buttons send while they are held."""

TURNS: Mapping[int, str] = {0x01: "rotate_left", 0x02: "rotate_right"}
"""What a dimmer's first byte is called; 0 is no turn."""
