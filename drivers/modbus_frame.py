"""Modbus RTU frames: a question to a head, and its answer found among whatever the line gave. Pure.

Layout (Modbus over Serial Line 1.02, Modbus Application Protocol 1.1b3): unit, function, data, CRC-16 with its low byte
first. Questions here are the four reading functions alone; nothing is ever written to a head. A frame has no start mark
and no length of its own, so an answer is known by what was asked: unit, function, byte count, and the CRC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

COILS, DISCRETE_INPUTS, HOLDING_REGISTERS, INPUT_REGISTERS = 1, 2, 3, 4
BIT_FUNCTIONS = frozenset({COILS, DISCRETE_INPUTS})
REGISTER_FUNCTIONS = frozenset({HOLDING_REGISTERS, INPUT_REGISTERS})
BITS_LIMIT, REGISTERS_LIMIT = 2000, 125
FRAME_LIMIT_BYTES = 256
"""The longest frame of Modbus RTU."""

_EXCEPTION = 0x80
_REQUEST_BYTES = 8
_SHORTEST_BYTES = 5


@dataclass(frozen=True, slots=True)
class Request:
    """A question to one head: `count` bits or registers from `address` (counted from 0, as on the wire)."""

    unit: int
    function: int
    address: int
    count: int

    @property
    def reads_bits(self) -> bool:
        """Whether the answer holds bits; else it holds registers of 16 bits."""
        return self.function in BIT_FUNCTIONS

    @property
    def data_bytes(self) -> int:
        """How many bytes of data the answer has."""
        return (self.count + 7) // 8 if self.reads_bits else 2 * self.count


@dataclass(frozen=True, slots=True)
class Answer:
    """What the head said: one value per bit or register asked for."""

    request: Request
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """There is no answer, and why; `exception` is the code with which the head itself refused."""

    reason: str
    exception: int | None = None


def crc16(data: bytes) -> int:
    """The CRC of Modbus: polynomial 0xA001 reflected, beginning with 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def sealed(body: bytes) -> bytes:
    """A frame: the body and its CRC."""
    return body + crc16(body).to_bytes(2, "little")


def is_sound(frame: bytes) -> bool:
    """Whether the last two bytes are the CRC of those before."""
    return len(frame) > 2 and crc16(frame[:-2]) == int.from_bytes(frame[-2:], "little")


def encode_request(request: Request) -> bytes:
    """The question as it goes over the line."""
    body = bytes((request.unit, request.function))
    return sealed(body + request.address.to_bytes(2, "big") + request.count.to_bytes(2, "big"))


def encode_answer(request: Request, values: Sequence[int]) -> bytes:
    """The answer of a head that holds these bits or registers; as many as were asked for."""
    if request.reads_bits:
        packed = sum(1 << place for place, value in enumerate(values) if value)
        data = packed.to_bytes(request.data_bytes, "little")
    else:
        data = b"".join(value.to_bytes(2, "big") for value in values)
    return sealed(bytes((request.unit, request.function, len(data))) + data)


def encode_exception(request: Request, code: int) -> bytes:
    """The answer of a head that refuses the question."""
    return sealed(bytes((request.unit, request.function | _EXCEPTION, code)))


def decode_request(frame: bytes) -> Request | Refusal:
    """Read a question back. Never raises."""
    if len(frame) < _REQUEST_BYTES:
        return Refusal("incomplete")
    if len(frame) > _REQUEST_BYTES:
        # An order to write several registers is longer than any question: what it is says more than how long.
        is_question = frame[1] in BIT_FUNCTIONS | REGISTER_FUNCTIONS
        return Refusal("oversize" if is_question or not is_sound(frame) else "unknown_function")
    if not is_sound(frame):
        return Refusal("bad_crc")
    unit, function = frame[0], frame[1]
    request = Request(unit, function, int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big"))
    if function not in BIT_FUNCTIONS | REGISTER_FUNCTIONS:
        return Refusal("unknown_function")
    limit = BITS_LIMIT if request.reads_bits else REGISTERS_LIMIT
    return request if 1 <= request.count <= limit else Refusal("bad_count")


def find_answer(request: Request, heard: bytes) -> Answer | Refusal:
    """The answer among the bytes heard since the question: noise or an echo before it, or behind it, is passed over.

    Never raises; looks at the first 2 x FRAME_LIMIT_BYTES bytes.
    """
    heard = heard[: 2 * FRAME_LIMIT_BYTES]
    wanted = bytes((request.unit, request.function, request.data_bytes & 0xFF))
    start = heard.find(wanted)
    while start >= 0:
        frame = heard[start : start + request.data_bytes + _SHORTEST_BYTES]
        if len(frame) == request.data_bytes + _SHORTEST_BYTES and is_sound(frame):
            return Answer(request, _values(request, frame[3:-2]))
        start = heard.find(wanted, start + 1)
    refused = bytes((request.unit, request.function | _EXCEPTION))
    start = heard.find(refused)
    while start >= 0:
        frame = heard[start : start + _SHORTEST_BYTES]
        if len(frame) == _SHORTEST_BYTES and is_sound(frame):
            return Refusal("exception", frame[2])
        start = heard.find(refused, start + 1)
    return Refusal(_what_is_wrong(request, heard, wanted))


def _values(request: Request, data: bytes) -> tuple[int, ...]:
    if request.reads_bits:
        return tuple(data[place // 8] >> place % 8 & 1 for place in range(request.count))
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _what_is_wrong(request: Request, heard: bytes, wanted: bytes) -> str:
    if not heard:
        return "timeout"
    if len(heard) >= _SHORTEST_BYTES and heard[2] + _SHORTEST_BYTES == len(heard):
        # Exactly one frame by its own account: a stranger's, an answer to something else, or a damaged one.
        if not is_sound(heard):
            return "bad_crc"
        return "wrong_unit" if heard[0] != request.unit else "wrong_answer"
    start = heard.find(wanted)
    if start >= 0:
        return "bad_crc" if len(heard) - start >= request.data_bytes + _SHORTEST_BYTES else "incomplete"
    return "incomplete" if wanted.startswith(heard) else "noise"
