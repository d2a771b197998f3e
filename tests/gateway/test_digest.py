"""Telemetry digests: counts and last values per device, every message within the contract's size."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.event import ActivityType, Event, Kind
from gateway.contract.limits import OTHER_LIMIT_BYTES
from gateway.contract.messages import Digest, Reading, StreamQuality
from gateway.digest import DigestBook
from tests.contract.events import SENDER
from tests.gateway.houses import NOON, event

LATER = NOON + timedelta(minutes=15)


def taken(book: DigestBook) -> list[Digest]:
    return [msgspec.json.decode(payload, type=Digest) for payload in book.take(LATER, SENDER)]


def activity(type_: str, **fields: object) -> Event:
    return event(Kind.ACTIVITY, type_, **fields)


def test_what_a_device_said_is_counted_and_its_last_values_kept() -> None:
    book = DigestBook(NOON)
    book.note(activity("motion", battery_percent=90.0, link_quality=10))
    book.note(activity("motion", room="hall", link_quality=20, received_at=LATER))
    book.note(event(Kind.SUPERVISION, None, rssi_dbm=-70, device="cord-bed"))
    book.note(event(Kind.TROUBLE, "storage", device=None))
    (digest,) = taken(book)
    first, second = digest.data.devices
    assert (first.device, first.messages, first.activity) == ("cord-bath", 2, {"motion": 2})
    assert (first.battery_percent, first.link_quality, first.rssi_dbm) == (90.0, 20, None)
    assert first.last_heard_at == "2026-03-01T12:15:00.250Z"
    assert (second.device, second.messages, second.rssi_dbm, second.activity) == ("cord-bed", 1, -70, {})
    assert (digest.type, digest.source, digest.subject) == ("anju.telemetry.digest", "/gateways/gw-0001", "r-0001")
    assert (digest.data.since, digest.data.until) == ("2026-03-01T12:00:00.250Z", "2026-03-01T12:15:00.250Z")


def test_how_a_bands_samples_arrived_stands_with_the_band() -> None:
    book = DigestBook(NOON)
    book.note(event(Kind.SUPERVISION, None, device="band"))
    quality = StreamQuality(blocks=1_800, missing_blocks=3, gaps=2, late_blocks=1, clock_drift_ppm=-12.5)
    book.stream_counts = lambda: {"band": quality, "gone": quality}
    (digest,) = taken(book)
    assert [(device.device, device.stream) for device in digest.data.devices] == [("band", quality)]


def test_readings_are_counted_only_where_they_may_leave() -> None:
    book = DigestBook(NOON, frozenset({"heart_rate"}))
    for value in (72.0, 80.0, 65.0):
        book.note(event(Kind.MEASUREMENT, "heart_rate", value=value, unit="bpm"))
        book.note(event(Kind.MEASUREMENT, "blood_oxygen", value=97.0, unit="percent"))
    (digest,) = taken(book)
    (device,) = digest.data.devices
    assert device.measurements == {"heart_rate": Reading(unit="bpm", count=3, lowest=65.0, highest=80.0, last=65.0)}
    silent = DigestBook(NOON)
    silent.note(event(Kind.MEASUREMENT, "heart_rate", value=72.0, unit="bpm"))
    assert taken(silent)[0].data.devices[0].measurements == {}


def test_each_digest_begins_where_the_last_ended_and_silence_sends_none() -> None:
    book = DigestBook(NOON)
    assert taken(book) == []
    book.note(activity("motion"))
    (digest,) = taken(book)
    assert digest.data.since == digest.data.until == "2026-03-01T12:15:00.250Z"
    assert taken(book) == []


names = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=["Cs"]), min_size=1, max_size=64
)


@settings(max_examples=20)
@given(rooms=st.lists(names, min_size=1, max_size=5), count=st.integers(1, 300), repeats=st.integers(1, 10**12))
def test_however_many_devices_no_digest_exceeds_its_size_and_none_is_left_out(
    rooms: list[str], count: int, repeats: int
) -> None:
    book = DigestBook(NOON)
    for number in range(count):
        device = f"{number:064}"
        for type_ in ActivityType:
            one = activity(type_, device=device, room=rooms[number % len(rooms)], battery_percent=1 / 3, rssi_dbm=-100,
                           link_quality=255)  # fmt: skip
            book.note(one)
        for type_ in ActivityType:
            book._devices[device].activity[type_] = repeats
    payloads = book.take(LATER, SENDER)
    assert max(map(len, payloads)) <= OTHER_LIMIT_BYTES
    told = [entry.device for payload in payloads for entry in msgspec.json.decode(payload, type=Digest).data.devices]
    assert told == [f"{number:064}" for number in range(count)]
