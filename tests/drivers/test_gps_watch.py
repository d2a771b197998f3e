"""GPS watches of the bracket protocol: every captured frame, the traps of the field, and any bytes at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import gps_watch
from drivers.device import Device
from drivers.event import Kind, Location, LocationSource, Reject, Signal
from drivers.gps_watch_frame import encode, parse
from drivers.gps_watch_report import parse_report
from drivers.registry import DRIVERS, LISTENER_DRIVERS
from gateway.decode import answer
from tests.drivers.vectors import enrolled, nobody, vectors
from tests.drivers.worn_frames import FRAMES
from tests.gateway.houses import Listener, happened, raised

WATCH = Device(id="watch", driver="gps_watch", address="8800000015", model="generic", room="")
KNOWN = enrolled(WATCH)


def report(status: str = "00000000", type_: str = "AL", at: str = "220826,134652", battery: str = "90") -> bytes:
    values = f"{type_},{at},A,22.571707,N,113.861396,E,0.1,0.0,100,7,60,{battery},1000,50,{status},0,0"
    return encode("3G", WATCH.address, values)


def said(frame: bytes) -> tuple[Signal, ...]:
    decoded = gps_watch.decode(frame, KNOWN)
    assert isinstance(decoded, tuple)
    return decoded


def kinds(frame: bytes) -> list[tuple[Kind, str | None]]:
    return [(signal.kind, signal.type) for signal in said(frame)]


@pytest.mark.parametrize("vector", vectors("gps_watch_3g_sg"), ids=lambda vector: str(vector["id"]))
def test_a_captured_frame_says_what_is_known_of_it(vector: dict[str, Any]) -> None:
    told = answer(json.dumps({**vector, "protocol": "gps_watch_3g_sg"}).encode())
    assert told["ok"]
    assert {key: told["fields"].get(key, "missing") for key in vector["expect"]} == vector["expect"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("00010000", ("alarm", "sos")),
        ("00200000", ("alarm", "fall")),
        ("00400000", ("alarm", "fall")),
        ("00100000", ("alarm", "removed_from_body")),
        ("00040000", ("alarm", "wandering")),
        ("00000002", ("alarm", "wandering")),
        ("00020000", ("low_battery", None)),
        ("0001", ("low_battery", None)),
        ("00004000", ("trouble", "mains")),
        ("00080000", ("location", None)),
        ("00110001", ("alarm", "sos")),
    ],
)
def test_the_status_bits_of_an_alarm(status: str, expected: tuple[str, str | None]) -> None:
    assert kinds(report(status))[0] == expected


def test_the_most_urgent_reason_comes_first_and_none_is_lost() -> None:
    assert kinds(report("00320000"))[:3] == [
        (Kind.ALARM, "fall"),
        (Kind.ALARM, "removed_from_body"),
        (Kind.LOW_BATTERY, None),
    ]


@pytest.mark.parametrize("status", ["00000000", "00000001", "00000018", "0000", "zz", "80000000"])
def test_an_alarm_without_a_reason_is_still_an_alarm(status: str) -> None:
    alarm = said(report(status))[0]
    assert (alarm.kind, alarm.type, alarm.code) == (Kind.ALARM, "sos", "no_reason.220826-134652")


@pytest.mark.parametrize("content", ["AL", "AL,1,2", "AL_LTE,", "ALCUSTOMER1,220826"])
def test_an_alarm_that_was_garbled_is_still_an_alarm(content: str) -> None:
    alarm = said(encode("SG", WATCH.address, content))[0]
    assert (alarm.kind, alarm.type, alarm.code) == (Kind.ALARM, "sos", "no_reason.no_time")


@pytest.mark.parametrize("at", ["000000,000000", ",", "321399,256199", "garbled"])
def test_two_presses_of_a_watch_without_a_time_are_two_alarms(at: str) -> None:
    house = Listener(devices=[WATCH], drivers=["gps_watch"])
    frame = encode("3G", WATCH.address, "AL") if at == "garbled" else report("00010000", at=at)
    told = [len(raised(house.hear(said(frame)[0], seconds))) for seconds in (0.0, 1.0, 2.5, 30.0)]
    assert told == [1, 0, 0, 1]


def test_a_repeat_that_was_not_echoed_in_time_is_the_same_press() -> None:
    house = Listener(devices=[WATCH], drivers=["gps_watch"])
    told = [len(raised(house.hear(said(report("00010000"))[0], seconds))) for seconds in (0.0, 30.0, 200.0)]
    assert told == [1, 0, 0]
    (another,) = raised(house.hear(said(report("00010000", at="220826,134715"))[0], 210.0))
    assert another.type == "sos"


def test_a_wrong_length_refuses_no_frame() -> None:
    wrong = [vector["input"].encode() for vector in vectors("gps_watch_3g_sg") if not vector["expect"]["length_ok"]]
    assert len(wrong) == 8
    for frame in wrong:
        splitter = gps_watch.new_splitter()
        assert [*splitter.feed(frame), *splitter.flush()] == [frame]
        # Nor does it cost the frame behind it.
        behind = encode("3G", WATCH.address, "LK")
        assert [*splitter.feed(frame + behind), *splitter.flush()] == [frame, behind]


def test_a_network_named_with_a_bracket_does_not_end_the_frame() -> None:
    frame = encode("3G", WATCH.address, "AL,220826,134652,V,0,N,0,E,0,0,0,0,0,22,0,0,00010000,0,0,1,Wi]Fi,00:11,-60")
    splitter = gps_watch.new_splitter()
    assert [*splitter.feed(frame[:90]), *splitter.feed(frame[90:]), *splitter.flush()] == [frame]


def test_a_frame_that_was_cut_off_gives_way_to_the_next() -> None:
    splitter = gps_watch.new_splitter()
    whole = encode("3G", WATCH.address, "LK,0,10,100")
    found = [*splitter.feed(report()[:40] + whole), *splitter.flush()]
    assert found[1:] == [whole]
    assert isinstance(found[0], Reject)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("LK", "[ZJ*8800000015*0007*0002*LK]"),
        ("LK,0,10,100", "[ZJ*8800000015*0007*0002*LK]"),
        ("AL_LTE,1", "[ZJ*8800000015*0007*0002*AL]"),
        ("INIT,1", "[ZJ*8800000015*0007*0006*INIT,1]"),
        ("TKQ", "[ZJ*8800000015*0007*0003*TKQ]"),
        ("TKQ2", "[ZJ*8800000015*0007*0004*TKQ2]"),
        ("UD2,1", None),
        ("heart,70", None),
    ],
)
def test_the_answers_that_a_watch_needs(content: str, expected: str | None) -> None:
    told = gps_watch.acknowledgement(encode("ZJ", WATCH.address, content, "0007"))
    assert told == (None if expected is None else expected.encode())


def test_the_devices_date_is_not_the_time_of_the_event() -> None:
    for at in ("220826,134652", "260822,134652", "000000,000000", "999999,999999", ","):
        frame = report("00010000", at=at)
        assert all(signal.occurred_at is None for signal in said(frame))
        assert kinds(frame)[0] == (Kind.ALARM, "sos")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("220826,134652", "2026-08-22T13:46:52+00:00"),  # both ways a date: the day comes first
        ("991231,235959", "1999-12-31T23:59:59+00:00"),  # no date that way: the year comes first
        ("261331,134652", None),
    ],
)
def test_the_order_of_day_and_year_is_read_from_what_is_a_date(at: str, expected: str | None) -> None:
    found = parse(report(at=at))
    assert found is not None
    read = parse_report(found.values)
    assert read is not None
    assert (read.time and read.time.isoformat()) == expected


def test_a_repeat_that_was_not_echoed_is_one_press_and_a_second_press_is_two() -> None:
    house = Listener(devices=[WATCH], drivers=("gps_watch",))
    first, second = said(report("00010000"))[0], said(report("00010000", at="220826,134655"))[0]
    assert len(raised(house.hear(first, 0.0))) == 1
    for at in (0.2, 60.0, 120.0):
        assert raised(house.hear(first, at)) == []
    assert len(raised(house.hear(second, 121.0))) == 1


def test_a_watch_taken_off_is_on_again_once_a_report_says_so() -> None:
    house = Listener(devices=[WATCH], drivers=("gps_watch",))
    alarm = raised(house.hear(said(report("00100000"))[0], 0.0))
    assert [event.type for event in alarm] == ["removed_from_body"]
    for type_, status in (("UD2", "00000000"), ("UD", "00000008")):  # an old report; the strap still open
        assert [event.kind for event in happened(house.hear(said(report(status, type_))[0], 5.0))] == [Kind.LOCATION]
    told = happened(house.hear(said(report("00000000", "UD"))[0], 10.0))
    assert (Kind.RESTORE, "removed_from_body") in [(event.kind, event.type) for event in told]


def test_a_position_is_told_only_with_a_fix() -> None:
    assert kinds(report("00000000", "UD")) == [(Kind.LOCATION, None)]
    for name in ("watch-26", "watch-44"):
        vector = next(vector for vector in vectors("gps_watch_3g_sg") if vector["id"] == name)
        frame = vector["input"].replace(vector["expect"]["device"], WATCH.address).encode()
        assert kinds(frame) == [(Kind.SUPERVISION, None)]


def test_each_signal_of_a_fix_bears_the_place_and_a_stored_report_bears_none() -> None:
    for signal in said(report("00320000")):
        assert signal.location == Location(latitude=22.571707, longitude=113.861396, source=LocationSource.GNSS)
    assert [signal.location for signal in said(report("00000000", "UD2"))] == [None]
    empty = report().replace(b",A,22.571707", b",V,22.571707")
    assert said(empty)[0].location is None


def test_a_reading_of_nothing_is_a_sign_of_life_only() -> None:
    for content in ("heart,0", "btemp2,0,0", "oxygen,0,0", "bphrt,,,,", "TEMP,nan", "CCID,898604"):
        assert kinds(encode("3G", WATCH.address, content)) == [(Kind.SUPERVISION, None)]
    measured = said(encode("3G", WATCH.address, "bphrt,120,79,73,,,,"))
    assert [(signal.type, signal.value, signal.unit) for signal in measured] == [
        ("blood_pressure_systolic", 120, "mmHg"),
        ("blood_pressure_diastolic", 79, "mmHg"),
        ("heart_rate", 73, "bpm"),
    ]


@pytest.mark.parametrize(("battery", "low"), [("15", True), ("16", False), ("", None), ("255", None)])
def test_a_battery_is_low_by_its_charge_and_unknown_without(battery: str, low: bool | None) -> None:
    assert said(report("00000000", "UD", battery=battery))[0].battery_low is low


def test_a_watch_that_nobody_enrolled_is_an_offer() -> None:
    decoded = gps_watch.decode(report("00010000"), nobody)
    assert isinstance(decoded, tuple)
    assert [(offer.kind, offer.address) for offer in decoded] == [(Kind.ENROLMENT, WATCH.address)]


def test_a_number_is_taken_as_people_type_it_and_refused_with_the_remedy() -> None:
    assert DRIVERS["gps_watch"].normalise_address("88-0000 0015") == WATCH.address
    for typed in ("880000001", "8800000015123456", "88000000x5", "", "٨٨٠٠٠٠٠٠١٥"):
        with pytest.raises(ValueError, match="digits"):
            DRIVERS["gps_watch"].normalise_address(typed)


@given(FRAMES)
def test_what_was_encoded_is_parsed_again(frame: bytes) -> None:
    found = parse(frame)
    assert found is not None
    content = ",".join((found.type, *found.values))
    again = parse(encode(found.maker, found.watch, content, found.index))
    assert again is not None
    assert (again.type, again.values, again.index) == (found.type, found.values, found.index)
    assert again.length == again.actual_length


@given(st.lists(st.text(max_size=12), max_size=25))
def test_any_values_make_a_report_or_none(values: list[str]) -> None:
    read = parse_report(tuple(values))
    assert read is None or (read.latitude is None or -90 <= read.latitude <= 90)


@given(st.binary(max_size=40).map(lambda noise: b"[3G*8800000015*0000*AL," + noise + b"]"))
def test_any_content_of_an_alarm_is_an_alarm(frame: bytes) -> None:
    splitter = LISTENER_DRIVERS["gps_watch"].new_splitter()
    frames = [piece for piece in (*splitter.feed(frame), *splitter.flush()) if isinstance(piece, bytes)]
    assert frames
    assert any(signal.kind in (Kind.ALARM, Kind.LOW_BATTERY, Kind.TROUBLE) for signal in said(frames[0]))
