"""The rules that every driver keeps: nothing raises, nothing grows, every refusal bears its reason.

For the tests of whoever writes a driver; needs hypothesis, which the gateway itself does not. Each rule takes one
subject and raises AssertionError where it is broken:

    @pytest.mark.parametrize("rule", fleet_rules.LINE_RULES)
    def test_the_line_keeps_the_rules(rule): rule(fleet_rules.Line(driver=SERIAL_DRIVER, …))
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.device import Decoded, Device
from drivers.event import Reject
from drivers.modbus_frame import Request, decode_request
from drivers.registry import Driver, ListenerDriver, MqttDriver, PolledDriver, SerialDriver
from drivers.signal_check import fault_in

REASON = re.compile(r"[a-z0-9_]{1,40}")
HELD_LIMIT_BYTES = 256

_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a subject may say: `drivers`, by name, of which its signals may be, and the `reasons` of its refusals."""

    drivers: Mapping[str, Driver]
    reasons: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Whatever cuts frames out of a stream of bytes.

    `sound` gives whole frames as a device sends them. `heads` are beginnings of frames, best such that promise the
    longest there is: a megabyte of each must be held in less than `held_limit_bytes`.
    """

    driver: SerialDriver | ListenerDriver
    vocabulary: Vocabulary
    sound: st.SearchStrategy[bytes]
    heads: Sequence[bytes] = (b"\x00",)
    held_limit_bytes: int = HELD_LIMIT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Devices behind the broker: `sound` gives payloads, `topics` begins with one whose payload is read.

    `keys` are the keys of its JSON objects; empty where its payload is something else.
    """

    driver: MqttDriver
    vocabulary: Vocabulary
    sound: st.SearchStrategy[bytes]
    topics: Sequence[str]
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Heads that are asked: `devices` are some of them, `sound` gives the answer to one question of a device."""

    driver: PolledDriver
    vocabulary: Vocabulary
    devices: Sequence[Device]
    sound: Callable[[Device, bytes], st.SearchStrategy[bytes]]


def check(decoded: Decoded, vocabulary: Vocabulary) -> None:
    """What a decoder returns is a refusal with a reason that is known, or signals that are sound, of known drivers."""
    if isinstance(decoded, Reject):
        assert REASON.fullmatch(decoded.reason), f"{decoded.reason!r} is no short word"
        assert decoded.reason in vocabulary.reasons[decoded.driver], decoded
        return
    assert isinstance(decoded, tuple)
    for signal in decoded:
        assert fault_in(signal) is None, (fault_in(signal), signal)
        driver = vocabulary.drivers[signal.driver]
        # A device that is alone on its line sends no address: the line fills the port's name in.
        assert not signal.address or driver.normalise_address(signal.address) == signal.address


def any_device(driver: str, address: str) -> Device | None:
    """Enrols half of all addresses, so that both ways through a decoder are walked."""
    if sum(address.encode("utf-8", "replace")) % 2:
        return None
    return Device(id="d", driver=driver, address=address, model="x", room="r", code_map={"F": "sos"})


# -- devices ----------------------------------------------------------------------------------------------------------


def an_unknown_model_counts_as_the_generic_one(driver: Driver) -> None:
    """A model's name is its key; a supervised model says after how long its silence is a fault."""
    assert driver.model("no such model").name == driver.generic_model
    for name, model in driver.models.items():
        assert model.name == name
        assert not model.supervised or (model.supervision_seconds or 0) > 0


def an_address_is_normalised_once_and_for_all(driver: Driver) -> None:
    """Whatever a person types becomes an address that stays as it is, or ValueError."""

    @_unhurried
    @given(st.text(max_size=40))
    def holds(typed: str) -> None:
        try:
            address = driver.normalise_address(typed)
        except ValueError:
            return
        assert driver.normalise_address(address) == address

    holds()


# -- lines ------------------------------------------------------------------------------------------------------------


def sound_frames_survive_any_cut_of_the_line(line: Line) -> None:
    """Frames are found whole wherever the line's chunks begin and end, also byte by byte."""

    @_unhurried
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        sent = data.draw(st.lists(line.sound, max_size=4))
        whole = b"".join(sent)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
        chunks = [whole[start:end] for start, end in pairwise([0, *cuts, len(whole)])]
        assert _pieces(line, *chunks) == sent
        assert _pieces(line, *(bytes([byte]) for byte in whole)) == sent

    holds()


def any_bytes_at_all_give_frames_and_named_rejects(line: Line) -> None:
    """No byte is lost uncounted: a Reject's detail begins with how many it stands for, one for each run of noise."""

    @_unhurried
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        halves = line.sound.map(lambda frame: frame[: len(frame) // 2])
        chunks = data.draw(st.lists(_noise(line) | halves | line.sound, max_size=6))
        found = _pieces(line, *chunks)
        for piece in found:
            if isinstance(piece, Reject):
                check(piece, line.vocabulary)
            else:
                _decode(line, piece)
        lost = sum(int(piece.detail.split()[0]) for piece in found if isinstance(piece, Reject))
        framed = sum(len(piece) for piece in found if isinstance(piece, bytes))
        assert lost + framed == sum(map(len, chunks))
        assert not any(isinstance(one, Reject) and isinstance(two, Reject) for one, two in pairwise(found))

    holds()


def a_frame_after_noise_and_a_pause_is_always_found(line: Line) -> None:
    """Noise and a pause leave nothing behind that could hide the alarm which comes next."""

    @_unhurried
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        splitter = line.driver.new_splitter()
        splitter.feed(data.draw(_noise(line)))
        splitter.flush()
        frame = data.draw(line.sound)
        assert splitter.feed(frame) + splitter.flush() == [frame]

    holds()


def a_decoder_takes_whatever_it_is_given(line: Line) -> None:
    """Also what no splitter would let through."""

    @_unhurried
    @given(st.binary(max_size=200))
    def holds(frame: bytes) -> None:
        _decode(line, frame)

    holds()


def a_megabyte_of_anything_is_held_in_next_to_nothing(line: Line) -> None:
    """A line that chatters for ever must not fill the memory."""
    for head in line.heads:
        splitter = line.driver.new_splitter()
        chunk = head * (65_536 // len(head))
        reasons: Counter[str] = Counter()
        for _ in range(16):
            reasons.update(piece.reason for piece in splitter.feed(chunk) if isinstance(piece, Reject))
            assert splitter.held_bytes < line.held_limit_bytes, head
        assert set(reasons) <= line.vocabulary.reasons[line.driver.name]


# -- messages ---------------------------------------------------------------------------------------------------------


def any_message_is_decoded_or_refused_by_name(messages: Messages) -> None:
    """Whatever the topic and the payload; and a retained message gives retained signals."""

    @_unhurried
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        topic = data.draw(st.sampled_from(list(messages.topics)) | st.text())
        torn = messages.sound.map(lambda whole: whole[:-1])
        payload = data.draw(st.binary(max_size=64) | messages.sound | torn)
        retained = data.draw(st.booleans())
        decoded = messages.driver.decode(topic, payload, retained, any_device)
        if isinstance(decoded, Reject):
            check(decoded, messages.vocabulary)
        else:
            assert all(signal.driver in messages.vocabulary.drivers for signal in decoded)
            assert not any(map(fault_in, decoded))
            assert all(signal.retained is retained for signal in decoded)

    holds()


def values_of_any_type_never_break_a_message(messages: Messages) -> None:
    """A firmware that sends text where a number was, or nothing, is understood or refused."""
    value: st.SearchStrategy[object] = (
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just([])
    )

    @_unhurried
    @given(st.dictionaries(st.sampled_from(list(messages.keys or ("value",))), value))
    def holds(values: dict[str, Any]) -> None:
        payload = json.dumps(values).replace("Infinity", "1e300").encode()
        check(messages.driver.decode(messages.topics[0], payload, False, any_device), messages.vocabulary)

    holds()


def a_payload_of_five_megabytes_is_refused_unread(messages: Messages) -> None:
    """Nobody's device says so much: reason `oversize`."""
    payload = b'{"a":"' + b"x" * 5_000_000 + b'"}'
    decoded = messages.driver.decode(messages.topics[0], payload, False, any_device)
    assert isinstance(decoded, Reject)
    assert decoded.reason == "oversize"


# -- heads that are asked ---------------------------------------------------------------------------------------------


def each_device_has_questions_and_a_time(asked: Asked) -> None:
    """Frames to send, each a Modbus request that reads; how often; and the name of its line."""
    for device in asked.devices:
        questions = asked.driver.questions(device)
        assert isinstance(questions, tuple)
        assert all(isinstance(decode_request(question), Request) for question in questions)
        assert asked.driver.poll_seconds(device) > 0
        assert asked.driver.port_of(device.address)


def any_answer_is_decoded_or_refused_by_name(asked: Asked) -> None:
    """Silence, noise, half an answer, and the answer to another question."""

    @_unhurried
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        device = data.draw(st.sampled_from(list(asked.devices)))
        line = asked.driver.port_of(device.address)
        for question in (*asked.driver.questions(device), data.draw(st.binary(max_size=12))):
            sound = asked.sound(device, question)
            heard = data.draw(st.binary(max_size=40) | sound | sound.map(lambda answer: answer[: len(answer) // 2]))
            check(asked.driver.decode(line, question, heard, any_device), asked.vocabulary)
            check(asked.driver.decode(line, question, heard, lambda *_: device), asked.vocabulary)

    holds()


DRIVER_RULES: tuple[Callable[[Driver], None], ...] = (
    an_unknown_model_counts_as_the_generic_one,
    an_address_is_normalised_once_and_for_all,
)
LINE_RULES: tuple[Callable[[Line], None], ...] = (
    sound_frames_survive_any_cut_of_the_line,
    any_bytes_at_all_give_frames_and_named_rejects,
    a_frame_after_noise_and_a_pause_is_always_found,
    a_decoder_takes_whatever_it_is_given,
    a_megabyte_of_anything_is_held_in_next_to_nothing,
)
MESSAGE_RULES: tuple[Callable[[Messages], None], ...] = (
    any_message_is_decoded_or_refused_by_name,
    values_of_any_type_never_break_a_message,
    a_payload_of_five_megabytes_is_refused_unread,
)
ASKED_RULES: tuple[Callable[[Asked], None], ...] = (
    each_device_has_questions_and_a_time,
    any_answer_is_decoded_or_refused_by_name,
)


def _pieces(line: Line, *chunks: bytes) -> list[bytes | Reject]:
    splitter = line.driver.new_splitter()
    found = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    found += splitter.flush()
    assert splitter.held_bytes == 0
    return found


def _decode(line: Line, frame: bytes) -> None:
    check(line.driver.decode(frame, any_device), line.vocabulary)
    answer = line.driver.acknowledgement(frame)
    assert answer is None or isinstance(answer, bytes)


def _noise(line: Line) -> st.SearchStrategy[bytes]:
    """Bytes that the heads are made of come up more often than chance would have it."""
    favoured = sorted(set(b"".join(line.heads)))
    return st.lists(st.sampled_from(favoured) | st.integers(0, 255), max_size=60).map(bytes)
