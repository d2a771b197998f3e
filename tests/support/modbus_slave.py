"""Modbus heads on a pseudo-terminal, which behave and misbehave as a test wants."""

import asyncio
from collections.abc import Callable

from drivers.link.pty import PtyPair
from drivers.modbus_frame import Request, decode_request, encode_answer, encode_exception, sealed

QUESTION_BYTES = 8

Manner = Callable[[Request, bytes], bytes]
"""What goes over the line for a question, given the sound answer to it."""


def correct(_request: Request, sound: bytes) -> bytes:
    return sound


def silent(_request: Request, _sound: bytes) -> bytes:
    return b""


def damaged(_request: Request, sound: bytes) -> bytes:
    return sound[:-1] + bytes([sound[-1] ^ 0x01])


def half(_request: Request, sound: bytes) -> bytes:
    return sound[:4]


def garbage(_request: Request, _sound: bytes) -> bytes:
    return bytes.fromhex("00F3C1A5005AFF0E")


def refusing(request: Request, _sound: bytes) -> bytes:
    return encode_exception(request, 2)


def of_another_unit(request: Request, sound: bytes) -> bytes:
    return sealed(bytes([request.unit ^ 0x03]) + sound[1:-2])


def echoing_behind_noise(request: Request, sound: bytes) -> bytes:
    return b"\x00\xff" + sound


def nonsense_with_a_right_checksum(request: Request, _sound: bytes) -> bytes:
    return sealed(bytes((request.unit, request.function, 3, 0, 0, 9)))  # half a register


class Slave:
    """Every head on a line: `registers` by unit, or bits, as many as are asked for; the rest is 0."""

    def __init__(self, pty: PtyPair) -> None:
        self.values: dict[int, list[int]] = {}
        self.manner: dict[int, Manner] = {}
        self.asked: list[Request] = []
        self._pty = pty
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Answer for ever; heads without values are not there."""
        line = b""
        while True:
            line += await self._pty.read()
            while len(line) >= QUESTION_BYTES:
                question, line = line[:QUESTION_BYTES], line[QUESTION_BYTES:]
                await self._answer(question)

    async def _answer(self, question: bytes) -> None:
        request = decode_request(question)
        assert isinstance(request, Request), f"{question.hex()} is no question"
        if request.unit in self.values:
            values = [*self.values[request.unit], *[0] * request.count][: request.count]
            said = self.manner.get(request.unit, correct)(request, encode_answer(request, values))
            if said:
                await self._pty.write(said)
        async with self._changed:
            self.asked.append(request)
            self._changed.notify_all()

    async def asked_again(self, unit: int, times: int = 1) -> None:
        """Wait until a head has been asked so many times from now."""
        wanted = sum(request.unit == unit for request in self.asked) + times
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: sum(one.unit == unit for one in self.asked) >= wanted)
