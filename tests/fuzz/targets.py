"""What is fuzzed: every registered driver, the contract's decoder, and `anju decode`. Each takes any bytes at all."""

import json
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from drivers.device import Decoded, Device
from drivers.event import RAW_LIMIT_BYTES, Reject, Signal
from drivers.modbus_frame import Request, decode_request, sealed
from drivers.registry import (
    DRIVERS,
    LISTENER_DRIVERS,
    MQTT_DRIVERS,
    POLLED_DRIVERS,
    SERIAL_DRIVERS,
    ListenerDriver,
    MqttDriver,
    PolledDriver,
    SerialDriver,
)
from gateway.contract import examples, reading
from gateway.decode import answer
from gateway.routes import dc09_frame, modem_dialogue
from gateway.routes.modem_lines import ModemLines
from gateway.routes.sms_pdu import Report, submit
from tests.fuzz import seeds

HELD_LIMIT_BYTES = 16 * 1024
"""More than this no splitter may hold, whatever came; the fleet suite holds each one to its own limit."""

_REASON = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Target:
    """Something that takes bytes: `run` raises for whatever must not happen; `seeds` is where its inputs begin."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def targets() -> list[Target]:
    """All of them; a driver that is registered is fuzzed without a word here."""
    lines: dict[str, SerialDriver | ListenerDriver] = {**SERIAL_DRIVERS, **LISTENER_DRIVERS}
    found = [Target(f"line {name}", partial(_line, driver), seeds.frames) for name, driver in lines.items()]
    found += [
        Target(f"mqtt {name}", partial(_message, driver), partial(seeds.messages, driver.subscriptions[0]))
        for name, driver in MQTT_DRIVERS.items()
    ]
    found += [
        Target(f"polled {name}", partial(_polled, driver), seeds.frames) for name, driver in POLLED_DRIVERS.items()
    ]
    found.append(Target("contract", _contract, _contract_seeds))
    found.append(Target("anju decode", _explained, seeds.lines))
    found.append(Target("alarm receiver", _receiver, seeds.dc09_frames))
    found.append(Target("modem", _modem, seeds.modem_lines))
    return found


def someone(driver: str, address: str) -> Device | None:
    """Enrols three of four addresses, with every model in turn."""
    number = zlib.crc32(address.encode("utf-8", "replace"))
    if number % 4 == 0:
        return None
    known = DRIVERS[driver]
    models = sorted(known.models)
    words = sorted(known.code_map_words or ())
    code_map = {f"{code:X}": words[(number + code) % len(words)] for code in range(16)} if words else {}
    model = models[number // 4 % len(models)]
    return Device(id="d", driver=driver, address=address, model=model, room="r", code_map=code_map)


def _line(driver: SerialDriver | ListenerDriver, data: bytes) -> None:
    splitter = driver.new_splitter()
    middle = len(data) // 2
    pieces = splitter.feed(data[:middle])
    assert splitter.held_bytes <= HELD_LIMIT_BYTES
    pieces += splitter.feed(data[middle:]) + splitter.flush()
    assert splitter.held_bytes == 0
    # Also what no splitter would ever let through: a decoder must not rely on it.
    for piece in (*pieces, data):
        _check(piece if isinstance(piece, Reject) else driver.decode(piece, someone))
        if isinstance(piece, bytes):
            assert driver.acknowledgement(piece) is None or isinstance(driver.acknowledgement(piece), bytes)


def _message(driver: MqttDriver, data: bytes) -> None:
    topic, _, payload = data.partition(b"\n")
    _check(driver.decode(topic.decode("utf-8", "replace"), payload, len(data) % 8 == 0, someone))


def _polled(driver: PolledDriver, data: bytes) -> None:
    """The bytes as the answer to a real question to each model, and as a question with its answer."""
    device = someone(driver.name, f"bus/{zlib.crc32(data) % 255 + 1}")
    for question in driver.questions(device) if device else ():
        _check(driver.decode("bus", question, data, someone))
        request = decode_request(question)
        assert isinstance(request, Request)
        # Noise hardly ever has a right checksum: give it one, or nothing behind the checksum is ever reached.
        values = bytes((request.unit, request.function, request.data_bytes)) + data.ljust(request.data_bytes, b"\0")
        _check(driver.decode("bus", question, sealed(values[: 3 + request.data_bytes]), someone))
    _check(driver.decode("bus", data[:8], data[8:], someone))
    _check(driver.decode("bus", sealed(data[:6]), data[6:], someone))


def _contract(data: bytes) -> None:
    found = reading.decode(data)
    assert found.id
    assert isinstance(found, reading.Message) or _REASON.fullmatch(found.reason)


def _contract_seeds() -> list[bytes]:
    return [example.payload for example in examples.all_examples()]


def _explained(line: bytes) -> None:
    told = answer(line.replace(b"\n", b" "))
    json.dumps(told)
    assert told["ok"] or _REASON.fullmatch(told["reason"])


def _receiver(data: bytes) -> None:
    """The bytes as a frame, and as the body of one whose length and checksum are right, open and under a key."""
    for raw in (data, b"\n%04X%04X%b\r" % (dc09_frame.crc(data), len(data) & 0xFFFF, data)):
        for key in (None, bytes(16)):
            with suppress(dc09_frame.UnreadableFrameError):
                assert len(dc09_frame.decode(raw, key).data) <= dc09_frame.FRAME_LIMIT_BYTES


def _modem(data: bytes) -> None:
    """The bytes in two pieces as a modem's lines, and those as its answers to each dialogue."""
    splitter = ModemLines()
    middle = len(data) // 2
    lines = splitter.feed(data[:middle]) + splitter.feed(data[middle:])
    for dialogue in (modem_dialogue.prepare(), modem_dialogue.check(), modem_dialogue.send(submit("1", "x"))):
        with suppress(modem_dialogue.ModemError, StopIteration):
            next(dialogue)
            for line in (*lines, *([None] * modem_dialogue.LINES_LIMIT)):
                if not isinstance(line, Report):
                    dialogue.send(line)
            raise AssertionError("the dialogue goes on for ever")


def _check(decoded: Decoded) -> None:
    if isinstance(decoded, Reject):
        assert _REASON.fullmatch(decoded.reason), decoded.reason
        return
    for said in decoded:
        if isinstance(said, Signal):
            assert len(said.raw) <= RAW_LIMIT_BYTES
            assert said.driver in DRIVERS
