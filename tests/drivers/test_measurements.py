"""One name and one unit per quantity, whichever driver measured it."""

import json
import math
from pathlib import Path

import pytest

from drivers.event import Kind
from drivers.measurements import QUANTITIES, in_unit, is_plausible
from drivers.modbus_map import maps
from drivers.registry import DRIVERS, EVIDENCE_FRAMES
from drivers.seeed_mr60 import VITALS
from gateway.decode import answer
from tests.drivers.vectors import vectors

ASKED = ("id", "kind", "input", "topic", "ctx", "fport")


@pytest.mark.parametrize("protocol", sorted(EVIDENCE_FRAMES))
def test_every_reading_of_a_known_frame_is_in_the_table(protocol: str) -> None:
    for vector in vectors(protocol):
        line = {"protocol": protocol, **{key: vector[key] for key in ASKED if key in vector}}
        for event in answer(json.dumps(line).encode())["events"]:
            if event["kind"] == Kind.MEASUREMENT:
                quantity = QUANTITIES[event["type"]]
                assert event["unit"] == quantity.unit, vector["id"]
                # Watches say 0 for "not measured"; a driver makes no reading of that.
                assert is_plausible(quantity, event["value"]), vector["id"]


def test_some_known_frames_do_tell_of_a_person() -> None:
    told = {
        event["type"]
        for vector in vectors("gps_watch_3g_sg")
        for event in answer(json.dumps({"protocol": "gps_watch_3g_sg", **vector}).encode())["events"]
        if event["kind"] == Kind.MEASUREMENT
    }
    assert {"heart_rate", "blood_oxygen", "blood_pressure_systolic", "body_temperature"} <= told


def test_what_no_captured_frame_shows_is_in_the_table_too() -> None:
    points = [point for one in maps().values() for read in one.read for point in read.point if point.measures]
    assert points
    for name, unit in [(point.measures, point.unit) for point in points] + [(v.type, v.unit) for v in VITALS.values()]:
        assert QUANTITIES[str(name)].unit == unit


@pytest.mark.parametrize(
    ("name", "value", "unit", "own"),
    [
        ("body_temperature", 101.3, "degF", 38.5),
        ("body_temperature", 32.0, "degF", 0.0),
        ("body_temperature", 38.5, "degC", 38.5),
        ("blood_pressure_systolic", 16.0, "kPa", 120.01),
        ("blood_pressure_diastolic", 80, "mmHg", 80),
        ("blood_glucose", 5.5, "mmol/L", 99.09),
        ("body_weight", 150, "lb", 68.04),
        ("heart_rate", 60, "bpm", 60),
    ],
)
def test_units_are_converted_to_the_quantitys_own(name: str, value: float, unit: str, own: float) -> None:
    converted = in_unit(QUANTITIES[name], value, unit)
    assert converted is not None
    assert math.isclose(converted, own, abs_tol=0.01)


@pytest.mark.parametrize("unit", ["mmol/L", None, "", "BPM"])
def test_a_unit_of_another_quantity_is_refused(unit: str | None) -> None:
    assert in_unit(QUANTITIES["heart_rate"], 60, unit) is None


def test_what_no_living_person_has_is_implausible() -> None:
    heart, oxygen = QUANTITIES["heart_rate"], QUANTITIES["blood_oxygen"]
    assert [is_plausible(heart, value) for value in (0, 19.9, 20, 250, 251)] == [False, False, True, True, False]
    assert [is_plausible(oxygen, value) for value in (49, 50, 100, 127)] == [False, True, True, False]
    assert is_plausible(QUANTITIES["temperature"], -40)
    for quantity in QUANTITIES.values():
        assert quantity.is_vital <= (quantity.plausible is not None)


def test_the_integrators_page_tells_of_every_quantity() -> None:
    page = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name, quantity in QUANTITIES.items():
        (row,) = [line for line in rows if f"`{name}`" in line]
        for unit in (quantity.unit, *quantity.others) if quantity.is_vital else (quantity.unit,):
            assert f"`{unit}`" in row or unit is None
        if quantity.plausible is not None:
            assert "{:g} to {:g}".format(*quantity.plausible) in row


def test_every_driver_is_covered_by_a_file_of_frames() -> None:
    assert {protocol for driver in DRIVERS.values() for protocol in driver.protocols} == set(EVIDENCE_FRAMES)
