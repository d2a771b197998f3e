"""Modbus heads: makers' documented pairs, polarity, thresholds with hysteresis, faults apart from alarms, any bytes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import modbus
from drivers.device import Decoded, Device
from drivers.event import AlarmType, Kind, Reject, Signal
from drivers.fleet_rules import check
from drivers.modbus_frame import (
    BITS_LIMIT,
    FRAME_LIMIT_BYTES,
    REGISTERS_LIMIT,
    Answer,
    Refusal,
    Request,
    decode_request,
    encode_answer,
    encode_exception,
    encode_request,
    find_answer,
    sealed,
)
from drivers.modbus_map import Map, maps, parse
from drivers.registry import POLLED_DRIVERS
from gateway.decode import answer as decode_line
from tests.drivers.test_fleet import registered
from tests.drivers.vectors import enrolled, nobody, vectors

REQUESTS = st.builds(
    Request, st.integers(1, 255), st.sampled_from([1, 2]), st.integers(0, 0xFFFF), st.integers(1, 200)
) | st.builds(Request, st.integers(1, 255), st.sampled_from([3, 4]), st.integers(0, 0xFFFF), st.integers(1, 100))

BASE = """
about = "a head for tests"
source = "none"
supervision_seconds = 30
[[read]]
function = "holding_registers"
address = 0
count = 2
"""


def head(model: str, unit: int = 1) -> Device:
    return Device(id="head", driver="modbus", address=f"bus/{unit}", model=model, room="kitchen")


def values_of(data: st.DataObject, request: Request) -> tuple[int, ...]:
    most = 1 if request.reads_bits else 0xFFFF
    return tuple(data.draw(st.lists(st.integers(0, most), min_size=request.count, max_size=request.count)))


def told(model: str, *values: int) -> list[Signal]:
    """What an enrolled head of the model says with these values."""
    device = head(model)
    request = modbus.requests(device)[0]
    decoded = modbus.decode("bus", encode_request(request), encode_answer(request, values), enrolled(device))
    assert isinstance(decoded, tuple)
    return list(decoded)


def said_of(map_text: str, *values: int) -> list[Signal]:
    """The same for a map that is written here."""
    read = parse(BASE + map_text).read[0]
    request = modbus.request_of(read, 1)
    padded = (*values, 0)[: request.count]
    common = Signal(driver="modbus", address="bus/1", kind=Kind.ENROLMENT)
    return list(modbus.signals(read, Answer(request, padded), common))


def facts(signals: list[Signal]) -> list[tuple[Any, ...]]:
    return [(signal.kind, signal.type, signal.not_active) for signal in signals]


@pytest.mark.parametrize("vector", vectors("modbus_rtu"), ids=lambda vector: vector["id"])
def test_every_documented_pair_is_told_key_by_key(vector: dict[str, Any]) -> None:
    told = decode_line(json.dumps({"protocol": "modbus_rtu"} | vector).encode())
    assert told["ok"], told
    assert {key: told["fields"].get(key) for key in vector["expect"]} == vector["expect"]


@pytest.mark.parametrize("vector", vectors("modbus_rtu"), ids=lambda vector: vector["id"])
def test_a_pair_with_any_damaged_byte_is_refused(vector: dict[str, Any]) -> None:
    for key, frame in vector["input"].items():
        for place in range(len(frame) // 2):
            damaged = bytearray.fromhex(frame)
            damaged[place] ^= 0x10
            line = {"protocol": "modbus_rtu", "input": vector["input"] | {key: damaged.hex()}}
            told = decode_line(json.dumps(line).encode())
            assert not told["ok"]
            assert told["reason"] in {"bad_crc", "noise", "incomplete"}


def test_a_heads_own_refusal_is_shown_and_means_nothing() -> None:
    request = Request(1, 3, 2, 1)
    pair = {"request": encode_request(request).hex(), "response": encode_exception(request, 2).hex()}
    told = decode_line(json.dumps({"protocol": "modbus_rtu", "input": pair}).encode())
    assert (told["ok"], told["ignored"], told["events"]) == (True, "exception", [])
    assert told["fields"]["exception"] == 2


def test_a_register_that_no_map_names_is_shown_without_a_meaning() -> None:
    request = Request(7, 3, 500, 2)
    pair = {"request": encode_request(request).hex(), "response": encode_answer(request, [1, 2]).hex()}
    told = decode_line(json.dumps({"protocol": "modbus_rtu", "input": pair}).encode())
    assert told["fields"] == {
        "unit": 7, "function": 3, "address": 500, "count": 2, "registers": [1, 2], "value": 65_538
    }  # fmt: skip
    assert told["events"] == []


@pytest.mark.parametrize(
    "shown", [None, "", [], {}, {"request": 5}, {"request": "zz"}, {"request": "FF"}, {"request": "00" * 300}]
)
def test_what_is_no_pair_is_refused(shown: object) -> None:
    assert not decode_line(json.dumps({"protocol": "modbus_rtu", "input": shown}).encode())["ok"]


# -- what the heads say ------------------------------------------------------------------------------------------------


def test_a_fail_safe_head_reads_one_for_normal_and_zero_for_alarm() -> None:
    normal, alarm = told("novabo-sqr", 1, 0), told("novabo-sqr", 0, 0)
    assert facts(normal) == [(Kind.SUPERVISION, None, ("water",))]
    assert facts(alarm) == [(Kind.ALARM, AlarmType.WATER, ())]


def test_three_smoke_heads_have_three_maps() -> None:
    assert facts(told("cn-smoke-register-3", 1)) == [(Kind.ALARM, AlarmType.SMOKE, ())]
    assert facts(told("cn-smoke-register-3", 0)) == [(Kind.SUPERVISION, None, ("smoke",))]
    assert facts(told("cn-smoke-register-3", 2)) == [(Kind.SUPERVISION, None, ())]
    assert facts(told("cn-smoke-register-2", 1)) == [(Kind.MEASUREMENT, "smoke_value", ())]


def test_a_threshold_has_hysteresis() -> None:
    at = {value: told("honeywell-raeguard-3-lel", 0, value)[0] for value in (20, 19, 10, 9)}
    assert at[20].kind is Kind.ALARM
    assert at[19].not_active == at[10].not_active == ("device_fault",)
    assert set(at[9].not_active) == {"gas", "device_fault"}


@given(value=st.integers(0, 0xFFFF))
def test_an_alarm_of_too_little_is_the_same_upside_down(value: int) -> None:
    point = '[[read.point]]\nat = 0\nquantity = "t"\nscale = 0.1\nalarm = "heat"\nalarm_at = 5\nclear_at = 8\n'
    (signal,) = said_of(point, value)
    assert (signal.kind is Kind.ALARM) == (value * 0.1 <= 5)
    assert ("heat" in signal.not_active) == (value * 0.1 > 8)


def test_a_measurement_stays_apart_from_the_alarm() -> None:
    alarm, measurement = told("honeywell-raeguard-3-lel", 0, 52)
    assert (alarm.kind, alarm.value) == (Kind.ALARM, None)
    assert (measurement.kind, measurement.value, measurement.unit) == (Kind.MEASUREMENT, 52.0, "percent")


def test_a_broken_sensor_is_neither_alarm_nor_all_clear_nor_a_concentration() -> None:
    assert facts(told("honeywell-raeguard-3-lel", 0xFFFF, 0xFFFF)) == [(Kind.TROUBLE, "device_fault", ())]


WORDS = """
[[read.point]]
at = 0
quantity = "state"
alarm = "smoke"
words = { 0 = "normal", 1 = "alarm", 2 = "test", 3 = "fault", 4 = "tamper", 5 = "low_battery", 6 = "mains", 7 = "warming_up" }
"""  # noqa: E501


@pytest.mark.parametrize(
    ("value", "kind", "type_"),
    [
        (1, Kind.ALARM, "smoke"),
        (2, Kind.TEST, "smoke"),
        (3, Kind.TROUBLE, "device_fault"),
        (4, Kind.TAMPER, None),
        (5, Kind.LOW_BATTERY, None),
        (6, Kind.TROUBLE, "mains"),
        (7, Kind.SUPERVISION, None),
        (8, Kind.SUPERVISION, None),
    ],
)
def test_only_normal_is_all_clear(value: int, kind: Kind, type_: str | None) -> None:
    (signal,) = said_of(WORDS, value)
    assert (signal.kind, signal.type) == (kind, type_)
    assert "smoke" not in signal.not_active
    assert set(said_of(WORDS, 0)[0].not_active) == {"smoke", "device_fault", "tamper", "low_battery", "mains"}


BITS = """
[[read.point]]
at = 0
bit = 3
quantity = "status"
alarm = "gas"
words = { 0 = "normal", 1 = "alarm" }
[[read.point]]
at = 1
bit = 15
quantity = "status"
alarm = "gas"
words = { 0 = "normal", 1 = "alarm" }
"""


def test_two_inputs_of_one_alarm_are_one_alarm_and_end_together() -> None:
    assert facts(said_of(BITS, 1 << 3, 1 << 15)) == [(Kind.ALARM, AlarmType.GAS, ())]
    assert facts(said_of(BITS, 0, 1 << 15)) == [(Kind.ALARM, AlarmType.GAS, ())]
    assert facts(said_of(BITS, 0xFFF7, 0x7FFF)) == [(Kind.SUPERVISION, None, ("gas",))]


@given(number=st.integers(-(2**31), 2**31 - 1), low_first=st.booleans())
def test_numbers_of_32_bits_in_either_order_of_words(number: int, low_first: bool) -> None:
    words = [number >> 16 & 0xFFFF, number & 0xFFFF]
    point = '[[read.point]]\nat = 0\nregisters = 2\nsigned = true\nquantity = "q"\nmeasures = "q"\nunit = "lx"\n'
    point += f"low_word_first = {str(low_first).lower()}\n"
    (signal,) = said_of(point, *(reversed(words) if low_first else words))
    assert signal.value == number


def test_a_generic_head_is_only_watched_for_silence() -> None:
    assert facts(told("somebody's", 1)) == [(Kind.SUPERVISION, None, ())]
    assert modbus.DRIVER.model("somebody's").supervision_seconds == 30


def test_a_head_that_nobody_enrolled_is_only_an_offer() -> None:
    request = Request(9, 3, 3, 1)
    decoded = modbus.decode("bus", encode_request(request), encode_answer(request, [1]), nobody)
    assert isinstance(decoded, tuple)
    assert [(signal.kind, signal.address) for signal in decoded] == [(Kind.ENROLMENT, "bus/9")]


def test_every_map_is_supervised_and_never_writes() -> None:
    for model in maps():
        device = head(model)
        assert modbus.DRIVER.model(model).supervised
        assert 2 <= POLLED_DRIVERS["modbus"].poll_seconds(device) <= 5
        assert all(frame[1] in {1, 2, 3, 4} for frame in POLLED_DRIVERS["modbus"].questions(device))


@pytest.mark.parametrize(
    "wrong",
    [
        "[[read.point]]\nat = 2\nquantity = 'q'\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nalarm = 'smoke'\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nwords = { 1 = 'alarm' }\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nwords = { x = 'fault' }\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nwords = { 1 = 'fire' }\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nalarm = 'gas'\nalarm_at = 5\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nalarm = 'gas'\nalarm_at = 5\nclear_at = 5\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\nmeasures = 'gas'\n",
        "[[read.point]]\nat = 0\nregisters = 2\nbit = 1\nquantity = 'q'\n",
        "[[read.point]]\nat = 0\nquantity = 'q'\npolarity = 0\n",
        BITS + "[[read]]\nfunction = 'coils'\naddress = 0\ncount = 1\n[[read.point]]\nat = 0\nquantity = 'q'\n"
        "alarm = 'gas'\nwords = { 1 = 'alarm' }\n",
    ],
)
def test_a_map_that_contradicts_itself_is_refused(wrong: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        parse(BASE + wrong)


def test_a_map_asks_no_oftener_than_a_line_of_heads_can_bear() -> None:
    with pytest.raises(ValueError, match="poll_seconds"):
        replace_map(poll_seconds=0.1)
    with pytest.raises(ValueError, match="supervision_seconds"):
        replace_map(supervision_seconds=5)


def replace_map(**changes: Any) -> Map:
    return msgspec.structs.replace(maps()["generic"], **changes)


# -- addresses ---------------------------------------------------------------------------------------------------------


def test_an_address_is_a_port_and_a_unit() -> None:
    assert modbus.normalise_address(" bus/007 ") == "bus/7"
    assert modbus.normalise_address("bus-2_a/255") == "bus-2_a/255"
    for wrong in ("", "bus", "bus/", "bus/0", "bus/256", "1", "/1", "bus/1/2", "BUS/1", "bus/x"):
        with pytest.raises(ValueError, match="bus/1"):
            modbus.normalise_address(wrong)


# -- frames ------------------------------------------------------------------------------------------------------------


@given(request=REQUESTS, data=st.data())
def test_questions_and_answers_come_back_as_they_were(request: Request, data: st.DataObject) -> None:
    assert decode_request(encode_request(request)) == request
    values = values_of(data, request)
    assert find_answer(request, encode_answer(request, values)) == Answer(request, values)


@given(request=REQUESTS, data=st.data(), echo=st.booleans(), before=st.binary(max_size=20), after=st.binary(max_size=9))
def test_an_answer_is_found_behind_an_echo_and_noise(
    request: Request, data: st.DataObject, echo: bool, before: bytes, after: bytes
) -> None:
    values = values_of(data, request)
    heard = encode_request(request) * echo + before + encode_answer(request, values) + after
    found = find_answer(request, heard)
    assert isinstance(found, Answer)
    # Noise that is by chance a sound answer itself cannot be told from one; it would need a right CRC.
    assert found.values == values


@given(request=REQUESTS, data=st.data())
def test_half_an_answer_is_incomplete_and_silence_is_a_timeout(request: Request, data: st.DataObject) -> None:
    whole = encode_answer(request, values_of(data, request))
    half = whole[: data.draw(st.integers(1, len(whole) - 1))]
    found = find_answer(request, half)
    assert isinstance(found, Refusal)
    assert found.reason in {"incomplete", "bad_crc"}
    assert find_answer(request, b"") == Refusal("timeout")


@given(request=REQUESTS, data=st.data())
def test_a_flipped_bit_is_never_an_answer(request: Request, data: st.DataObject) -> None:
    frame = bytearray(encode_answer(request, values_of(data, request)))
    place = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[place // 8] ^= 1 << place % 8
    assert isinstance(find_answer(request, bytes(frame)), Refusal)


@given(request=REQUESTS, other=st.integers(1, 255), data=st.data())
def test_another_heads_answer_is_not_taken(request: Request, other: int, data: st.DataObject) -> None:
    stranger = Request(other, request.function, request.address, request.count)
    found = find_answer(request, encode_answer(stranger, values_of(data, request)))
    assert isinstance(found, Answer) if other == request.unit else found == Refusal("wrong_unit")


def test_an_answer_to_another_question_is_not_taken() -> None:
    asked, other = Request(1, 3, 0, 2), Request(1, 3, 0, 3)
    assert find_answer(asked, encode_answer(other, [1, 2, 3])) == Refusal("wrong_answer")


def test_a_question_out_of_bounds_is_refused() -> None:
    assert decode_request(sealed(bytes((1, 3, 0, 0, 0, 0)))) == Refusal("bad_count")
    assert decode_request(sealed(bytes((1, 6, 0, 0, 0, 1)))) == Refusal("unknown_function")
    assert decode_request(sealed(bytes((1, 16, 0, 0, 0, 1, 2, 0, 1)))) == Refusal("unknown_function")
    assert decode_request(sealed(bytes((1, 3, 0, 0, 0, 1, 0, 1)))) == Refusal("oversize")
    for function, limit in ((1, BITS_LIMIT), (3, REGISTERS_LIMIT)):
        assert isinstance(decode_request(encode_request(Request(1, function, 0, limit))), Request)
        assert decode_request(encode_request(Request(1, function, 0, limit + 1))) == Refusal("bad_count")


@given(question=st.binary(max_size=12), heard=st.binary(max_size=600), known=st.sampled_from(sorted(maps())))
def test_any_bytes_are_decoded_or_refused_by_name(question: bytes, heard: bytes, known: str) -> None:
    check(modbus.decode("bus", question, heard, enrolled(head(known))), registered("modbus"))


@given(heard=st.binary(max_size=40), model=st.sampled_from(sorted(maps())), data=st.data())
def test_any_answer_to_a_real_question_is_decoded_or_refused(heard: bytes, model: str, data: st.DataObject) -> None:
    device = head(model)
    request = modbus.requests(device)[0]
    for line in (heard, sealed(bytes((1, request.function, request.data_bytes)) + heard[: request.data_bytes])):
        decoded: Decoded = modbus.decode("bus", encode_request(request), line, enrolled(device))
        check(decoded, registered("modbus"))


def test_a_megabyte_is_read_only_as_far_as_a_frame_reaches() -> None:
    request = Request(1, 3, 0, 1)
    late = b"\x00" * (2 * FRAME_LIMIT_BYTES) + encode_answer(request, [1])
    assert find_answer(request, late * 1_000) == Refusal("noise")


def test_a_question_of_no_map_of_the_head_is_refused() -> None:
    request = Request(1, 4, 77, 1)
    decoded = modbus.decode(
        "bus", encode_request(request), encode_answer(request, [1]), enrolled(head("cn-smoke-register-3"))
    )
    assert isinstance(decoded, Reject)
    assert decoded.reason == "unmapped"
