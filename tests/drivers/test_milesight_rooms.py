"""Milesight's room sensors: the maker's own examples (SensorDecoders e79c9d8, README of each model), as facts."""

import json
from typing import Any

import pytest

from gateway.decode import answer
from tests.drivers.lorawan_messages import told

AIR = {"temperature": 23.8, "humidity": 62, "pir": "trigger", "light_level": 2, "co2": 936, "tvoc": 0.37}
LIGHT = {"illumination": 28, "infrared": 20, "infrared_and_visible": 121, "activity": 73}


@pytest.mark.parametrize(
    ("model", "payload", "said"),
    [
        ("WS201", "01756403823E0004D645", {"battery": 100, "distance": 62, "remaining": 69}),
        ("WS302", "017564055B053F02DA016A02", {"LAF": 57.5, "LAeq": 47.4, "LAFmax": 61.8}),
        ("EM310-TILT", "03CF00000000282307", {"angle_x": 0, "angle_z": 90, "threshold_y": "trigger"}),
        ("EM310-UDL", "01755C03824408040001", {"battery": 92, "distance": 2116, "position": "tilt"}),
        ("EM320-TH", "01755C03673401046865", {"temperature": 30.8, "humidity": 50.5}),
        (
            "EM320-TH",
            "20CE9E74466310015D",
            {"history": [{"humidity": 46.5, "temperature": 27.2, "timestamp": 1665561758}]},
        ),
        ("AM103", "0175640367180104686D077DC501", {"battery": 100, "co2": 453, "temperature": 28, "humidity": 54.5}),
        ("AM104", "01755C03673401046865056A490006651C0079001400", {**LIGHT, "temperature": 30.8}),
        (
            "AM107",
            "01755C03673401046865056A490006651C0079001400077DE704087D070009733F27",
            {**LIGHT, "co2": 1255, "tvoc": 7, "pressure": 1004.7},
        ),
        (
            "AM308",
            "0367EE0004687C05000106CB02077DA803087D2500097366270B7D20000C7D3000",
            {**AIR, "pressure": 1008.6, "pm2_5": 32, "pm10": 48},
        ),
        ("WT101", "01756104672C0103670A01059264099000000B900000", {"target_temperature": 30, "valve_opening": 100}),
        ("WT101", "08E501", {"motor_calibration_result": "fail: out of range"}),
        ("WT101", "070001", {"window_detection": "open"}),
        # No example of the maker's: the channels as his decoder reads them.
        ("VS321", "0175640367100104686405FD0200", {"temperature": 27.2, "people_total_counts": 2}),
        ("VS321", "06FE0F000500", {"region_1": "occupied", "region_2": "vacant", "region_5_enable": "disable"}),
        ("VS321", "0367FFFF0468FF", {"temperature_sensor_status": "read error"}),
        ("VS321", "08F40001", {"confidence_status": "undetectable"}),
        ("VS321", "20CE7B3AF164000300", {"history": [{"timestamp": 1693530747, "people_total_counts": 3}]}),
    ],
)
def test_the_makers_example_is_read_as_he_reads_it(model: str, payload: str, said: dict[str, Any]) -> None:
    vector = {"protocol": "milesight_lorawan", "fport": 85, "input": payload, "ctx": {"model": model}}
    answered = answer(json.dumps(vector).encode())
    assert answered["ok"], answered["reason"]
    assert {key: answered["fields"].get(key, "missing") for key in said} == said
    assert "unread" not in answered["fields"]


def test_people_in_a_room_and_movement_are_signs_of_life() -> None:
    assert told("VS321", "05FD0200") == [("activity", "presence")]
    assert told("VS321", "05FD0000") == [("activity", "absence")]
    assert told("AM308", "050001") == [("activity", "motion")]
    assert told("AM308", "050000") == [("activity", "motion_clear")]


def test_a_detector_that_cannot_tell_says_nothing_of_anybody() -> None:
    assert told("VS321", "08F40000") == [("supervision", None)]


def test_a_valve_taken_off_its_radiator_is_a_tamper() -> None:
    assert told("WT101", "060001") == [("tamper", None)]
