"""The channels of Milesight's room sensors, whose readings are signs of life and climate and never an alarm.

Air and climate (AM102 to AM308, EM320-TH), sound (WS302), people in a room (VS321), distance and tilt (WS201, EM310),
a radiator's valve (WT101). Source: the maker's tables and decoders (SensorDecoders e79c9d8, 2026-07-30), as facts.
VS321's `confidence_status` is what the maker's decoder calls `detection_status`, a name that the fall radar's fall has.
"""

from collections.abc import Mapping

from drivers.milesight_channels import (
    HUMIDITY,
    TEMPERATURE,
    Channel,
    Channels,
    Fields,
    alarmed,
    byte,
    history,
    i16,
    number,
    u16,
    word,
    words,
)

_FREQUENCY_WEIGHTS = {0: "Z", 1: "A", 2: "C"}
_TIME_WEIGHTS = {0: "I", 1: "F", 2: "S"}
_THRESHOLD = {0: "threshold alarm release", 1: "threshold alarm"}
_CALIBRATION = (
    "success", "fail: out of range", "fail: uninstalled", "calibration cleared", "temperature control disabled",
)  # fmt: skip
_REGIONS = 10
_NO_READING_16, _NO_READING_8 = 0xFFFF, 0xFF


def _scaled(name: str, divisor: int) -> Channel:
    return Channel(2, lambda data: {name: u16(data) / divisor})


def _light(data: bytes) -> Fields:
    return {"illumination": u16(data), "infrared_and_visible": u16(data, 2), "infrared": u16(data, 4)}


def _sound(data: bytes) -> Fields:
    """Sound levels in dB, named as the standards name them: LAF, LAeq, LAFmax."""
    frequency = _FREQUENCY_WEIGHTS.get(data[0] & 3, "")
    level = f"L{frequency}{_TIME_WEIGHTS.get(data[0] >> 2 & 3, '')}"
    return {level: u16(data, 1) / 10, f"L{frequency}eq": u16(data, 3) / 10, f"{level}max": u16(data, 5) / 10}


def _angles(data: bytes) -> Fields:
    said: Fields = {}
    for bit, axis in enumerate("xyz"):
        said[f"angle_{axis}"] = i16(data, 2 * bit) / 100
        said[f"threshold_{axis}"] = "trigger" if data[6] >> bit & 1 else "normal"
    return said


def _people(data: bytes) -> Fields:
    return {"people_total_counts": u16(data), "occupancy": "occupied" if u16(data) else "vacant"}


def _regions(data: bytes) -> Fields:
    enabled, taken = u16(data), u16(data, 2)
    said: Fields = {}
    for bit in range(_REGIONS):
        said[f"region_{bit + 1}_enable"] = "enable" if enabled >> bit & 1 else "disable"
        said[f"region_{bit + 1}"] = "occupied" if taken >> bit & 1 else "vacant"
    return said


def _stored_room(data: bytes) -> Fields:
    return {"people_total_counts": u16(data, 1)} if data[0] == 0 else _regions(data[1:])


def _temperature(data: bytes) -> Fields:
    return {"temperature_sensor_status": "read error"} if u16(data) == _NO_READING_16 else TEMPERATURE.read(data)


def _humidity(data: bytes) -> Fields:
    return {"humidity_sensor_status": "read error"} if data[0] == _NO_READING_8 else HUMIDITY.read(data)


def _climate(data: bytes) -> Fields:
    return {"temperature": i16(data) / 10, "humidity": data[2] / 2}


def _air(data: bytes, tvoc_divisor: int) -> Fields:
    """A stored record of an AM307 or AM308; the latter has dust behind it."""
    tvoc = u16(data, 8)
    said: Fields = {
        "temperature": i16(data) / 10,
        "humidity": u16(data, 2) / 2,
        "pir": word({0: "idle", 1: "trigger"}, data[4]),
        "light_level": data[5],
        "co2": u16(data, 6),
        "tvoc": tvoc / tvoc_divisor if tvoc_divisor > 1 else tvoc,
        "pressure": u16(data, 10) / 10,
    }
    return said | ({"pm2_5": u16(data, 12), "pm10": u16(data, 14)} if len(data) > 12 else {})


def _stored_air(length: int) -> Channels:
    return {
        (0x20, 0xCE): history(length, lambda data: _air(data, 100)),
        (0x21, 0xCE): history(length, lambda data: _air(data, 1)),
    }


_CLIMATE: Channels = {(0x03, 0x67): TEMPERATURE, (0x04, 0x68): HUMIDITY}
_STORED_CLIMATE: Channels = {(0x20, 0xCE): history(7, _climate)}
_CO2: Channels = {(0x07, 0x7D): number("co2", 2)}
_PRESSURE: Channels = {(0x09, 0x73): _scaled("pressure", 10)}
_STORED_ROOM = history(7, _stored_room)

AM102: Channels = {**_CLIMATE, **_STORED_CLIMATE}
AM103: Channels = {
    **_CLIMATE,
    **_CO2,
    (0x20, 0xCE): history(9, lambda data: _climate(data) | {"co2": u16(data, 3)}),
}
AM104: Channels = {**_CLIMATE, (0x05, 0x6A): number("activity", 2), (0x06, 0x65): Channel(6, _light)}
AM107: Channels = {**AM104, **_CO2, **_PRESSURE, (0x08, 0x7D): number("tvoc", 2)}
AM307: Channels = {
    **_CLIMATE,
    **_CO2,
    **_PRESSURE,
    (0x05, 0x00): words("pir", "idle", "trigger"),
    (0x06, 0xCB): byte("light_level"),
    (0x08, 0x7D): _scaled("tvoc", 100),
    (0x08, 0xE6): number("tvoc", 2),
    (0x0E, 0x01): words("buzzer_status", "off", "on"),
    **_stored_air(16),
}
AM308: Channels = {
    **AM307,
    (0x0B, 0x7D): number("pm2_5", 2),
    (0x0C, 0x7D): number("pm10", 2),
    **_stored_air(20),
}
EM310_TILT: Channels = {(0x03, 0xCF): Channel(7, _angles)}
EM310_UDL: Channels = {(0x03, 0x82): number("distance", 2), (0x04, 0x00): words("position", "normal", "tilt")}
VS321: Channels = {
    (0x03, 0x67): Channel(2, _temperature),
    (0x04, 0x68): Channel(1, _humidity),
    (0x05, 0xFD): Channel(2, _people),
    (0x06, 0xFE): Channel(4, _regions),
    (0x07, 0xFF): words("illuminance_status", "dim", "bright"),
    (0x08, 0xF4): Channel(2, lambda data: {"confidence_status": word({0: "normal", 1: "undetectable"}, data[1])}),
    (0x0A, 0xEF): number("timestamp", 4),
    (0x83, 0x67): alarmed("temperature_alarm", TEMPERATURE, _THRESHOLD),
    (0x84, 0x68): alarmed("humidity_alarm", HUMIDITY, _THRESHOLD),
    (0x20, 0xCE): Channel(7, _STORED_ROOM.read, "history", kind_at=4, lengths={0: 7, 1: 9}),
}
WS201: Channels = {(0x03, 0x82): number("distance", 2), (0x04, 0xD6): byte("remaining")}
WS302: Channels = {(0x05, 0x5B): Channel(7, _sound)}
WT101: Channels = {
    (0x03, 0x67): TEMPERATURE,
    (0x04, 0x67): Channel(2, lambda data: {"target_temperature": i16(data) / 10}),
    (0x05, 0x92): byte("valve_opening"),
    (0x06, 0x00): words("tamper_status", "installed", "uninstalled"),
    (0x07, 0x00): words("window_detection", "normal", "open"),
    (0x08, 0xE5): words("motor_calibration_result", *_CALIBRATION),
    (0x09, 0x90): number("motor_stroke", 2),
    (0x0A, 0x00): words("freeze_protection", "normal", "triggered"),
    (0x0B, 0x90): number("motor_position", 2),
}

TABLES: Mapping[str, Channels] = {
    "AM102": AM102, "AM102L": AM102, "AM103": AM103, "AM103L": AM103, "AM104": AM104, "AM107": AM107,
    "AM307": AM307, "AM307L": AM307, "AM308": AM308, "AM308L": AM308,
    "EM310-TILT": EM310_TILT, "EM310-UDL": EM310_UDL, "EM320-TH": AM102, "VS321": VS321,
    "WS201": WS201, "WS302": WS302, "WT101": WT101,
}  # fmt: skip
