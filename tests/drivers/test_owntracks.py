"""OwnTracks telephones: captured messages, unknown values, and what is no position."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import owntracks
from drivers.device import Decoded, Device
from drivers.event import Kind, Reject, Signal
from drivers.registry import DRIVERS
from gateway.decode import answer
from tests.drivers.vectors import enrolled, nobody, vectors

PHONE = Device(id="phone", driver="owntracks", address="u/d", model="generic", room="")
KNOWN = enrolled(PHONE)
HERE: dict[str, Any] = {"_type": "location", "lat": 46.0, "lon": 11.1, "tst": 1_551_874_878}


def decode(topic: str = "owntracks/u/d", retained: bool = False, **values: Any) -> Decoded:
    return owntracks.decode(topic, json.dumps(values).encode(), retained, KNOWN)


def one(decoded: Decoded) -> Signal:
    assert isinstance(decoded, tuple)
    assert len(decoded) == 1
    return decoded[0]


@pytest.mark.parametrize("vector", vectors("owntracks_mqtt"), ids=lambda vector: str(vector["id"]))
def test_a_captured_message_says_what_is_known_of_it(vector: dict[str, Any]) -> None:
    told = answer(json.dumps({**vector, "protocol": "owntracks_mqtt"}).encode())
    assert told["ok"]
    assert {key: told["fields"].get(key, "missing") for key in vector["expect"]} == vector["expect"]
    assert [event["kind"] for event in told["events"]] == ["location"]


def test_minus_one_is_unknown() -> None:
    signal = one(decode(**HERE, acc=-1, batt=-1, vel=-1))
    assert (signal.value, signal.unit, signal.battery_percent, signal.battery_low) == (None, None, None, None)
    place = owntracks.place_of({**HERE, "acc": -1, "vel": -1})
    assert (place.accuracy_m, place.speed_kmh) == (None, None)


def test_the_time_is_that_of_the_fix_and_not_of_the_message() -> None:
    at = one(decode(**HERE, created_at=1_736_161_415)).occurred_at
    assert at is not None
    assert at.timestamp() == HERE["tst"]
    assert one(decode(**{**HERE, "tst": 0})).occurred_at is None


def test_eleven_percent_is_low() -> None:
    assert one(decode(**HERE, batt=11)).battery_low is True
    assert one(decode(**HERE, batt=16)).battery_low is False


def test_entering_and_leaving_a_region_is_a_position_and_no_alarm() -> None:
    for event in ("enter", "leave"):
        topic, payload = owntracks.encode("u/d", {**HERE, "_type": "transition", "event": event, "desc": "Home"})
        assert topic == "owntracks/u/d/event"
        signal = one(owntracks.decode(topic, payload, False, KNOWN))
        assert (signal.kind, signal.type, signal.address) == (Kind.LOCATION, event, "u/d")
    assert decode(_type="transition", event="dwell") == Reject(driver="owntracks", reason="unknown_type")


@pytest.mark.parametrize("kind", ["lwt", "waypoint", "waypoints", "card", "status", "steps", "cmd"])
def test_what_says_nothing_of_a_person_is_nothing(kind: str) -> None:
    assert decode(_type=kind, tst=1_551_874_878) == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"_type": "encrypted", "data": "x"}, "encrypted"),
        ({"_type": "location", "lat": 1}, "no_position"),
        ({"_type": "location", "lat": 91, "lon": 0}, "no_position"),
        ({"_type": "location", "lat": None, "lon": 0}, "no_position"),
        ({"_type": ["location"]}, "unknown_type"),
        ({}, "unknown_type"),
    ],
)
def test_a_message_that_is_no_position_is_refused_by_name(values: dict[str, Any], reason: str) -> None:
    assert decode(**values) == Reject(driver="owntracks", reason=reason)


def test_a_telephone_that_nobody_enrolled_is_an_offer_and_an_empty_message_nothing() -> None:
    offer = one(owntracks.decode("owntracks/u/d", json.dumps(HERE).encode(), True, nobody))
    assert (offer.kind, offer.address, offer.retained) == (Kind.ENROLMENT, "u/d", True)
    assert owntracks.decode("owntracks/u/d", b"", False, KNOWN) == ()
    for topic in ("owntracks/u", "owntracks//d", "elsewhere/u/d", "owntracks"):
        assert decode(topic, **HERE) == Reject(driver="owntracks", reason="bad_topic")


def test_a_telephone_is_named_by_the_two_levels_of_its_topic() -> None:
    assert DRIVERS["owntracks"].normalise_address(" /u/d/ ") == "u/d"
    for typed in ("u", "u/d/event", "owntracks/u/d", "owntracks/u", "u/+", "u//"):
        with pytest.raises(ValueError, match="USER/DEVICE"):
            DRIVERS["owntracks"].normalise_address(typed)


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(10**9, 4 * 10**9 - 1), st.integers(0, 100))
def test_what_was_encoded_is_read_again(latitude: float, longitude: float, seconds: int, charge: int) -> None:
    values = {"_type": "location", "lat": latitude, "lon": longitude, "tst": seconds, "batt": charge, "acc": 5}
    signal = one(owntracks.decode(*owntracks.encode("u/d", values), False, KNOWN))
    assert signal.occurred_at is not None
    assert (signal.occurred_at.timestamp(), signal.battery_percent, signal.value) == (seconds, charge, 5)
    place = owntracks.place_of(values)
    assert (place.latitude, place.longitude) == (latitude, longitude)


@given(
    st.dictionaries(
        st.sampled_from(["lat", "lon", "tst", "acc", "batt", "vel", "event"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
        | st.just([]),
    )
)
def test_values_of_any_type_never_break_a_message(values: dict[str, Any]) -> None:
    for kind in ("location", "transition"):
        decoded = decode(**{**values, "_type": kind})
        assert isinstance(decoded, (tuple, Reject))
