"""The channels of the Milesight models that live in homes, one table per model, from the maker's tables."""

import math
import struct
from collections.abc import Mapping
from types import MappingProxyType

from drivers.milesight_channels import (
    HUMIDITY,
    LEAK,
    MAGNET,
    OCCUPANCY,
    TEMPERATURE,
    Channel,
    Channels,
    Fields,
    Read,
    alarmed,
    byte,
    history,
    i16,
    number,
    numbers,
    replies,
    temperature,
    u16,
    u32,
    word,
    words,
    words_by,
)

_THRESHOLD = {0: "threshold alarm release", 1: "threshold alarm", 2: "mutation alarm"}
_COUNTER_ALARM = {
    0: "threshold alarm release",
    1: "threshold alarm",
    3: "high temperature alarm",
    4: "high temperature alarm release",
}
_ABNORMAL = {0: "normal", 1: "abnormal"}
_MOTION = {0: "unknown", 1: "start", 2: "moving", 3: "stop"}
_GEOFENCE = {0: "inside", 1: "outside", 2: "unset", 3: "unknown"}
_LIQUID = {0: "uncalibrated", 1: "full", 2: "critical liquid level alert", 0xFF: "error"}
_GAS_ALARMS = (
    "power off", "power on", "device fault", "device fault recovered", "device will be invalid soon", "device invalid",
)  # fmt: skip
_REPORTS = {
    0: "temperature resume",
    1: "temperature threshold",
    2: "pir idle",
    3: "pir occupancy",
    4: "period",
}
_LEVEL = {0: "low", 1: "high"}
_WATER_ALARMS = {
    1: "water outage timeout alarm",
    2: "water outage timeout alarm release",
    3: "water flow timeout alarm",
    4: "water flow timeout alarm release",
}
_DI_ALARMS = {0: "none", **_WATER_ALARMS, 5: "gpio alarm", 6: "gpio alarm release"}
_PRESSES = {1: "short", 2: "long", 3: "double"}
_PAIR_FAULTS = {0: "Counting Anomaly", 1: "Node Device Without Response", 2: "Devices Misaligned"}
_SENSOR_STATUS = {0xFFFE: "polarizing", 0xFFFF: "device error"}


def _climate(data: bytes) -> Fields:
    return {"temperature": i16(data) / 10, "humidity": data[2] / 2}


def _climate_and(channel: Channel) -> Channel:
    return history(8, lambda data: _climate(data) | channel.read(data[3:]))


def _people(data: bytes) -> Fields:
    said = {"period_in": u16(data, 1), "period_out": u16(data, 3)}
    return said | {"total_in": u16(data, 5), "total_out": u16(data, 7)} if data[0] else said


def _wifi(data: bytes) -> Fields:
    return {
        "group": data[0],
        "mac": data[1:7].hex(":"),
        "rssi": int.from_bytes(data[7:8], "big", signed=True),
        "motion_status": word(_MOTION, data[8] & 0xF),
    }


def _degrees(data: bytes) -> float:
    return int.from_bytes(data[:4], "little", signed=True) / 1_000_000


def _position(data: bytes) -> Fields:
    return {
        "latitude": _degrees(data),
        "longitude": _degrees(data[4:]),
        "motion_status": word(_MOTION, data[8] & 0xF),
        "geofence_status": word(_GEOFENCE, data[8] >> 4),
    }


def _scanned(said: Fields) -> Fields:
    return {"wifi_scan_result": "finish", "motion_status": said["motion_status"]}


def _button(data: bytes) -> Fields:
    return {"button": data[0], "button_data": data[1:].hex().upper()}


def _gas(name: str, per_ppm: int) -> Channel:
    def read(data: bytes) -> Fields:
        status = _SENSOR_STATUS.get(u16(data))
        return {name: u16(data) / per_ppm} if status is None else {f"{name}_sensor_status": status}

    return Channel(2, read)


def _water(data: bytes) -> Fields:
    """Two factors (what one pulse stands for) and the water drawn so far, in the unit that was set at the meter."""
    (count,) = struct.unpack_from("<f", data, 4)
    return {
        "water_conv": u16(data) / 10,
        "pulse_conv": u16(data, 2) / 10,
        "water": round(count, 2) if math.isfinite(count) else None,
    }


def _pulses(data: bytes) -> Fields:
    """A count of pulses."""
    return {"pulse": u32(data)}


def _input(data: bytes, counted: Read) -> Fields:
    """A stored input: its kind (1 a level, 2 a count), the level, the count."""
    if data[0] == 1:
        return {"gpio": word(_LEVEL, data[1])}
    return counted(data[2:]) if data[0] == 2 else {}


_CLIMATE: Channels = {(0x03, 0x67): TEMPERATURE, (0x04, 0x68): HUMIDITY}
_TEMPERATURE_ALARM = alarmed("temperature_alarm", TEMPERATURE, _THRESHOLD)
_TOTAL, _PERIOD = numbers("total_in", "total_out"), numbers("period_in", "period_out")
_STORED_PEOPLE = history(9, _people)
_PEOPLE: Channels = {
    (0x04, 0xCC): _TOTAL,
    (0x05, 0xCC): _PERIOD,
    (0x0A, 0xEF): number("timestamp", 4),
    (0x84, 0xCC): alarmed("total_count_alarm", _TOTAL, _COUNTER_ALARM),
    (0x85, 0xCC): alarmed("period_count_alarm", _PERIOD, _COUNTER_ALARM),
    (0x20, 0xCE): Channel(9, _STORED_PEOPLE.read, "history", kind_at=4, lengths={0: 9, 1: 13}),
}
_DESK: Channels = {(0x03, 0x00): OCCUPANCY}
_PANEL: Channels = {
    (0xFF, 0x2E): words_by("press", _PRESSES),
    (0xFF, 0x34): Channel(3, _button),
}
_PEOPLE_COUNTER: Channels = {
    **_PEOPLE,
    (0x03, 0x67): TEMPERATURE,
    (0x83, 0x67): alarmed("temperature_alarm", TEMPERATURE, _COUNTER_ALARM),
    (0x81, 0xEE): byte("current_sensitivity"),
    **replies({0xAC: 5, 0xAD: 1}, 0xFF),
}

WS136 = WS156 = _PANEL
WS202: Channels = {
    (0x03, 0x00): words("pir", "normal", "trigger"),
    (0x04, 0x00): words("daylight", "dark", "light"),
}
WS203: Channels = {
    **_CLIMATE,
    (0x05, 0x00): OCCUPANCY,
    (0x83, 0x67): alarmed("temperature_abnormal", TEMPERATURE, _ABNORMAL),
    (0x20, 0xCE): history(
        9,
        lambda data: {
            "report_type": word(_REPORTS, data[0] & 7),
            **OCCUPANCY.read(data[1:]),
            **_climate(data[2:]),
        },
    ),
}
WS301: Channels = {(0x03, 0x00): MAGNET, (0x04, 0x00): words("tamper_status", "installed", "uninstalled")}
WS303: Channels = {(0x03, 0x00): LEAK, **replies({0x7E: 5, 0x7F: 1, 0x80: 2, 0x81: 2, 0x83: 3}, 0xFE, 0xFF)}
EM300_TH: Channels = {**_CLIMATE, (0x20, 0xCE): history(8, _climate)}
EM300_MCS: Channels = {**_CLIMATE, (0x06, 0x00): MAGNET, (0x20, 0xCE): _climate_and(MAGNET)}
EM300_LEAK: Channels = {**_CLIMATE, (0x05, 0x00): LEAK, (0x20, 0xCE): _climate_and(LEAK)}
EM300_MLD: Channels = {
    (0x05, 0x00): LEAK,
    (0x06, 0x00): LEAK,
    (0x20, 0xCE): history(8, lambda data: LEAK.read(data[3:])),
}
EM300_CL: Channels = {
    (0x03, 0xED): words_by("liquid", _LIQUID),
    (0x83, 0xED): alarmed(
        "liquid_alarm",
        words_by("liquid", _LIQUID),
        {0: "critical liquid level alarm release", 1: "critical liquid level alarm"},
    ),
    (0x04, 0xEE): words("calibration_result", "failed", "success"),
    **replies({0x62: 1, 0x7E: 5, 0xBB: 3, 0xC0: 2}, 0xFE, 0xFF),
}
EM300_DI: Channels = {
    **_CLIMATE,
    (0x05, 0x00): words_by("gpio", _LEVEL),
    (0x05, 0xC8): number("pulse", 4),
    (0x05, 0xE1): Channel(8, _water),
    (0x85, 0x00): alarmed("gpio_alarm", words_by("gpio", _LEVEL), {0: "gpio alarm release", 1: "gpio alarm"}),
    (0x85, 0xE1): alarmed("water_alarm", Channel(8, _water), _WATER_ALARMS),
    # The meter with a Hall sensor sends its state on 06, by the maker's only example of it.
    (0x06, 0xE1): Channel(8, _water),
    (0x20, 0xCE): history(13, lambda data: _climate(data) | _input(data[3:], _pulses)),
    (0x21, 0xCE): history(
        18, lambda data: _climate(data) | {"alarm": word(_DI_ALARMS, data[3])} | _input(data[4:], _water)
    ),
}
GS101: Channels = {
    (0x05, 0x8E): words("gas_status", "normal", "alarm"),
    (0x06, 0x01): words("valve_status", "off", "on"),
    (0x07, 0x01): words("relay_output_status", "off", "on"),
    (0x08, 0x90): number("life_remain", 4),
    (0xFF, 0x3F): words("alarm", *_GAS_ALARMS),
}
GS301: Channels = {
    (0x02, 0x67): TEMPERATURE,
    (0x03, 0x68): HUMIDITY,
    (0x04, 0x7D): _gas("nh3", 100),
    (0x05, 0x7D): _gas("h2s", 100),
    (0x06, 0x7D): _gas("h2s", 1000),
    **replies({0x7D: 1, 0x8D: 6}, 0xFE, 0xFF),
}
TS101: Channels = {
    (0x03, 0x67): TEMPERATURE,
    (0x83, 0x67): _TEMPERATURE_ALARM,
    (0x93, 0xD7): Channel(
        5,
        lambda data: {
            **temperature(data),
            "temperature_mutation": i16(data, 2) / 100,
            "temperature_alarm": word(_THRESHOLD, data[4]),
        },
    ),
    (0x20, 0xCE): history(6, temperature),
    **replies({0xAB: 3}, 0xFE, 0xFF),
}
AT101: Channels = {
    (0x03, 0x67): TEMPERATURE,
    (0x04, 0x88): Channel(9, _position),
    (0x84, 0x88): Channel(9, _position),
    (0x05, 0x00): words("position", "normal", "tilt"),
    (0x06, 0xD9): Channel(9, _wifi, "wifi", also=_scanned),
    (0x07, 0x00): words("tamper_status", "install", "uninstall"),
    (0x83, 0x67): alarmed("temperature_alarm", TEMPERATURE, _ABNORMAL),
    (0x20, 0xCE): history(12, lambda data: {"longitude": _degrees(data), "latitude": _degrees(data[4:])}),
    **replies({0x13: 3, 0x2D: 3, 0x3C: 1, 0x58: 4, 0x66: 1, 0x71: 1, 0x7E: 4, 0x87: 1, 0x88: 8}, 0xFE, 0xFF),
    **replies({0x89: 4, 0x8A: 3, 0x8F: 1}, 0xFE, 0xFF),
}
VS330: Channels = {
    (0x02, 0x82): number("distance", 2),
    (0x03, 0x8E): OCCUPANCY,
    (0x04, 0x8E): words("calibration_status", "failed", "success"),
    **replies({0x70: 2, 0x71: 1, 0x72: 2, 0x7A: 3}, 0xFE, 0xFF),
}
VS340 = VS341 = _DESK
VS350 = VS351 = _PEOPLE_COUNTER
VS360: Channels = {
    **_PEOPLE,
    (0x84, 0xCC): alarmed("total_count_alarm", _TOTAL, {1: "Threshold Alarm"}),
    (0x85, 0xCC): alarmed("period_count_alarm", _PERIOD, {1: "Threshold Alarm"}),
    (0x01, 0x75): byte("battery_main"),
    (0x02, 0x75): byte("battery_node"),
    (0x03, 0xF4): Channel(
        2,
        lambda data: {
            "type": word(_PAIR_FAULTS, data[0]),
            "status": word({0: "Alarm Release", 1: "Alarm"}, data[1]),
        },
        "event",
    ),
}
VS370: Channels = {
    **_DESK,
    (0x04, 0x00): words_by("illuminance", {0: "dim", 1: "bright", 0xFE: "disable"}),
}

NONE: Channels = MappingProxyType({})
"""For models that have nothing but what all models share."""

TABLES: Mapping[str, Channels] = {
    "WS101": NONE, "WS136": WS136, "WS156": WS156, "WS202": WS202, "WS203": WS203, "WS301": WS301, "WS303": WS303,
    "EM300-TH": EM300_TH, "EM300-MCS": EM300_MCS, "EM300-SLD": EM300_LEAK, "EM300-ZLD": EM300_LEAK,
    "EM300-MLD": EM300_MLD, "EM300-CL": EM300_CL, "EM300-DI": EM300_DI, "EM300-DI-HALL": EM300_DI,
    "GS101": GS101, "GS301": GS301, "TS101": TS101, "AT101": AT101,
    "VS330": VS330, "VS340": VS340, "VS341": VS341, "VS350": VS350, "VS351": VS351, "VS360": VS360, "VS370": VS370,
}  # fmt: skip
