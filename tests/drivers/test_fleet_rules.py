"""The rules of the fleet find what they are for: a driver that breaks one fails by it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from drivers.device import Decoded, Device, Lookup
from drivers.event import Kind, Reject, Signal
from drivers.fleet_rules import ASKED_RULES, DRIVER_RULES, LINE_RULES, MESSAGE_RULES, Asked, Line, Messages, Vocabulary
from drivers.framing import ResyncingSplitter, Verdict, between, exactly, head_pattern
from drivers.modbus_frame import Request, encode_request
from drivers.registry import Driver, Model, MqttDriver, PolledDriver, SerialDriver

DRIVER = Driver("brook", (), {"panel": Model("panel", True, 60, False)}, "panel", str.strip, None, None)
VOCABULARY = Vocabulary(drivers={"brook": DRIVER}, reasons={"brook": frozenset({"noise", "incomplete", "oversize"})})
_HEAD = head_pattern((b"B", between(0x31, 0x32)))
FRAMES = st.sampled_from([b"B1\n", b"B2\n"])


def new_splitter() -> ResyncingSplitter:
    def measure(held: bytes, idle: bool) -> int | Verdict:
        if len(held) < 3:
            return Verdict.MORE
        return 3 if held[2:3] == b"\n" else Verdict.NO

    return ResyncingSplitter(driver="brook", head=_HEAD, limit_bytes=8, measure=measure)


class Deaf(ResyncingSplitter):
    """Loses what a chunk cut in two."""

    def __init__(self) -> None:
        super().__init__(driver="brook", head=head_pattern(exactly(b"B")), limit_bytes=8, measure=lambda *_: Verdict.NO)


class Hoarder:
    held_bytes = 1_000

    def feed(self, _chunk: bytes) -> list[bytes | Reject]:
        return []

    def flush(self) -> list[bytes | Reject]:
        return []


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    return ()


def raises(*_arguments: object) -> Any:
    raise IndexError("beyond the end")


def unnamed(*_arguments: object) -> Decoded:
    return Reject(driver="brook", reason="no idea")


def unnormalised(*_arguments: object) -> Decoded:
    return (Signal(driver="brook", address=" 1 ", kind=Kind.SUPERVISION),)


def message(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    return Reject(driver="brook", reason="oversize") if len(payload) > 1_000 else ()


SERIAL = SerialDriver("brook", 9_600, new_splitter, decode, lambda _frame: None)
MQTT = MqttDriver("brook", ("brook/+",), message)
POLLED = PolledDriver(
    "brook", 9_600, str, lambda _device: (encode_request(Request(1, 3, 0, 1)),), lambda _device: 1.0, lambda *_: ()
)
HEAD = Device(id="d", driver="brook", address="bus", model="panel", room="")


def broken_by(rules: tuple[Callable[[Any], None], ...], subject: object) -> list[str]:
    found = []
    for rule in rules:
        try:
            rule(subject)
        except (AssertionError, IndexError, ExceptionGroup):
            found.append(rule.__name__)
    return found


def line(driver: SerialDriver) -> Line:
    return Line(driver=driver, vocabulary=VOCABULARY, sound=FRAMES, heads=(b"\x00", b"B1\x00"), held_limit_bytes=9)


def test_a_sound_driver_breaks_none() -> None:
    assert broken_by(DRIVER_RULES, DRIVER) == []
    assert broken_by(LINE_RULES, line(SERIAL)) == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"new_splitter": Deaf}, {"sound_frames_survive_any_cut_of_the_line"}),
        ({"new_splitter": Hoarder}, {rule.__name__ for rule in LINE_RULES} - {"a_decoder_takes_whatever_it_is_given"}),
        ({"decode": raises}, {"a_decoder_takes_whatever_it_is_given"}),
        ({"decode": unnamed}, {"a_decoder_takes_whatever_it_is_given"}),
        ({"decode": unnormalised}, {"a_decoder_takes_whatever_it_is_given"}),
        ({"acknowledgement": lambda _frame: "yes"}, {"a_decoder_takes_whatever_it_is_given"}),
    ],
)
def test_a_line_that_breaks_a_rule_fails_by_it(change: dict[str, Any], broken: set[str]) -> None:
    rules = tuple(rule for rule in LINE_RULES if rule.__name__ in broken)
    assert set(broken_by(rules, line(replace(SERIAL, **change)))) == broken


@pytest.mark.parametrize(
    ("broken_decode", "broken"),
    [(message, 0), (raises, 3), (unnamed, 3), (lambda *_: (), 1)],
)
def test_messages_that_break_a_rule_fail_by_it(broken_decode: Callable[..., Decoded], broken: int) -> None:
    driver = replace(MQTT, decode=broken_decode)
    messages = Messages(driver=driver, vocabulary=VOCABULARY, sound=st.just(b"{}"), topics=["brook/1"], keys=["a"])
    assert len(broken_by(MESSAGE_RULES, messages)) == broken


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({}, 0),
        ({"questions": lambda _device: (b"?",)}, 1),
        ({"poll_seconds": lambda _device: 0}, 1),
        ({"decode": raises}, 1),
    ],
)
def test_heads_that_break_a_rule_fail_by_it(change: dict[str, Any], broken: int) -> None:
    driver = replace(POLLED, **change)
    asked = Asked(driver=driver, vocabulary=VOCABULARY, devices=[HEAD], sound=lambda *_: st.just(b"!"))
    assert len(broken_by(ASKED_RULES, asked)) == broken


@pytest.mark.parametrize(
    "change",
    [
        {"normalise_address": lambda typed: typed + "!"},
        {"models": {"panel": Model("plate", True, 60, False)}},
        {"models": {"panel": Model("panel", True, None, False)}},
    ],
)
def test_a_driver_that_breaks_a_rule_fails_by_it(change: dict[str, Any]) -> None:
    assert len(broken_by(DRIVER_RULES, replace(DRIVER, **change))) == 1
