"""What no decoder may say, field by field."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.event import AlarmType, Kind, Location, Signal, State
from drivers.signal_check import fault_in

SOUND = Signal(
    driver="brook", address="1", kind=Kind.ALARM, type=AlarmType.SOS, code="1", state=State.ACTIVE,
    occurred_at=datetime.now(UTC), rssi_dbm=-60, battery_percent=80, raw=b"x", marks=("late",), not_active=("smoke",),
    location=Location(latitude=39.9, longitude=116, accuracy_m=10.0, fixed_at=datetime.now(UTC)),
)  # fmt: skip


def test_a_sound_signal_has_no_fault() -> None:
    assert fault_in(SOUND) is None
    assert fault_in(Signal(driver="brook", address="", kind=Kind.SUPERVISION)) is None
    reading = Signal(driver="brook", address="1", kind=Kind.MEASUREMENT, type="heart_rate", value=61, unit="bpm")
    assert fault_in(reading) is None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "alarm"},
        {"type": 7},
        {"address": None},
        {"address": "x" * 257},
        {"address": "\ud800"},
        {"code": b"1"},
        {"state": "active"},
        {"occurred_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - a time without its zone is the point
        {"occurred_at": 7.0},
        {"rssi_dbm": -60.5},
        {"battery_percent": "80"},
        {"value": float("nan")},
        {"value": float("inf")},
        {"battery_mv": 2**63},
        {"value": 10**400},
        {"retained": None},
        {"raw": b"x" * 257},
        {"raw": "x"},
        {"not_active": ["smoke"]},
        {"not_active": (7,)},
        {"marks": ("x",) * 65},
        {"location": (39.9, 116.0)},
        {"location": Location(latitude=91.0, longitude=0.0)},
        {"location": Location(latitude=float("nan"), longitude=0.0)},
        {"kind": Kind.MEASUREMENT, "type": "heart_rate", "unit": "percent", "value": 61},
        {"kind": Kind.MEASUREMENT, "type": "wisdom", "unit": None, "value": 61},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_wrong_field_is_found(change: dict[str, Any]) -> None:
    assert fault_in(replace(SOUND, **change)) is not None


def test_a_fault_names_the_field_and_not_what_is_in_it() -> None:
    assert fault_in(replace(SOUND, address="secret\ud800")) == "its address is not what the field says"
    assert fault_in(None) == "it is no Signal"
