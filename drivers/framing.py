"""Finding whole frames in a byte stream: bounded, and back in step one byte after anything that is not a frame."""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

from drivers.event import Reject

NOISE_RUN_LIMIT_BYTES = 4096
"""A noise run longer than this is reported in pieces: a line that never stops chattering must still be counted."""


class Splitter(Protocol):
    """Cuts a byte stream into frames, in order."""

    @property
    def held_bytes(self) -> int:
        """How many bytes wait for the rest of their frame; bounded for any input."""

    def feed(self, chunk: bytes) -> list[bytes | Reject]:
        """Take what the line gave: whole frames, and one Reject per contiguous run of bytes that are none."""

    def flush(self) -> list[bytes | Reject]:
        """The line has been idle: judge what is held now, nothing stays held."""


class Verdict(Enum):
    """What the bytes from a start byte on are, when they are not a whole frame."""

    MORE = "so far it may be a frame"
    NO = "this is no frame"


Measure = Callable[[bytes, bool], int | Verdict]
"""(bytes from the head on, whether the line is idle) to the frame's length in bytes, or a Verdict."""


ANY_BYTE = b"."


def exactly(literal: bytes) -> tuple[bytes, ...]:
    """The bytes of `literal`, one by one, for `head_pattern`."""
    return tuple(re.escape(bytes((byte,))) for byte in literal)


def between(least: int, most: int) -> bytes:
    """A byte from `least` to `most`, for `head_pattern`."""
    return b"[\\x%02x-\\x%02x]" % (least, most)


def head_pattern(*heads: Sequence[bytes]) -> re.Pattern[bytes]:
    """Matches any of the heads, and the beginning of one at the very end of what is held.

    A head is a sequence of patterns of one byte each. The more it says, the less of a noisy line has to be measured.
    """
    return re.compile(b"|".join(_cut_anywhere(head) for head in heads), re.DOTALL)


def _cut_anywhere(head: Sequence[bytes]) -> bytes:
    pattern = head[-1]
    for byte in reversed(head[:-1]):
        pattern = byte + rb"(?:\Z|" + pattern + rb")"
    return pattern


class ResyncingSplitter:
    """A Splitter for frames that begin with fixed bytes.

    `head` matches where a frame may begin, also a head cut in two by the end of what is held. `measure` judges what
    follows from there; it sees at most `limit_bytes`, which also bounds what is held.
    """

    def __init__(self, *, driver: str, head: re.Pattern[bytes], limit_bytes: int, measure: Measure) -> None:
        self._driver = driver
        self._head = head
        self._limit_bytes = limit_bytes
        self._measure = measure
        self._held = bytearray()
        self._skipped_bytes = 0
        self._half_frame_skipped = False

    @property
    def held_bytes(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._held)

    def feed(self, chunk: bytes) -> list[bytes | Reject]:
        """Take what the line gave and return what became whole."""
        found: list[bytes | Reject] = []
        for offset in range(0, len(chunk), self._limit_bytes):
            self._held += chunk[offset : offset + self._limit_bytes]
            self._scan(found, idle=False)
        return found

    def flush(self) -> list[bytes | Reject]:
        """Judge all that is held: the line has been idle, so nothing belongs to what comes next."""
        found: list[bytes | Reject] = []
        self._scan(found, idle=True)
        self._end_of_run(found)
        return found

    def _scan(self, found: list[bytes | Reject], *, idle: bool) -> None:
        position = 0
        while position < len(self._held):
            head = self._head.search(self._held, position)
            start = head.start() if head else len(self._held)
            self._skip(start - position, found)
            position = start
            if head is None:
                break
            verdict = self._judge(start, idle=idle)
            if verdict is Verdict.MORE:
                break
            if verdict is Verdict.NO:
                self._skip(1, found)
                position += 1
            else:
                self._end_of_run(found)
                found.append(bytes(self._held[start : start + verdict]))
                position += verdict
        del self._held[:position]

    def _judge(self, start: int, *, idle: bool) -> int | Verdict:
        candidate = bytes(self._held[start : start + self._limit_bytes])
        verdict = self._measure(candidate, idle)
        if verdict is not Verdict.MORE:
            return verdict
        if idle:
            self._half_frame_skipped |= len(candidate) > 1
            return Verdict.NO
        return Verdict.NO if len(candidate) == self._limit_bytes else verdict

    def _skip(self, count: int, found: list[bytes | Reject]) -> None:
        self._skipped_bytes += count
        if self._skipped_bytes >= NOISE_RUN_LIMIT_BYTES:
            self._end_of_run(found)

    def _end_of_run(self, found: list[bytes | Reject]) -> None:
        if self._skipped_bytes:
            reason = "incomplete" if self._half_frame_skipped else "noise"
            found.append(Reject(driver=self._driver, reason=reason, detail=f"{self._skipped_bytes} bytes"))
        self._skipped_bytes = 0
        self._half_frame_skipped = False
