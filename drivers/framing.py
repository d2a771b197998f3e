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
    BAD = "this would be a frame but for its checksum"


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
        # Zero wide, so that a head is found inside one that turned out to be none.
        self._heads = re.compile(b"(?=%b)" % head.pattern, head.flags)
        self._limit_bytes = limit_bytes
        self._measure = measure
        self._held = bytearray()
        self._skipped_bytes = 0
        self._half_frame_skipped = False
        self._bad_frame_skipped = False

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
        held, limit, measure = bytes(self._held), self._limit_bytes, self._measure
        position = 0
        for head in self._heads.finditer(held):
            start = head.start()
            if start < position:
                continue
            candidate = held[start : start + limit]
            verdict = measure(candidate, idle)
            if verdict is Verdict.NO:
                continue
            if verdict is Verdict.MORE and not idle and len(candidate) < limit:
                self._skip(start - position, found)
                del self._held[:start]
                return
            if isinstance(verdict, Verdict):
                self._note(verdict, candidate, idle=idle)
                continue
            self._skip(start - position, found)
            self._end_of_run(found)
            position = start + verdict
            found.append(held[start:position])
        self._skip(len(held) - position, found)
        self._held.clear()

    def _note(self, verdict: Verdict, candidate: bytes, *, idle: bool) -> None:
        """Remember why these bytes are no frame, for the reason of the run that they belong to."""
        self._bad_frame_skipped |= verdict is Verdict.BAD
        self._half_frame_skipped |= verdict is Verdict.MORE and idle and len(candidate) > 1

    def _skip(self, count: int, found: list[bytes | Reject]) -> None:
        self._skipped_bytes += count
        if self._skipped_bytes >= NOISE_RUN_LIMIT_BYTES:
            self._end_of_run(found)

    def _end_of_run(self, found: list[bytes | Reject]) -> None:
        if self._skipped_bytes:
            unfinished = "incomplete" if self._half_frame_skipped else "noise"
            reason = "bad_checksum" if self._bad_frame_skipped else unfinished
            found.append(Reject(driver=self._driver, reason=reason, detail=f"{self._skipped_bytes} bytes"))
        self._skipped_bytes = 0
        self._half_frame_skipped = False
        self._bad_frame_skipped = False
