"""BTHome v2, MiBeacon and bands: every captured message, sealing, and bytes that nobody should send."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import ble_bthome, ble_mibeacon
from drivers.ble_bands import Advertisement, recognise
from drivers.ble_bthome_objects import FLAGS, NUMBERS, RAW, TEXT
from drivers.ble_mibeacon_products import PRODUCTS
from drivers.ble_report import Press, Report
from gateway.decode import answer
from tests.drivers.vectors import vectors

ADDRESS = "A4:C1:38:05:8E:E9"
KEY = "231d39c1d7cc1ab1aee224cd096db932"
PROTOCOLS = ("ble_bthome_v2", "ble_xiaomi_mibeacon", "ble_bands_trackers")
KEYS = st.none() | st.just(KEY)


def asked(protocol: str, vector: dict[str, Any]) -> dict[str, Any]:
    return answer(json.dumps({"protocol": protocol, **vector}).encode())


@pytest.mark.parametrize(
    ("protocol", "vector"),
    [
        pytest.param(protocol, vector, id=f"{protocol}-{vector['id']}")
        for protocol in PROTOCOLS
        for vector in vectors(protocol)
    ],
)
def test_fields_repeat_what_is_known_of_a_captured_message(protocol: str, vector: dict[str, Any]) -> None:
    told = asked(protocol, {key: vector[key] for key in ("kind", "input", "ctx") if key in vector})
    assert (told["ok"], told["reason"]) == (True, None)
    expected = dict(vector["expect"])
    if "sensors" in expected:
        # The strength of the signal is the receiver's, and no receiver's word stands in the input.
        expected["sensors"] = {key: said for key, said in expected["sensors"].items() if key != "signal_strength"}
    assert {key: told["fields"].get(key, "missing") for key in expected} == expected


def test_the_strength_of_the_signal_is_told_where_the_receiver_tells_it() -> None:
    told = asked("ble_bthome_v2", {"input": "401100", "ctx": {"rssi": -60}})
    assert told["fields"]["sensors"] == {"signal_strength": -60}


def test_a_flood_detectors_button_is_a_test() -> None:
    vector = next(one for one in vectors("ble_xiaomi_mibeacon") if one["id"] == "SJWS01LM")
    told = asked("ble_xiaomi_mibeacon", {"input": vector["input"], "ctx": vector["ctx"]})
    assert told["events"] == [{"kind": "test", "type": "water"}]


@pytest.mark.parametrize(
    ("protocol", "vector", "reason"),
    [
        ("ble_bthome_v2", {"input": "zz"}, "bad_hex"),
        ("ble_bthome_v2", {"input": None}, "incomplete"),
        ("ble_bthome_v2", {"input": "203a01"}, "bad_version"),
        ("ble_bthome_v2", {"input": "40"}, "incomplete"),
        ("ble_bthome_v2", {"input": "40EE01"}, "unknown_object"),
        ("ble_bthome_v2", {"input": "4187B90011223372B0231F"}, "no_bind_key"),
        ("ble_bthome_v2", {"input": "403a01", "ctx": {"address": "x"}}, "bad_address"),
        ("ble_bthome_v2", {"input": "403a01", "ctx": {"bindkey": "x"}}, "bad_bind_key"),
        ("ble_bthome_v2", {"input": "42B2188D38C1A404138A01", "ctx": {"address": ADDRESS}}, "wrong_address"),
        ("ble_xiaomi_mibeacon", {"input": "5020"}, "incomplete"),
        ("ble_xiaomi_mibeacon", {"input": "5010AA0101"}, "bad_version"),
        ("ble_xiaomi_mibeacon", {"input": "4830AA01010102030405060708"}, "old_seal"),
        ("ble_bands_trackers", {"input": "Polar"}, "bad_row"),
        ("ble_bands_trackers", {"input": ["Telephone", "4c0010050118"]}, "unknown_band"),
        ("ble_bands_trackers", {"input": []}, "unknown_band"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(protocol: str, vector: dict[str, Any], reason: str) -> None:
    assert asked(protocol, vector)["reason"] == reason


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        (["Mi", "AA:BB:CC:DD:EE:FF", "57010202017d" + "ff" * 13 + "02aabbccddeeff", "8d230000"], (125, 9101)),
        (["Mi", "AA:BB:CC:DD:EE:FF", "570102ff" + "ff" * 15 + "02aabbccddeeff", ""], (None, None)),
    ],
)
def test_a_band_shows_its_last_activity(row: list[str], fields: tuple[int | None, int | None]) -> None:
    told = asked("ble_bands_trackers", {"input": row})["fields"]
    assert (told.get("act_bpm"), told.get("steps"), told["mac"]) == (*fields, "AA:BB:CC:DD:EE:FF")


@pytest.mark.parametrize(
    ("heard", "model_id"),
    [
        (Advertisement(name="iTAG  ", manufacturer_data=bytes(6)), "ITAG"),
        (Advertisement(name="nutale", service_uuid="0900", service_data=bytes(12)), "NUTALE"),
        (Advertisement(name="TicWatch GTH Pro"), "TICWATCHGTH"),
        (Advertisement(manufacturer_data=bytes.fromhex("80010215123480c390ffbbc5")), "GTAG"),
        (Advertisement(service_uuid="feec"), "TILE"),
    ],
)
def test_tags_are_told_by_name_number_or_service(heard: Advertisement, model_id: str) -> None:
    seen = recognise(heard)
    assert seen is not None
    assert seen.band.model_id == model_id


def test_objects_behind_an_unknown_one_are_left_unread() -> None:
    report = ble_bthome.parse(bytes.fromhex("400164EE3A01"), ADDRESS, None)
    assert isinstance(report, Report)
    assert (dict(report.sensors), dict(report.events)) == ({"battery": 100}, {})


def test_a_text_brings_its_own_length() -> None:
    report = ble_bthome.parse(bytes.fromhex("4053034142433A02"), ADDRESS, None)
    assert isinstance(report, Report)
    assert (report.sensors["text"], report.events["button"].word) == ("ABC", "double_press")


def test_a_contact_that_was_left_open_or_prised_says_so() -> None:
    def flags(id_: str, value: int) -> dict[str, bool]:
        data = ble_mibeacon.encode(
            bytes.fromhex(id_)[::-1] + bytes([1, value]), address=ADDRESS, product_id=0x098B, counter=9
        )
        report = ble_mibeacon.parse(data, ADDRESS, None)
        assert isinstance(report, Report)
        return dict(report.binary)

    assert flags("1019", 2) == {"opening": True, "door_left_open": True}
    assert flags("1019", 1) == {"opening": False, "door_left_open": False}
    assert flags("1019", 3) == {}
    assert flags("0007", 4) == {"door": True, "pry_the_door": True}
    assert flags("1015", 0) == {"smoke": False}


@pytest.mark.parametrize(("kind", "word"), [(0, "press"), (1, "double_press"), (2, "long_press"), (9, "press_0x09")])
def test_any_kind_of_press_is_one(kind: int, word: str) -> None:
    data = ble_mibeacon.encode(bytes([0x01, 0x10, 3, 0, 0, kind]), address=ADDRESS, product_id=0x07BF)
    report = ble_mibeacon.parse(data, ADDRESS, None)
    assert isinstance(report, Report)
    assert report.events == {"button": Press(word)}


@given(id_=st.sampled_from(sorted(NUMBERS)), data=st.data(), key=KEYS, counter=st.integers(0, 0xFFFFFFFF))
def test_every_number_of_bthome_survives_the_way_there_and_back(
    id_: int, data: st.DataObject, key: str | None, counter: int
) -> None:
    number = NUMBERS[id_]
    value = data.draw(st.binary(min_size=number.length, max_size=number.length))
    sent = ble_bthome.encode(bytes([id_]) + value, address=ADDRESS, bind_key=key, counter=counter)
    report = ble_bthome.parse(sent, ADDRESS, key)
    assert isinstance(report, Report)
    assert report.sensors == {number.name: number.value(value)}
    assert report.is_sealed is (key is not None)


@given(product_id=st.sampled_from(sorted(PRODUCTS)), said=st.booleans(), counter=st.integers(0, 255), key=KEYS)
def test_every_product_of_mibeacon_survives_the_way_there_and_back(
    product_id: int, said: bool, counter: int, key: str | None
) -> None:
    objects = bytes([0x15, 0x10, 1, said])
    sent = ble_mibeacon.encode(objects, address=ADDRESS, product_id=product_id, counter=counter, bind_key=key)
    report = ble_mibeacon.parse(sent, ADDRESS, key)
    assert isinstance(report, Report)
    assert (report.binary, report.counter, report.product) == ({"smoke": said}, counter, PRODUCTS[product_id].model)


@given(place=st.integers(1, 100), bit=st.integers(0, 7))
def test_a_seal_breaks_with_any_bit(place: int, bit: int) -> None:
    sent = bytearray(ble_bthome.encode(b"\x3a\x01", address=ADDRESS, bind_key=KEY, counter=1))
    sent[1 + place % (len(sent) - 1)] ^= 1 << bit
    assert ble_bthome.parse(bytes(sent), ADDRESS, KEY) == "bad_seal"


HEADS = st.sampled_from([b"", b"\x40", b"\x41", b"\x46", b"\x50\x58\x97\x09\x01", b"\x58\x58\x97\x09\x01", b"\x48\x30"])
OBJECTS = st.lists(st.sampled_from([0x3A, 0x3C, TEXT, RAW, *FLAGS, 0x10, 0x48, 0x4A]) | st.integers(0, 255)).map(bytes)


@given(head=HEADS, body=OBJECTS | st.binary(max_size=64), key=KEYS)
def test_any_bytes_are_a_report_or_a_reason(head: bytes, body: bytes, key: str | None) -> None:
    for parse in (ble_bthome.parse, ble_mibeacon.parse):
        report = parse(head + body, ADDRESS, key)
        assert isinstance(report, (Report, str))
        if isinstance(report, Report) and key:
            assert report.is_sealed or report.is_empty


@given(
    name=st.text(max_size=8) | st.sampled_from(["nut", "iTAG", "Tile", "Nyon"]),
    head=st.sampled_from([b"", b"\x6b\x00", b"\x04\xff", b"\x57\x01", b"\x4c\x00"]),
    tail=st.binary(max_size=24) | st.just(bytes(24)),
    uuid=st.sampled_from(["", "feed", "180a"]),
    service=st.binary(max_size=12),
)
def test_any_advertisement_is_a_band_or_none(name: str, head: bytes, tail: bytes, uuid: str, service: bytes) -> None:
    seen = recognise(Advertisement(name=name, manufacturer_data=head + tail, service_uuid=uuid, service_data=service))
    assert seen is None or seen.band.model_id
