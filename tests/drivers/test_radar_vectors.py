"""`anju decode` against every published frame of the radars."""

import json
from typing import Any

import pytest

from gateway.decode import answer
from tests.drivers.vectors import vectors

PROTOCOLS = ("hlk_ld2410_uart", "hlk_ld2450_uart", "r60_5359_uart", "seeed_mr60_uart")
NOT_OF_THE_FRAME = {"why", "meaning_source"}
"""What a vector says of itself: why it is refused, and how sure its writer was. The maker's code has settled those."""
ALL = [
    pytest.param(protocol, vector, id=f"{protocol}-{vector['id']}")
    for protocol in PROTOCOLS
    for vector in vectors(protocol)
]


def asked(protocol: str, shown: str) -> dict[str, Any]:
    return answer(json.dumps({"protocol": protocol, "kind": "hex", "input": shown}).encode())


@pytest.mark.parametrize(("protocol", "vector"), ALL)
def test_fields_repeat_what_is_known_of_a_published_frame(protocol: str, vector: dict[str, Any]) -> None:
    told = asked(protocol, vector["input"])
    expected = {key: value for key, value in vector["expect"].items() if key not in NOT_OF_THE_FRAME}
    assert told["ok"] is expected.pop("ok", True)
    assert {key: told["fields"].get(key, "missing") for key in expected} == expected
    assert (told["reason"] is None) is told["ok"]


def test_what_is_cut_off_and_what_is_broken_have_their_own_reasons() -> None:
    assert asked("r60_5359_uart", "5359830100")["reason"] == "incomplete"
    assert asked("hlk_ld2410_uart", "FDFCFBFA0200FE00F8F7F6F5")["reason"] == "noise"
    assert asked("seeed_mr60_uart", "xyz")["reason"] == "bad_hex"
    assert asked("seeed_mr60_uart", "")["reason"] == "bad_hex"


@pytest.mark.parametrize(
    ("protocol", "shown", "event"),
    [
        ("r60_5359_uart", "53598301000101325443", {"kind": "alarm", "type": "fall", "state": "active"}),
        ("r60_5359_uart", "53598301000100315443", {"kind": "supervision", "type": None, "not_active": ["fall"]}),
        ("seeed_mr60_uart", "01000000010E02F301FE", {"kind": "alarm", "type": "fall", "state": "active"}),
        ("hlk_ld2450_uart", "AAFF0300" + "00" * 24 + "55CC", {"kind": "activity", "type": "absence"}),
    ],
)
def test_events_bear_the_gateways_words(protocol: str, shown: str, event: dict[str, Any]) -> None:
    assert asked(protocol, shown)["events"] == [event]


@pytest.mark.parametrize(
    ("protocol", "shown", "fields"),
    [
        ("hlk_ld2410_uart", "FDFCFBFA0C00A00100000000020116240622 04030201", {"firmware": "V1.02.22062416"}),
        ("hlk_ld2410_uart", "FDFCFBFA0800FF0100000100400004030201", {"ack_of": "00FF", "value": "01004000"}),
        ("hlk_ld2450_uart", "FDFCFBFA0600910100000200 04030201", {"ack_of": "9100", "status": 0, "value": "0200"}),
        ("r60_5359_uart", "53598002000102315443", {"meaning": "motion active", "motion": "active"}),
        ("r60_5359_uart", "535983810001 0FC05443", {"dir": "host->radar", "meaning": "fall query"}),
        ("r60_5359_uart", "53598300000100305443", {"meaning": "fall monitoring off", "fall_monitoring": False}),
        ("r60_5359_uart", "535980030001 0F3F5443", {"dir": "radar->host", "body_movement": 15}),
        ("seeed_mr60_uart", "01000000040E04F0000020409F", {"dir": "host->radar", "value_f32": 2.5}),
        ("seeed_mr60_uart", "01000000010E04F501FE", {"dir": "radar->host", "success": True}),
        ("seeed_mr60_uart", "01000000002110CF", {"meaning": "reset radar", "length": 0}),
    ],
)
def test_documents_own_examples_are_explained(protocol: str, shown: str, fields: dict[str, Any]) -> None:
    told = asked(protocol, shown)
    assert told["ok"]
    assert {key: told["fields"].get(key, "missing") for key in fields} == fields


def test_engineering_firmware_tells_light_and_pin() -> None:
    gates = "08083C2205030304030605 000039101306060804"
    newer = f"F4F3F2F1230001AA031E003C0000390000{gates}60015500F8F7F6F5"
    fields = asked("hlk_ld2410_uart", newer)["fields"]
    assert (fields["light"], fields["out_pin"], len(fields["still_gate_energy"])) == (0x60, 1, 9)
    assert "out_pin" not in asked("hlk_ld2410_uart", newer.replace("6001", "0305"))["fields"]


def test_no_number_that_json_lacks_is_ever_shown() -> None:
    told = asked("seeed_mr60_uart", "01000000040A14E40000C07F40")
    assert (told["ok"], told["fields"]["value_f32"]) == (True, None)
